// look: tasks that depend on what is found in the middle of a play.

import { writeFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { planPlays } from '../../src/engine/plan/planPlays.ts'
import { progressOf } from '../../src/journal/progress.ts'
import { block } from '../../src/model/blocks/block.ts'
import { look } from '../../src/model/blocks/look.ts'
import type { PlaybookError } from '../../src/model/errors/error.ts'
import { flushHandlers } from '../../src/model/flushHandlers.ts'
import { definePlay } from '../../src/model/play.ts'
import { file, lines, output, stdout, succeeds } from '../../src/model/probe.ts'
import type { TaskResult } from '../../src/model/run/outcome.ts'
import { sh } from '../../src/model/shell/command.ts'
import type { Task, TaskList, TaskOptions } from '../../src/model/task.ts'
import { resumePoint } from '../../src/run/begin/resumePoint.ts'
import { inFolder, type Ran, type RunSettings, runPlays, runTasks } from './harness.ts'
import { hasLine, mark, marksIn, namedHosts } from './namedHosts.ts'

const { connect } = namedHosts()
const settings: RunSettings = { connect }

/** The lines of a file, none if it is missing; says what it reads. */
const linesOf = (path: string) => lines(sh`cat ${path} 2>/dev/null || true`, { reads: [path] })
const each = (path: string, options?: TaskOptions) =>
  look(linesOf(path), (found) => found.map((line) => hasLine({ path: `${path}.${line}`, line })), {
    title: 'look',
    ...options,
  })

test('it looks when its turn comes, after the changes before it', () =>
  inFolder(async (path) => {
    const conf = path('conf')
    const { story, recap } = await runTasks(
      [
        hasLine({ path: conf, line: 'a' }),
        hasLine({ path: conf, line: 'b' }),
        each(conf),
        hasLine({ path: conf, line: 'c' }),
      ],
      settings,
    )
    assert.equal(titles(story), [
      'changed hasLine a',
      'changed hasLine b',
      'ok look',
      'changed hasLine a',
      'changed hasLine b',
      'changed hasLine c',
    ])
    assert.is(recap.hosts[0]!.tasks, 6)
  }))

test('where nothing changes it costs one trip for the tasks that it gives, and none where it gives none', () =>
  inFolder(async (path) => {
    const conf = path('conf')
    const tasks = () => [
      hasLine({ path: conf, line: 'a' }),
      hasLine({ path: conf, line: 'b' }),
      each(conf),
      word('after', { when: succeeds(sh`test -e ${conf}.never`) }),
    ]
    await runTasks(tasks(), settings)
    const warm = await runTasks(tasks(), settings)
    assert.equal(titles(warm.story).slice(-2), ['ok hasLine b', 'skipped mark after'])
    assert.is(warm.recap.hosts[0]!.trips, 2)
    const scripts = warm.events.flatMap((event) => (event.kind === 'command' ? [event.script] : []))
    assert.is(scripts.filter((script) => script.includes('.never')).length, 1, 'it is not probed again')
    const none = [
      hasLine({ path: conf, line: 'a' }),
      look(linesOf(conf), () => []),
      hasLine({ path: conf, line: 'b' }),
    ]
    assert.is((await runTasks(none, settings)).recap.hosts[0]!.trips, 1)
  }))

test('a record of probes, a single task, false, and a look in a look', () =>
  inFolder(async (path) => {
    writeFileSync(path('conf'), 'a\n')
    const two = look({ conf: linesOf(path('conf')), there: file(path('conf')) }, ({ conf, there }) =>
      look(
        succeeds(sh`true`),
        (isTrue) => isTrue && mark({ log: '/dev/null', word: `${conf.length} ${there.type}` }),
      ),
    )
    const { story } = await runTasks([two, look(file('/'), () => false)], settings)
    assert.equal(titles(story), ['ok look conf, there', 'ok look true', 'changed mark 1 file', 'ok look /'])
  }))

test('options apply to the tasks that it gives, and blocks, handlers and conditions around it too', () =>
  inFolder(async (path) => {
    const log = path('log')
    const handler = mark({ log, word: 'handler' })
    const given = look(
      succeeds(sh`true`),
      () => [mark({ log, word: 'x', after: 'echo $COLOR >&2; false' }), mark({ log, word: 'not reached' })],
      { title: 'look', environment: { COLOR: 'red' }, tags: ['t'] },
    )
    const { story, events } = await runTasks(
      [
        block([given, mark({ log, word: 'after' })], {
          rescue: [mark({ log, word: 'r' }, { notify: handler })],
          always: [mark({ log, word: 'z' })],
        }),
        look(succeeds(sh`true`), () => [mark({ log, word: 'y' })], {
          title: 'look',
          when: succeeds(sh`false`),
        }),
        flushHandlers(),
        mark({ log, word: 'end' }),
      ],
      settings,
    )
    assert.equal(titles(story), [
      'ok look',
      'failed mark x',
      'changed mark r',
      'changed mark z',
      'skipped look',
      'changed handler mark handler',
      'changed mark end',
    ])
    assert.match(JSON.stringify(events), 'red')
  }))

test('a retried block looks again, and its tasks are given again', () =>
  inFolder(async (path) => {
    const log = path('log')
    const count = () =>
      look(
        output(sh`cat ${log} | wc -l`, ({ stdout }) => Number(String(stdout))),
        (found) => [mark({ log, word: `n${found}` })],
        { title: 'look' },
      )
    const fails = mark({ log, word: 'x', after: `[ "$(wc -l <${log})" -ge 4 ]` })
    const { recap } = await runTasks(
      [block([count(), fails], { retry: { attempts: 3, delay: 0 } })],
      settings,
    )
    assert.equal(
      marksIn(log).map((line) => line.split(' ')[0]),
      ['n0', 'x', 'n2', 'x'],
    )
    assert.is(recap.hosts[0]!.counts.failed, 0)
  }))

test('a dry run: known where nothing planned concerns it, else its tasks are unknown, with the cause', () =>
  inFolder(async (path) => {
    const conf = path('conf')
    writeFileSync(conf, 'a\n')
    const known = await runTasks([hasLine({ path: path('other'), line: 'x' }), each(conf)], {
      ...settings,
      isCheck: true,
    })
    assert.equal(titles(known.story), ['changed hasLine x', 'ok look', 'changed hasLine a'])
    const tasks = [
      hasLine({ path: conf, line: 'b' }),
      each(conf, { writes: [path('conf.a')] } as TaskOptions),
      hasLine({ path: path('other'), line: 'z' }),
    ]
    const dry = await runTasks(tasks, { ...settings, isCheck: true })
    assert.equal(titles(dry.story), [
      'changed hasLine b',
      'unknown look',
      'unknown hasLine a',
      'changed hasLine z',
    ])
    assert.equal(
      resultsOf(dry).map(({ reason }) => reason),
      [undefined, 'depends on hasLine b', 'its look depends on hasLine b', undefined],
    )
    const open = await runTasks(
      [hasLine({ path: conf, line: 'b' }), each(conf), hasLine({ path: path('other'), line: 'z' })],
      { ...settings, isCheck: true },
    )
    assert.equal(titles(open.story).at(-1), 'unknown hasLine z')
  }))

const failures: [title: string, make: () => Task, code: string, message: RegExp][] = [
  [
    'an exception',
    () => look(file('/'), () => JSON.parse('{')),
    'E_FUNCTION',
    /^The function of this look threw: .*JSON/,
  ],
  [
    'a list of what is no task',
    () => look(file('/'), (() => [mark]) as never),
    'E_PLAY',
    /the function of the look returned a list with the function mark/,
  ],
  ['a promise', () => look(file('/'), (async () => []) as never), 'E_PLAY', /returned a list with a promise/],
  [
    'wrong parameters',
    () => look(file('/'), () => [mark({ log: 1 } as never)]),
    'E_PARAMS',
    /mark: 2 wrong parameters/,
  ],
  [
    'a delegate that is missing',
    () => look(file('/'), () => [mark({ log: '/', word: 'x' }, { delegateTo: 'nowhere' })]),
    'E_UNKNOWN_HOST',
    /No host "nowhere"/,
  ],
  ['a probe that fails', () => look(stdout(sh`exit 3`), () => []), 'E_COMMAND', /Exit code 3/],
]
for (const [title, make, code, message] of failures) {
  test(`it fails, in a dry run too: ${title}`, async () => {
    const others = { ...settings }
    for (const isCheck of [false, true]) {
      const ran = await runTasks([make(), mark({ log: '/dev/null', word: 'x' })], { ...others, isCheck })
      const [{ status, error }] = resultsOf(ran) as [TaskResult & { error: PlaybookError }]
      assert.equal([status, error.code], ['failed', code])
      assert.match(error.message, message)
      assert.is(ran.story.length, 1)
    }
  })
}

test('an exception of its function names its line', async () => {
  const ran = await runTasks([look(file('/'), () => (undefined as unknown as { x: Task }).x)], settings)
  const { where } = resultsOf(ran)[0]!.error!
  assert.match(`${where?.file}:${where?.line}`, /look\.test\.[jt]s:\d+$/)
})

test('what is no probe, or no function, is refused', () => {
  const wrong = [
    () => look({} as never, () => []),
    () => look('x' as never, () => []),
    () => look({ a: 'mount' } as never, () => []),
    () => look(file('/'), [] as never),
  ]
  for (const make of wrong) assert.throws(make, (error: PlaybookError) => error.code === 'E_LOOK')
})

test('tags: a look without tags is always made, one with tags like a task; given tasks are selected by theirs', async () => {
  const given = (options?: TaskOptions) =>
    look(file('/'), () => [word('a', { tags: ['a'] }), word('b')], { title: 'look', ...options })
  const selected = async (options: TaskOptions | undefined, tags: RunSettings['tags']) =>
    titles((await runTasks([given(options)], { ...settings, tags })).story)
  assert.equal(await selected(undefined, { only: ['a'] }), ['ok look', 'changed mark a'])
  assert.equal(await selected({ tags: ['x'] }, { only: ['a'] }), [])
  assert.equal(await selected({ tags: ['x'] }, { only: ['x'] }), [
    'ok look',
    'changed mark a',
    'changed mark b',
  ])
  assert.equal(await selected({ tags: ['x'] }, { skip: ['x'] }), [])
  assert.equal(await selected(undefined, { skip: ['a'] }), ['ok look', 'changed mark b'])
})

test('it takes facts that are built in by their names, alone and among probes', () =>
  inFolder(async (path) => {
    writeFileSync(path('conf'), 'a\n')
    const { story } = await runTasks(
      [
        look('os', ({ kernel, family }) => word(`${typeof kernel} ${family !== ''}`)),
        look({ memory: 'memory', found: linesOf(path('conf')) }, ({ memory, found: [line] }) =>
          word(`${memory.total > 0} ${line}`),
        ),
      ],
      settings,
    )
    assert.equal(titles(story), [
      'ok look os',
      'changed mark string true',
      'ok look memory, found',
      'changed mark true a',
    ])
  }))

test('facts that only its function needs are read then', () =>
  inFolder(async (path) => {
    writeFileSync(path('conf'), 'a\n')
    const play = definePlay({
      name: 'test',
      hosts: 'all',
      facts: { kernel: stdout(sh`uname -s`) },
      tasks: (host) => [
        look(linesOf(path('conf')), ([line]) => word(`${line} ${host.facts.kernel}`), { title: 'look' }),
      ],
    })
    assert.equal(titles((await runPlays([play], settings)).story), ['ok look', 'changed mark a Linux'])
  }))

test('with serial and runOnce: each host looks, one runs what it gives', () =>
  inFolder(async (path) => {
    const log = path('log')
    const tasks = [look(file('/'), () => [mark({ log, word: 'x' })], { title: 'look', runOnce: true })]
    const play = definePlay({ name: 'test', hosts: 'all', serial: 2, tasks: () => tasks })
    const { recap } = await runPlays([play], { ...settings, hosts: ['one', 'two', 'three'] })
    assert.is(marksIn(log).length, 2)
    assert.equal(
      recap.hosts.map(({ counts }) => [counts.ok, counts.changed + counts.skipped, counts.failed]),
      [
        [1, 1, 0],
        [1, 1, 0],
        [1, 1, 0],
      ],
    )
  }))

test('a host that stopped at a task of a look resumes at the look', () =>
  inFolder(async (path) => {
    writeFileSync(path('conf'), 'a\nb\n')
    const tasks = () => [
      word('first'),
      look(linesOf(path('conf')), (all) =>
        all.map((line) =>
          line === 'b' ? mark({ log: '/dev/null', word: line, after: 'exit 1' }) : word(line),
        ),
      ),
      word('last'),
    ]
    const { events, story } = await runTasks(tasks(), settings)
    assert.is(titles(story).at(-1), 'failed mark b')
    const progress = progressOf(events)[0]!.hosts.get('one')!
    assert.equal(resumePoint(await planned(tasks()), progress), { index: 1 })
  }))

function word(text: string, options?: TaskOptions): Task {
  return mark({ log: '/dev/null', word: text }, options)
}

function titles(story: readonly string[]): string[] {
  return story.map((line) => line.replace('one: ', ''))
}

function resultsOf({ events }: Ran): TaskResult[] {
  return events.flatMap((event) => (event.kind === 'taskEnd' ? [event.result] : []))
}

async function planned(tasks: TaskList) {
  const host = { name: 'one', groups: ['all'], vars: {}, where: () => undefined }
  const play = definePlay({ name: 'test', hosts: 'all', tasks: () => tasks })
  const [plan] = await planPlays([{ play, hosts: [host], vars: new Map() }], {
    inventory: { select: () => [host], varsOf: () => ({}) as never },
    settingsOf: () => ({ kind: 'local', host: 'one', become: { method: 'sudo', user: 'root' } }),
    tags: { only: [], skip: [] },
  })
  return plan!.hosts[0]!.items!
}

test.run()
