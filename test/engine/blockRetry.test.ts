// Tests retry of blocks: all tasks run again; rescue and always after the last try.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { planPlays } from '../../src/engine/plan/planPlays.ts'
import { progressOf } from '../../src/journal/progress.ts'
import { readRecord, recordLine } from '../../src/journal/record.ts'
import { block } from '../../src/model/blocks/block.ts'
import { flushHandlers } from '../../src/model/flushHandlers.ts'
import { definePlay } from '../../src/model/play.ts'
import { succeeds } from '../../src/model/probe.ts'
import type { EventOf } from '../../src/model/run/event.ts'
import { sh } from '../../src/model/shell/command.ts'
import type { TaskList, TaskOptions } from '../../src/model/task.ts'
import { resumePoint } from '../../src/run/begin/resumePoint.ts'
import { inFolder, type Ran, runTasks } from './harness.ts'
import { hasLine, mark, marksIn, namedHosts } from './namedHosts.ts'

const { connect } = namedHosts()

/** Tasks that write a word into a log; a word `x<3` fails until the log has three lines. */
type Write = (word: string, options?: TaskOptions) => ReturnType<typeof mark>

type Row = {
  readonly title: string
  readonly tasks: (write: Write, log: string) => TaskList
  readonly log: string
  /** Of the recap: ok, changed, failed, ignored. */
  readonly counts: readonly number[]
  /** `attempt/attempts title → from`. */
  readonly retries?: readonly string[]
}

const rows: readonly Row[] = [
  {
    title: 'all tasks of a block run again when one fails',
    tasks: (write) => [
      write('a'),
      block([write('b'), write('c<5'), write('d')], { retry: { attempts: 5, delay: 0 } }),
    ],
    log: 'a b c<5 b c<5 d',
    counts: [0, 4, 0, 0],
    retries: ['1/5 mark c<5 → 1'],
  },
  {
    title: 'where nothing fails nothing is tried again',
    tasks: (write) => [block([write('a')], { retry: { attempts: 2 } })],
    log: 'a',
    counts: [0, 1, 0, 0],
  },
  {
    title: 'rescue and always come after the last try, and the last failure counts',
    tasks: (write) => [
      block([write('a'), write('x<99')], {
        retry: { attempts: 3, delay: 0 },
        rescue: [write('r')],
        always: [write('z')],
      }),
      write('after'),
    ],
    log: 'a x<99 a x<99 a x<99 r z after',
    counts: [0, 4, 0, 1],
    retries: ['1/3 mark x<99 → 0', '2/3 mark x<99 → 0'],
  },
  {
    title: 'without a rescue the host stops after the last try',
    tasks: (write) => [block([write('x<99')], { retry: { attempts: 2, delay: 0 } }), write('after')],
    log: 'x<99 x<99',
    counts: [0, 0, 1, 0],
    retries: ['1/2 mark x<99 → 0'],
  },
  {
    title: 'a failure in rescue is not tried again',
    tasks: (write) => [
      block([write('x<99')], {
        retry: { attempts: 2, delay: 0 },
        rescue: [write('r<99')],
        always: [write('z')],
      }),
    ],
    log: 'x<99 x<99 r<99 z',
    counts: [0, 1, 1, 1],
    retries: ['1/2 mark x<99 → 0'],
  },
  {
    title: 'an inner block gets its tries again, its always runs in each try of the outer one',
    tasks: (write) => [
      block([write('o'), block([write('x<9')], { retry: { attempts: 2, delay: 0 }, always: [write('z')] })], {
        retry: { attempts: 3, delay: 0 },
      }),
    ],
    log: 'o x<9 x<9 z o x<9 x<9 z o x<9 z',
    counts: [0, 3, 0, 0],
    retries: ['1/2 mark x<9 → 1', '1/3 mark x<9 → 0', '1/2 mark x<9 → 1', '2/3 mark x<9 → 0'],
  },
  {
    title: 'an inner rescue comes before another try of the outer block',
    tasks: (write) => [
      block([block([write('x<99')], { rescue: [write('r')] })], { retry: { attempts: 3, delay: 0 } }),
    ],
    log: 'x<99 r',
    counts: [0, 1, 0, 1],
  },
  {
    title: "a task's own attempts come first",
    tasks: (write) => [
      block([write('x<4', { retry: { attempts: 2, delay: 0 } })], { retry: { attempts: 5, delay: 0 } }),
    ],
    log: 'x<4 x<4 x<4 x<4',
    counts: [0, 1, 0, 0],
    retries: ['1/5 mark x<4 → 0'],
  },
  {
    title: 'a failure that is ignored is not tried again',
    tasks: (write) => [block([write('x<99')], { retry: { attempts: 3, delay: 0 }, ignoreErrors: true })],
    log: 'x<99',
    counts: [0, 0, 0, 1],
  },
  {
    title: 'handlers that a failed try notified run once, at the end',
    tasks: (write) => [
      block([write('a', { notify: write('handler') }), write('x<4')], { retry: { attempts: 3, delay: 0 } }),
    ],
    log: 'a x<4 a x<4 handler',
    counts: [0, 3, 0, 0],
    retries: ['1/3 mark x<4 → 0'],
  },
  {
    title: 'handlers flushed in a failed try run again only where they are notified again',
    tasks: (write, log) => [
      block(
        [
          hasLine({ path: `${log}.conf`, line: 'x' }, { notify: write('handler') }),
          flushHandlers(),
          write('x<3'),
        ],
        { retry: { attempts: 3, delay: 0 } },
      ),
    ],
    log: 'handler x<3 x<3',
    counts: [0, 3, 0, 0],
    retries: ['1/3 mark x<3 → 0'],
  },
  {
    title: 'until: a condition after the last task',
    tasks: (write, log) => [
      block([write('a')], {
        retry: { attempts: 5, delay: 0, until: succeeds(sh`[ "$(wc -l <${log})" -ge 3 ]`) },
        rescue: [write('r')],
      }),
    ],
    log: 'a a a',
    counts: [1, 1, 0, 0],
    retries: ['1/5 until → 0', '2/5 until → 0'],
  },
]

for (const { title, tasks, log, counts, retries = [] } of rows) {
  test(title, () =>
    inFolder(async (path) => {
      const file = path('log')
      const ran = await runTasks(tasks(writer(file), file), { connect })
      assert.is(words(file), log)
      assert.equal(countsOf(ran), counts)
      assert.equal(
        retriesOf(ran).map((each) => `${each.attempt}/${each.attempts} ${each.task.title} → ${each.from}`),
        retries,
      )
    }),
  )
}

test('the pauses grow, and a failed try has its error and changes', () =>
  inFolder(async (path) => {
    const tasks = [block([writer(path('log'))('x<3')], { retry: { attempts: 4, delay: 0.05, backoff: 2 } })]
    const retries = retriesOf(await runTasks(tasks, { connect }))
    assert.equal(
      retries.map(({ delaySeconds }) => delaySeconds),
      [0.05, 0.1],
    )
    const [{ result }] = retries as [EventOf<'retry'>]
    assert.is(result.error?.code, 'E_STEP')
    assert.is(result.changes.length, 1)
    const read = readRecord(recordLine({ time: 'now', event: retries[0]! }))!.event as EventOf<'retry'>
    assert.equal([read.result.error?.code, read.result.error?.message], ['E_STEP', result.error?.message])
  }))

test('with noLog a failed try tells nothing but its task', () =>
  inFolder(async (path) => {
    const tasks = [block([writer(path('log'))('x<99')], { noLog: true, retry: { attempts: 2, delay: 0 } })]
    const [retry] = retriesOf(await runTasks(tasks, { connect }))
    assert.match(retry!.result.error!.message, /its output is hidden/)
  }))

test('a dry run tries nothing again', () =>
  inFolder(async (path) => {
    const missing = hasLine({ path: path('no/such/folder/conf'), line: 'x' })
    const fails = { ...missing, spec: { ...missing.spec, plan: () => fail() } }
    const tasks = [block([fails], { retry: { attempts: 3 }, rescue: [writer(path('log'))('r')] })]
    const ran = await runTasks(tasks, { connect, isCheck: true })
    assert.equal([retriesOf(ran).length, ran.story.at(-1)], [0, 'one: changed mark r'])
    const until = succeeds(sh`false`)
    const waiting = await runTasks([block([writer(path('log'))('a')], { retry: { attempts: 3, until } })], {
      connect,
      isCheck: true,
    })
    assert.equal(waiting.story, ['one: changed mark a', 'one: unknown until'])
  }))

test('each host has its own tries; what runs once is not run again, and the others wait while it fails', () =>
  inFolder(async (path) => {
    const log = path('log')
    const tasks = [
      block([writer(log)('once', { runOnce: true }), writer(log)('x<4', { runOnce: true })], {
        retry: { attempts: 4, delay: 0.02 },
      }),
    ]
    const { recap, story } = await runTasks(tasks, { connect, hosts: ['one', 'two'] })
    assert.is(words(log), 'once x<4 x<4 x<4')
    assert.ok(
      recap.hosts.every(({ counts }) => counts.failed === 0),
      story.join('\n'),
    )
  }))

test('Ctrl-C during the pause ends the run at once, and --resume begins at the first task of the block', () =>
  inFolder(async (path) => {
    const write = writer(path('log'))
    const tasks = () => [
      write('a'),
      block([write('b'), write('x<99')], { retry: { attempts: 3, delay: 60 } }),
      write('c'),
    ]
    const controller = new AbortController()
    const startedAt = performance.now()
    const { recap, events } = await runTasks(tasks(), {
      connect,
      signal: controller.signal,
      onEvent: ({ kind }) => kind === 'retry' && setTimeout(() => controller.abort(), 20),
    })
    assert.ok(performance.now() - startedAt < 5000)
    assert.ok(recap.isInterrupted)
    const progress = progressOf(events)[0]!.hosts.get('one')!
    assert.equal([progress.end, progress.ended.map(({ title }) => title)], ['stopped', ['mark a']])
    assert.is(resumePoint(await planned(tasks()), progress).index, 1)
  }))

test('a condition is selected with the tasks of its block', async () => {
  const write = writer('/dev/null')
  const until = succeeds(sh`true`)
  const tasks = [
    block([write('a', { tags: ['x'] })], { retry: { attempts: 2, until } }),
    block([write('b')], { retry: { attempts: 2, until } }),
  ]
  const titles = (await planned(tasks, { only: ['x'], skip: [] })).map(({ task }) => task.title)
  assert.equal(titles, ['mark a', 'until'])
})

function writer(log: string): Write {
  return (word, options) => {
    const [, least] = word.split('<')
    return mark({ log, word, after: least ? `[ "$(wc -l < ${log})" -ge ${least} ]` : 'true' }, options)
  }
}

/** The words in the log. */
function words(log: string): string {
  return marksIn(log)
    .map((line) => line.split(' ')[0])
    .join(' ')
}

function countsOf({ recap }: Ran): number[] {
  const { counts, ignored } = recap.hosts[0]!
  return [counts.ok, counts.changed, counts.failed, ignored]
}

function retriesOf({ events }: Ran): EventOf<'retry'>[] {
  return events.filter((event) => event.kind === 'retry')
}

function fail(): never {
  throw new Error('It cannot be planned.')
}

async function planned(tasks: TaskList, tags = { only: [] as string[], skip: [] as string[] }) {
  const host = { name: 'one', groups: ['all'], vars: {}, where: () => undefined }
  const play = definePlay({ name: 'test', hosts: 'all', tasks: () => tasks })
  const [plan] = await planPlays([{ play, hosts: [host], vars: new Map() }], {
    inventory: { select: () => [host], varsOf: () => ({}) as never },
    settingsOf: () => ({ kind: 'local', host: 'one', become: { method: 'sudo', user: 'root' } }),
    tags,
  })
  return plan!.hosts[0]!.items!
}

test.run()
