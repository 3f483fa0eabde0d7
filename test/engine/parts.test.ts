// The engine's small parts: windows, turns, predictions, become.

import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  markUnknown,
  newPredictedState,
  predictedFile,
  predictedResult,
  recordChanges,
  requireKnown,
} from '../../src/engine/checkMode/predictedState.ts'
import { createBatchGates } from '../../src/engine/coordination/batchGates.ts'
import { becomeUser } from '../../src/engine/plan/becomeUser.ts'
import { batchesOf, orderedHosts } from '../../src/engine/plan/hostOrder.ts'
import {
  firstWindow,
  windowAfterChange,
  windowAfterNoChange,
} from '../../src/engine/probing/prefetchWindow.ts'
import type { Change, Effect } from '../../src/model/change.ts'
import { sh } from '../../src/model/command.ts'
import { writtenFile } from '../../src/model/files/fileChange.ts'
import type { FileRequest, FileState } from '../../src/model/files/fileState.ts'
import type { PlayOrder, Serial } from '../../src/model/play.ts'
import { run, write } from '../../src/model/step.ts'
import type { TaskOptions } from '../../src/model/task.ts'

test('the window is everything at first, shrinks with changes in a row, and grows again', () => {
  const [one, two, three] = [1, 2, 3].reduce<(typeof firstWindow)[]>(
    (list) => [...list, windowAfterChange(list.at(-1) ?? firstWindow)],
    [],
  )
  assert.is(firstWindow.size, Number.POSITIVE_INFINITY)
  assert.ok(one!.size > two!.size && two!.size > three!.size)
  assert.ok(windowAfterNoChange(three!).size > three!.size)
  assert.is(windowAfterNoChange(three!).changesInRow, 0)
})

const batchRows: [serial: Serial | undefined, hosts: number, sizes: number[]][] = [
  [undefined, 5, [5]],
  [undefined, 0, []],
  [1, 3, [1, 1, 1]],
  [3, 5, [3, 2]],
  [0, 5, [5]],
  ['50%', 5, [2, 2, 1]],
  ['10%', 3, [1, 1, 1]],
  [[1, 2, 4], 12, [1, 2, 4, 4, 1]],
  [['10%', '50%'], 10, [1, 5, 4]],
  [[1, 0], 5, [1, 4]],
  [[1, '30%', 5], 10, [1, 3, 5, 1]],
]
for (const [serial, count, sizes] of batchRows) {
  const hosts = Array.from({ length: count }, (_, index) => index)
  test(`serial ${JSON.stringify(serial) ?? 'not given'} of ${count} hosts: batches of ${sizes}`, () => {
    const batches = batchesOf(hosts, serial)
    assert.equal(
      batches.map(({ length }) => length),
      sizes,
    )
    assert.equal(batches.flat(), hosts)
  })
}

const orderRows: [PlayOrder | undefined, string][] = [
  [undefined, 'bacd'],
  ['inventory', 'bacd'],
  ['reverse_inventory', 'dcab'],
  ['sorted', 'abcd'],
  ['reverse_sorted', 'dcba'],
]
for (const [order, expected] of orderRows) {
  test(`order ${order ?? 'not given'}: ${expected}`, () =>
    assert.is(namesIn(order, ['b', 'a', 'c', 'd']), expected))
}

test('shuffle keeps every host once, and comes out otherwise in time', () => {
  const names = [...'abcdefghij']
  const orders = new Set(Array.from({ length: 20 }, () => namesIn('shuffle', names)))
  assert.ok(orders.size > 1)
  for (const order of orders) assert.equal([...order].sort(), names)
})

function namesIn(order: PlayOrder | undefined, names: readonly string[]): string {
  const hosts = names.map((name) => ({ name }))
  return orderedHosts(hosts, order)
    .map(({ name }) => name)
    .join('')
}

test('a batch waits for the one before it, and knows what others changed', async () => {
  const turns = createBatchGates([['a'], ['b'], ['c']])
  const [a, b] = [turns.get('a')!, turns.get('b')!]
  assert.equal([a.isFirst, b.isFirst, b.waitsFor], [true, false, ['a']])
  const mark = b.revision()
  a.recordChange()
  assert.ok(b.hasOtherChangedSince(mark))
  assert.not(a.hasOtherChangedSince(mark))
  a.done()
  await b.ready
})

const runs = (effects?: readonly Effect[]): Change => ({
  what: '',
  from: '',
  to: '',
  steps: [run(sh`true`)],
  ...(effects ? { effects } : {}),
})

const absent = (): FileState => ({ type: 'absent' })
const wanted = (path: string): FileRequest => ({ path, follow: true, contentLimit: 1000, digest: 'sha256' })
const change = (...effects: Parameters<typeof recordChanges>[2][number]['effects'] & object) => ({
  what: '',
  from: '',
  to: '',
  steps: [],
  effects,
})

test('a planned write is what a later probe sees, with content and digest', () => {
  const prediction = newPredictedState()
  recordChanges(
    prediction,
    'task',
    [{ what: '', from: '', to: '', steps: [write({ path: '/a/b', content: 'x', mode: 0o600 })] }],
    absent,
  )
  const state = predictedFile(prediction, wanted('/a/b'))
  assert.is(state?.type === 'file' && state.content?.toString(), 'x')
  assert.is(state?.type === 'file' && state.mode, 0o600)
  assert.is(state?.type === 'file' && state.digest?.length, 64)
  assert.is(predictedFile(prediction, wanted('/a/c')), undefined)
})

test('what lies in a planned tree is unknowable, unless it was written after it', () => {
  const prediction = newPredictedState()
  recordChanges(prediction, 'unpack', [change({ tree: '/opt/app' })], absent)
  assert.throws(() => predictedFile(prediction, wanted('/opt/app/conf/x')), /depends on unpack/)
  assert.throws(() => predictedFile(prediction, wanted('/opt/app')), /unpack/)
  assert.is(predictedFile(prediction, wanted('/opt/apple')), undefined)
  recordChanges(
    prediction,
    'write',
    [{ what: '', from: '', to: '', steps: [write({ path: '/opt/app/conf/x', content: 'y' })] }],
    absent,
  )
  assert.is(predictedFile(prediction, wanted('/opt/app/conf/x'))?.type, 'file')
})

test('a file that will be there with a known digest answers for that digest alone', () => {
  const prediction = newPredictedState()
  const { content: _, ...state } = writtenFile({ type: 'absent' }, Buffer.from(''), {})
  const becomes = { ...state, digest: 'a'.repeat(64) }
  recordChanges(prediction, 'download', [change({ path: '/x.tar', becomes })], absent)
  const known = predictedFile(prediction, { path: '/x.tar', follow: true, contentLimit: 0, digest: 'sha256' })
  assert.is(known?.type === 'file' && known.digest, 'a'.repeat(64))
  assert.throws(
    () => predictedFile(prediction, { path: '/x.tar', follow: true, contentLimit: 0, digest: 'sha512' }),
    /download/,
  )
  assert.throws(
    () => predictedFile(prediction, { path: '/x.tar', follow: true, contentLimit: 9 }),
    /download/,
  )
})

test('below what will be removed there is nothing', () => {
  const prediction = newPredictedState()
  recordChanges(prediction, 'remove', [change({ path: '/old', becomes: { type: 'absent' } })], absent)
  assert.equal(predictedFile(prediction, wanted('/old/file')), { type: 'absent' })
})

test('a command that reads a tree is unknowable when something in it is planned', () => {
  const prediction = newPredictedState()
  recordChanges(
    prediction,
    'edit',
    [{ what: '', from: '', to: '', steps: [write({ path: '/data/x/conf', content: '' })] }],
    absent,
  )
  assert.throws(() => requireKnown(prediction, ['/data']), /edit/)
  requireKnown(prediction, ['/data2', '/other'])
})

const settings = { kind: 'ssh' as const, host: 'h', become: { method: 'sudo' as const, user: 'admin' } }
const becomes: [
  task: boolean | string | undefined,
  host: boolean | undefined,
  play: boolean | string | undefined,
  user: string | undefined,
][] = [
  [undefined, undefined, undefined, undefined],
  [undefined, undefined, true, 'admin'],
  [undefined, undefined, 'app', 'app'],
  [false, undefined, true, undefined],
  ['db', undefined, true, 'db'],
  [undefined, true, undefined, 'admin'],
  [undefined, true, 'app', 'app'],
  [undefined, false, true, undefined],
  [true, false, undefined, 'admin'],
  [true, undefined, 'app', 'app'],
]
for (const [task, host, play, user] of becomes) {
  test(`task ${task}, host ${host}, play ${play}: becomes ${user ?? 'nobody else'}`, () => {
    assert.is(becomeUser({ options: { become: task } }, { become: play }, settings, host), user)
  })
}

type Method = TaskOptions['becomeMethod']
const byMethod: [task: Method, host: Method, play: Method, whom: string][] = [
  [undefined, undefined, undefined, 'admin'],
  [undefined, undefined, 'su', 'su:root'],
  [undefined, undefined, 'doas', 'doas:admin'],
  [undefined, undefined, 'sudo', 'admin'],
  ['doas', undefined, 'su', 'doas:admin'],
  [undefined, 'doas', 'su', 'admin'],
  ['sudo', 'doas', 'su', 'sudo:admin'],
]
for (const [task, host, play, whom] of byMethod) {
  test(`method of the task ${task}, of the host ${host}, of the play ${play}: becomes ${whom}`, () => {
    const become = { method: host ?? 'sudo', user: 'admin', ...(host ? { isMethodGiven: true } : {}) }
    const becomeOtherwise = [{ method: 'su', user: 'root' } as const]
    const found = becomeUser(
      { options: { become: true, becomeMethod: task } },
      { becomeMethod: play },
      { ...settings, become, becomeOtherwise },
      undefined,
    )
    assert.is(found, whom)
  })
}

type Foreseen = 'as it is' | { readonly answer: unknown } | string
type Asked = { readonly reads?: readonly string[]; readonly state?: string }
const foreseenRows: [title: string, planned: (readonly Effect[] | undefined)[], asked: Asked, Foreseen][] = [
  ['nothing is planned', [], {}, 'as it is'],
  ['a probe that does not say what it reads, after anything', [[]], {}, 'depends on 1'],
  ['a probe that reads nothing', [undefined], { reads: [] }, 'as it is'],
  ['a state that is touched', [[{ state: 'units/a' }]], { reads: ['units/a'] }, 'depends on 1'],
  ['another state', [[{ state: 'units/a' }]], { reads: ['units/b'] }, 'as it is'],
  ['a part of what is touched', [[{ state: 'packages' }]], { reads: ['packages/a'] }, 'depends on 1'],
  ['what a touched part belongs to', [[{ state: 'packages/a' }]], { reads: ['packages'] }, 'depends on 1'],
  ['a path is no state', [[{ tree: '/units' }]], { reads: ['units'] }, 'as it is'],
  ['commands of which nothing is said', [undefined], { reads: ['listening'] }, 'depends on 1'],
  ['commands of which nothing is said, and another state', [undefined], { reads: ['units/a'] }, 'as it is'],
  ['commands that change nothing', [[]], { reads: ['listening'] }, 'as it is'],
  ['what is foretold', [[{ state: 'units/a', becomes: 7 }]], { state: 'units/a' }, { answer: 7 }],
  [
    'what is foretold last',
    [[{ state: 'units/a', becomes: 7 }], [{ state: 'units/a', becomes: 8 }]],
    { state: 'units/a' },
    { answer: 8 },
  ],
  [
    'what is foretold, and then touched',
    [[{ state: 'units/a', becomes: 7 }], [{ state: 'units/a' }]],
    { state: 'units/a' },
    'depends on 2',
  ],
  [
    'what is foretold after what it reads was touched',
    [[{ tree: '/etc/a' }], [{ state: 'units/a', becomes: 7 }]],
    { reads: ['/etc/a'], state: 'units/a' },
    { answer: 7 },
  ],
  [
    'what is foretold before what it reads is touched',
    [[{ state: 'units/a', becomes: 7 }], [{ tree: '/etc/a' }]],
    { reads: ['/etc/a'], state: 'units/a' },
    'depends on 2',
  ],
]
for (const [title, planned, { reads, state }, expected] of foreseenRows) {
  test(`check mode, ${title}: ${JSON.stringify(expected)}`, () => {
    const prediction = newPredictedState()
    for (const [index, effects] of planned.entries())
      recordChanges(prediction, String(index + 1), [runs(effects)], absent)
    const foreseen = () => predictedResult(prediction, { reads, state }) ?? 'as it is'
    if (typeof expected === 'string' && expected !== 'as it is') assert.throws(foreseen, new RegExp(expected))
    else assert.equal(foreseen(), expected)
  })
}

test('check mode: what is unknown may have started what listens, and what is planned elsewhere too', () => {
  const prediction = newPredictedState(() => 'start on lb')
  assert.not.throws(() => requireKnown(prediction, ['listening']))
  assert.throws(() => requireKnown(prediction, ['elsewhere']), /depends on start on lb/)
  markUnknown(prediction, 'perhaps')
  assert.throws(() => requireKnown(prediction, ['listening']), /depends on perhaps/)
})

test.run()
