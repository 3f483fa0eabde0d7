// retry: a failed task is repeated, with growing pauses, until something holds.

import { existsSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { retryDelay } from '../../src/engine/session/retry.ts'
import { delay } from '../../src/model/concurrency/delay.ts'
import type { PlaybookError } from '../../src/model/errors/error.ts'
import { fileAs, stdout, succeeds } from '../../src/model/probe.ts'
import type { Retry } from '../../src/model/sharedOptions.ts'
import { sh } from '../../src/model/shell/command.ts'
import { defineTask } from '../../src/model/task.ts'
import { inFolder, type Ran, runTasks } from './harness.ts'
import { hasLine, mark, marksIn, namedHosts } from './namedHosts.ts'

const { connect } = namedHosts()

const pauses: [string, Omit<Retry, 'attempts'>, number[]][] = [
  ['a second by default', {}, [1, 1, 1]],
  ['the delay', { delay: 5 }, [5, 5, 5]],
  ['each longer than the one before', { delay: 2, backoff: 3 }, [2, 6, 18]],
  ['a minute at most where they grow', { delay: 20, backoff: 2 }, [20, 40, 60]],
  ['the delay itself, where it is longer than that', { delay: 90, backoff: 2 }, [90, 90, 90]],
  ['never longer than maxDelay', { delay: 2, backoff: 10, maxDelay: 7 }, [2, 7, 7]],
  ['maxDelay without backoff', { delay: 9, maxDelay: 7 }, [7, 7, 7]],
]
for (const [title, retry, seconds] of pauses) {
  test(`pauses between attempts: ${title}`, () =>
    assert.equal(
      [1, 2, 3].map((attempt) => retryDelay({ attempts: 4, ...retry }, attempt)),
      seconds,
    ))
}

test('an interruption ends a pause at once, also one that came before it', async () => {
  const startedAt = performance.now()
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 50)
  await delay(30_000, controller.signal)
  await delay(30_000, controller.signal)
  assert.ok(performance.now() - startedAt < 20_000)
})

test('Ctrl-C during a pause ends the run at once', async () => {
  const controller = new AbortController()
  const startedAt = performance.now()
  const { recap, events } = await runTasks(
    [mark({ log: '/dev/null', word: 'x', after: 'exit 1' }, { retry: { attempts: 3, delay: 60 } })],
    {
      connect,
      signal: controller.signal,
      onEvent: (event) => event.kind === 'output' && setTimeout(() => controller.abort(), 50),
    },
  )
  assert.ok(performance.now() - startedAt < 20_000)
  assert.ok(recap.isInterrupted)
  assert.is(errorOf({ events } as Ran)?.code, 'E_INTERRUPTED')
})

test('each failed attempt is reported, with the pause', () =>
  inFolder(async (path) => {
    const after = `[ "$(wc -l < ${path('log')})" -ge 3 ]`
    const { story, events } = await runTasks(
      [mark({ log: path('log'), word: 'x', after }, { retry: { attempts: 4, delay: 0.05, backoff: 2 } })],
      { connect },
    )
    assert.equal(story, ['one: changed mark x'])
    assert.is(marksIn(path('log')).length, 3)
    const output = events.flatMap((event) => (event.kind === 'output' ? event.line : []))
    assert.is(output.length, 2)
    assert.match(output[0]!, /^attempt 1 of 4 failed: Exit code 1: .* Retrying in 0\.05 s\.$/)
    assert.match(output[1]!, /Retrying in 0\.1 s\.$/)
  }))

const needs = defineTask({
  name: 'needs',
  summary: 'Fails while a file is missing.',
  params: z.strictObject({ path: z.string() }),
  probe: ({ path }) => ({ text: stdout(sh`cat ${path}`) }),
  plan: (_, { text }) => (text === '' ? [] : []),
})

test('a look that fails is tried again too', () =>
  inFolder(async (path) => {
    setTimeout(() => writeFileSync(path('late'), ''), 300)
    const { story } = await runTasks(
      [needs({ path: path('late') }, { retry: { attempts: 20, delay: 0.1 } })],
      { connect },
    )
    assert.equal(story, ['one: ok needs'])
    const { story: alone } = await runTasks([needs({ path: path('never') })], { connect })
    assert.equal(alone, ['one: failed needs'])
  }))

test('until: a task that acts each time does so until it holds', () =>
  inFolder(async (path) => {
    const log = path('log')
    const until = succeeds(sh`[ "$(wc -l < ${log})" -ge 3 ]`)
    const { story } = await runTasks(
      [mark({ log, word: 'x' }, { retry: { attempts: 9, delay: 0, until } })],
      { connect },
    )
    assert.equal(story, ['one: changed mark x'])
    assert.is(marksIn(log).length, 3)
  }))

test('until: a task that finds nothing to do waits until it holds, and costs no trip where it does', () =>
  inFolder(async (path) => {
    const ready = fileAs(path('ready'), {}, ({ type }) => type === 'file')
    const task = () =>
      hasLine({ path: path('conf'), line: 'x' }, { retry: { attempts: 30, delay: 0.1, until: ready } })
    setTimeout(() => writeFileSync(path('ready'), ''), 300)
    const cold = await runTasks([task()], { connect })
    assert.equal(cold.story, ['one: changed hasLine x'])
    assert.ok(existsSync(path('ready')))
    const warm = await runTasks([task()], { connect })
    assert.equal(warm.story, ['one: ok hasLine x'])
    assert.is(warm.recap.hosts[0]!.trips, 1)
  }))

test('until: where it never holds the task fails, in the next run too', () =>
  inFolder(async (path) => {
    const task = () =>
      hasLine(
        { path: path('conf'), line: 'x' },
        { retry: { attempts: 2, delay: 0, until: stdoutIs('yes', 'echo no') } },
      )
    for (const _run of [1, 2]) {
      const error = errorOf(await runTasks([task()], { connect }))
      assert.is(error?.code, 'E_UNTIL')
      assert.is(error?.message, 'hasLine x: its until condition does not hold.')
    }
    const check = await runTasks([task()], { connect, isCheck: true })
    assert.equal(check.story, ['one: unknown hasLine x'])
  }))

test('until: that it cannot be read is the reason given', async () => {
  const until = { ...stdoutIs('yes', 'exit 7') }
  const error = errorOf(
    await runTasks([mark({ log: '/dev/null', word: 'x' }, { retry: { attempts: 2, delay: 0, until } })], {
      connect,
    }),
  )
  assert.is(error?.code, 'E_UNTIL')
  assert.equal(error?.details, ['Exit code 7: exit 7'])
})

function stdoutIs(expected: string, script: string) {
  const probe = stdout({ kind: 'command', script })
  if (probe.kind !== 'command') throw new Error('not a command')
  return { ...probe, parse: (output: Parameters<typeof probe.parse>[0]) => probe.parse(output) === expected }
}

function errorOf({ events }: Pick<Ran, 'events'>): PlaybookError | undefined {
  return events.flatMap((event) => (event.kind === 'taskEnd' ? (event.result.error ?? []) : []))[0]
}

test.run()
