// Predicted state in check mode: files, trees and states after planned changes.

import { test } from '#test'
import * as assert from 'uvu/assert'
import {
  predictedFile as fileAfter,
  mendingChange,
  predictedResult,
} from '../../../src/engine/checkMode/predictedResult.ts'
import {
  newPredictedState,
  type PredictedState,
  recordChanges,
  recordPossible,
} from '../../../src/engine/checkMode/predictedState.ts'
import type { Change, Effect } from '../../../src/model/change.ts'
import { writtenFile } from '../../../src/model/fileChange.ts'
import type { FileRequest, FileState } from '../../../src/model/fileState.ts'
import { file, output } from '../../../src/model/probe.ts'
import { sh } from '../../../src/model/shell/command.ts'
import { run, write } from '../../../src/model/step.ts'

const runs = (effects?: readonly Effect[]): Change => ({
  what: '',
  from: '',
  to: '',
  steps: [run(sh`true`)],
  ...(effects ? { effects } : {}),
})

const predictedFile = (predicted: PredictedState, request: FileRequest) =>
  fileAfter(predicted, request, () => ({ type: 'absent' }))
const absent = (): FileState => ({ type: 'absent' })
const fileRequest = (path: string): FileRequest => ({
  path,
  follow: true,
  contentLimit: 1000,
  digest: 'sha256',
})
const change = (...effects: Parameters<typeof recordChanges>[2][number]['effects'] & object) => ({
  what: '',
  from: '',
  to: '',
  steps: [],
  effects,
})

test('a planned write is what a later probe sees, with content and digest', () => {
  const predicted = newPredictedState()
  recordChanges(
    predicted,
    'task',
    [{ what: '', from: '', to: '', steps: [write({ path: '/a/b', content: 'x', mode: 0o600 })] }],
    absent,
  )
  const state = predictedFile(predicted, fileRequest('/a/b'))
  assert.is(state?.type === 'file' && state.content?.toString(), 'x')
  assert.is(state?.type === 'file' && state.mode, 0o600)
  assert.is(state?.type === 'file' && state.digest?.length, 64)
  assert.is(predictedFile(predicted, fileRequest('/a/c')), undefined)
})

test('what lies in a planned tree is unknown, unless it was written after it', () => {
  const predicted = newPredictedState()
  recordChanges(predicted, 'unpack', [change({ tree: '/opt/app' })], absent)
  assert.throws(() => predictedFile(predicted, fileRequest('/opt/app/conf/x')), /depends on unpack/)
  assert.throws(() => predictedFile(predicted, fileRequest('/opt/app')), /unpack/)
  assert.is(predictedFile(predicted, fileRequest('/opt/apple')), undefined)
  recordChanges(
    predicted,
    'write',
    [{ what: '', from: '', to: '', steps: [write({ path: '/opt/app/conf/x', content: 'y' })] }],
    absent,
  )
  assert.is(predictedFile(predicted, fileRequest('/opt/app/conf/x'))?.type, 'file')
})

test('a file that will be there with a known digest answers for that digest alone', () => {
  const predicted = newPredictedState()
  const { content: _, ...state } = writtenFile({ type: 'absent' }, Buffer.from(''), {})
  const becomes = { ...state, digest: 'a'.repeat(64) }
  recordChanges(predicted, 'download', [change({ path: '/x.tar', becomes })], absent)
  const known = predictedFile(predicted, { path: '/x.tar', follow: true, contentLimit: 0, digest: 'sha256' })
  assert.is(known?.type === 'file' && known.digest, 'a'.repeat(64))
  assert.throws(
    () => predictedFile(predicted, { path: '/x.tar', follow: true, contentLimit: 0, digest: 'sha512' }),
    /download/,
  )
  assert.throws(() => predictedFile(predicted, { path: '/x.tar', follow: true, contentLimit: 9 }), /download/)
})

test('below what will be removed there is nothing', () => {
  const predicted = newPredictedState()
  recordChanges(predicted, 'remove', [change({ path: '/old', becomes: { type: 'absent' } })], absent)
  assert.equal(predictedFile(predicted, fileRequest('/old/file')), { type: 'absent' })
})

test('a command that reads a tree is unknown when something in it is planned', () => {
  const predicted = newPredictedState()
  recordChanges(
    predicted,
    'edit',
    [{ what: '', from: '', to: '', steps: [write({ path: '/data/x/conf', content: '' })] }],
    absent,
  )
  assert.throws(() => predictedResult(predicted, { reads: ['/data'], state: undefined }), /edit/)
  predictedResult(predicted, { reads: ['/data2', '/other'], state: undefined })
})

type Expected = 'as it is' | { readonly value: unknown } | string
type Reads = { readonly reads?: readonly string[]; readonly state?: string }
const resultRows: [title: string, planned: (readonly Effect[] | undefined)[], probe: Reads, Expected][] = [
  ['nothing is planned', [], {}, 'as it is'],
  ['a probe that does not say what it reads, after anything', [[]], {}, 'depends on 1'],
  ['a probe that reads nothing', [undefined], { reads: [] }, 'as it is'],
  ['a state that is touched', [[{ state: 'units/a' }]], { reads: ['units/a'] }, 'depends on 1'],
  ['another state', [[{ state: 'units/a' }]], { reads: ['units/b'] }, 'as it is'],
  ['a part of what is touched', [[{ state: 'packages' }]], { reads: ['packages/a'] }, 'depends on 1'],
  ['what a touched part belongs to', [[{ state: 'packages/a' }]], { reads: ['packages'] }, 'depends on 1'],
  ['a path is no state', [[{ tree: '/units' }]], { reads: ['units'] }, 'as it is'],
  ['commands that declare nothing', [undefined], { reads: ['listening'] }, 'depends on 1'],
  ['commands that declare nothing, and another state', [undefined], { reads: ['units/a'] }, 'as it is'],
  ['commands that change nothing', [[]], { reads: ['listening'] }, 'as it is'],
  ['a state with a planned value', [[{ state: 'units/a', becomes: 7 }]], { state: 'units/a' }, { value: 7 }],
  [
    'a state with a planned value last',
    [[{ state: 'units/a', becomes: 7 }], [{ state: 'units/a', becomes: 8 }]],
    { state: 'units/a' },
    { value: 8 },
  ],
  [
    'a state with a planned value, and then touched',
    [[{ state: 'units/a', becomes: 7 }], [{ state: 'units/a' }]],
    { state: 'units/a' },
    'depends on 2',
  ],
  [
    'a state with a planned value after what it reads was touched',
    [[{ tree: '/etc/a' }], [{ state: 'units/a', becomes: 7 }]],
    { reads: ['/etc/a'], state: 'units/a' },
    { value: 7 },
  ],
  [
    'a state with a planned value before what it reads is touched',
    [[{ state: 'units/a', becomes: 7 }], [{ tree: '/etc/a' }]],
    { reads: ['/etc/a'], state: 'units/a' },
    'depends on 2',
  ],
]
for (const [title, planned, { reads, state }, expected] of resultRows) {
  test(`check mode, ${title}: ${JSON.stringify(expected)}`, () => {
    const predicted = newPredictedState()
    for (const [index, effects] of planned.entries())
      recordChanges(predicted, String(index + 1), [runs(effects)], absent)
    const result = () => predictedResult(predicted, { reads, state }) ?? 'as it is'
    if (typeof expected === 'string' && expected !== 'as it is') assert.throws(result, new RegExp(expected))
    else assert.equal(result(), expected)
  })
}

test('check mode: what is unknown may have started what listens, and what is planned elsewhere too', () => {
  const predicted = newPredictedState(() => 'start on lb')
  assert.not.throws(() => predictedResult(predicted, { reads: ['listening'], state: undefined }))
  assert.throws(
    () => predictedResult(predicted, { reads: ['elsewhere'], state: undefined }),
    /depends on start on lb/,
  )
  recordPossible(predicted, 'perhaps', [{ state: 'listening' }])
  assert.throws(
    () => predictedResult(predicted, { reads: ['listening'], state: undefined }),
    /depends on perhaps/,
  )
})

const existing: FileState = {
  ...{ type: 'file', mode: 0o644, owner: 'root', group: 'root', uid: 0, gid: 0, mtimeMs: 0 },
  ...{ links: 1, size: 1, content: Buffer.from('x') },
}

test('where files may be added, one that is missing may come, and one that is there stays', () => {
  const predicted = newPredictedState()
  recordChanges(predicted, 'install', [change({ tree: '/usr', only: 'additions' })], absent)
  assert.throws(() => predictedFile(predicted, fileRequest('/usr/bin/new')), /depends on install/)
  assert.is(
    fileAfter(predicted, fileRequest('/usr/bin/old'), () => existing),
    undefined,
  )
  predictedResult(predicted, { reads: ['/usr'], state: undefined })
})

test('where owners change, contents are known, and owners are not', () => {
  const predicted = newPredictedState()
  recordChanges(predicted, 'chown', [change({ tree: '/data', only: 'attributes' })], absent)
  const state = fileAfter(predicted, fileRequest('/data/x'), () => existing)
  assert.is(state?.type === 'file' && String(state.content), 'x')
  assert.throws(() => state?.type === 'file' && state.owner, /depends on chown/)
  assert.throws(() => predictedResult(predicted, { reads: ['/data'], state: undefined }), /chown/)
})

test('an edit that keeps owner, group and mode does not matter to what reads these alone', () => {
  const predicted = newPredictedState()
  const edit = (path: string, mode?: number): Change => ({
    ...{ what: '', from: '', to: '' },
    steps: [write({ path, content: 'y', mode })],
  })
  const reads = { reads: ['/data'], state: undefined }
  recordChanges(predicted, 'edit', [edit('/data/x')], () => existing)
  predictedResult(predicted, { ...reads, attributesOnly: true })
  assert.throws(() => predictedResult(predicted, reads), /edit/)
  recordChanges(predicted, 'mode', [edit('/data/y', 0o600)], () => existing)
  assert.throws(() => predictedResult(predicted, { ...reads, attributesOnly: true }), /mode/)
})

test('a command without declared effects may change any file but those that it is known to write', () => {
  const predicted = newPredictedState()
  const both = { ...runs(), steps: [write({ path: '/a', content: 'a' }), run(sh`true`)] }
  recordChanges(predicted, 'both', [both], absent)
  assert.is(predictedFile(predicted, fileRequest('/a'))?.type, 'file')
  assert.throws(() => predictedFile(predicted, fileRequest('/b')), /depends on both/)
  assert.throws(() => predictedResult(predicted, { reads: ['/etc/x'], state: undefined }), /depends on both/)
})

test('what is below something that will be removed is touched, too', () => {
  const predicted = newPredictedState()
  recordChanges(predicted, 'remove', [change({ path: '/old', becomes: { type: 'absent' } })], absent)
  assert.throws(() => predictedResult(predicted, { reads: ['/old/conf'], state: undefined }), /remove/)
})

test('what may mend an error is the change that brings programs or accounts, not the last one', () => {
  const predicted = newPredictedState()
  const asks = (reads?: readonly string[]) => [output(sh`x`, () => true, { reads })]
  recordChanges(predicted, 'dnf httpd', [change({ tree: '/usr', only: 'additions' })], absent)
  recordChanges(predicted, 'firewallPort', [change({ state: 'firewall/public' })], absent)
  assert.is(mendingChange(predicted, asks(['/etc/x'])), 'dnf httpd')
  assert.is(mendingChange(predicted, asks([])), undefined)
  recordChanges(predicted, 'service', [change({ state: 'units/firewalld.service' })], absent)
  assert.is(mendingChange(predicted, asks(['/etc/x'])), 'service')
  assert.is(mendingChange(predicted, [file('/etc/x')]), undefined)
})

test.run()
