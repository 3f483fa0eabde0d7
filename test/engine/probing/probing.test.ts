// Tests probing: results are used on arrival, and hosts of later plays are prefetched.

import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { UnreachableError } from '../../../src/model/errors/error.ts'
import { definePlay } from '../../../src/model/play.ts'
import { stdout, succeeds } from '../../../src/model/probe.ts'
import type { RunEvent } from '../../../src/model/run/event.ts'
import { sh, shellText } from '../../../src/model/shell/command.ts'
import { call, run } from '../../../src/model/step.ts'
import { defineTask } from '../../../src/model/task.ts'
import { localTransport } from '../../../src/transport/local.ts'
import { inFolder, runPlays, runTasks } from '../harness.ts'

/** Looks by a script, and wants nothing. */
const look = defineTask({
  name: 'look',
  summary: 'Looks.',
  params: z.strictObject({ script: z.string() }),
  probe: ({ script }) => ({ output: stdout(shellText(script)) }),
  plan: (_, { output }) => {
    void output
    return []
  },
})

const exists = defineTask({
  name: 'exists',
  summary: 'Makes a file, and notes it in a log.',
  params: z.strictObject({ path: z.string(), log: z.string() }),
  probe: ({ path }) => ({ isThere: succeeds(sh`test -e ${path}`) }),
  plan: ({ path, log }, { isThere }) =>
    isThere
      ? []
      : [{ what: 'file', from: 'absent', to: 'there', steps: [run(sh`echo step >> ${log}; touch ${path}`)] }],
})

function order(events: readonly RunEvent[], ...expected: ((event: RunEvent) => boolean)[]): number[] {
  return expected.map((isIt) => events.findIndex(isIt))
}

const isTrip = (host: string) => (event: RunEvent) => event.kind === 'trip' && event.host === host

test('a task is compared while the trip still reads for the next', async () => {
  const { events, recap } = await runTasks([look({ script: 'echo quick' }), look({ script: 'sleep 0.3' })])
  const [compared, tripEnd] = order(events, ({ kind }) => kind === 'taskEnd', isTrip('one'))
  assert.ok(compared! >= 0 && compared! < tripEnd!, `compared at ${compared}, trip over at ${tripEnd}`)
  assert.is(recap.hosts[0]!.trips, 1)
})

/** Acts from here, on no shell of the host. */
const noteHere = defineTask({
  name: 'noteHere',
  summary: 'Adds a line to a log.',
  params: z.strictObject({ log: z.string() }),
  probe: () => ({ output: stdout(sh`true`) }),
  plan: ({ log }) => [
    {
      what: 'log',
      from: '-',
      to: 'noted',
      steps: [call('notes', async () => appendFileSync(log, 'step\n'))],
    },
  ],
  verify: false,
})

test('a change waits until the trip that reads ahead is over', () =>
  inFolder(async (path) => {
    const log = path('log')
    const { story } = await runTasks([noteHere({ log }), look({ script: `sleep 0.3; echo read >> ${log}` })])
    assert.equal(story, ['one: changed noteHere', 'one: ok look'])
    assert.match(readFileSync(log, 'utf8'), /^read\nstep\n/)
  }))

test('a probe that breaks the shell fails the tasks that wait for its trip, not those that were answered', async () => {
  const { story } = await runTasks([look({ script: 'echo quick' }), look({ script: 'kill -9 $$' })])
  assert.equal(story, ['one: ok look', 'one: unreachable look'])
})

const onlyOn = (host: string, tasks: ReturnType<typeof look>[]) =>
  definePlay({ name: host, hosts: host, tasks: () => tasks })

test('a host of a later play is looked at while the first play runs, in one trip', async () => {
  const plays = [onlyOn('a', [look({ script: 'sleep 0.5' })]), onlyOn('b', [look({ script: 'true' })])]
  const { events, recap } = await runPlays(plays, { hosts: ['a', 'b'] })
  const [early, playEnd] = order(events, isTrip('b'), ({ kind }) => kind === 'playEnd')
  assert.ok(early! >= 0 && early! < playEnd!)
  assert.equal(
    recap.hosts.map(({ host, trips }) => [host, trips]),
    [
      ['a', 1],
      ['b', 1],
    ],
  )
})

test('what was seen early is void once another host has changed', () =>
  inFolder(async (path) => {
    const shared = path('shared')
    const plays = [
      onlyOn('a', [exists({ path: shared, log: path('log') })]),
      onlyOn('b', [exists({ path: shared, log: path('log') })]),
    ]
    const { story, recap } = await runPlays(plays, { hosts: ['a', 'b'] })
    assert.equal(story, ['a: changed exists', 'b: ok exists'])
    assert.is(recap.hosts[1]!.trips, 2)
    assert.is(readFileSync(path('log'), 'utf8'), 'step\n')
  }))

test('a host that could not be reached early is tried again in its own play', async () => {
  let isUp = false
  const plays = [onlyOn('a', [look({ script: 'sleep 0.2' })]), onlyOn('b', [look({ script: 'true' })])]
  const { story } = await runPlays(plays, {
    hosts: ['a', 'b'],
    connect: async (settings) => {
      if (settings.host === 'b' && !isUp) {
        isUp = true
        throw new UnreachableError('E_REFUSED', 'b is down.', 'connect')
      }
      return localTransport.connect(settings, {})
    },
  })
  assert.equal(story, ['a: ok look', 'b: ok look'])
})

test('a host whose early look fails when its play has begun already is tried again as well', async () => {
  let attempts = 0
  const plays = [onlyOn('a', [look({ script: 'true' })]), onlyOn('b', [look({ script: 'true' })])]
  const { story } = await runPlays(plays, {
    hosts: ['a', 'b'],
    connect: async (settings) => {
      if (settings.host !== 'b') return localTransport.connect(settings, {})
      attempts += 1
      if (attempts > 1) return localTransport.connect(settings, {})
      await sleep(500)
      throw new UnreachableError('E_TIMEOUT', 'b does not answer.', 'connect')
    },
  })
  assert.equal(story, ['a: ok look', 'b: ok look'])
})

test('a host of a later play that cannot be reached is reported in its own play, once', async () => {
  const plays = [onlyOn('a', [look({ script: 'true' })]), onlyOn('b', [look({ script: 'true' })])]
  const { story, events } = await runPlays(plays, {
    hosts: ['a', 'b'],
    connect: async (settings) => {
      if (settings.host === 'b') throw new UnreachableError('E_REFUSED', 'b is down.', 'connect')
      return localTransport.connect(settings, {})
    },
  })
  assert.equal(story, ['a: ok look', 'b: unreachable connect'])
  assert.ok(
    events.findIndex(({ kind }) => kind === 'playEnd') <
      events.findLastIndex(({ kind }) => kind === 'taskEnd'),
  )
})

const refusals: readonly [title: string, changesFirst: boolean, attempts: number, story: string[]][] = [
  ['is not tried again: that would count as another', false, 1, ['a: ok exists', 'b: unreachable connect']],
  ['is tried again where something has changed since', true, 2, ['a: changed exists', 'b: ok look']],
]
for (const [title, changesFirst, expected, expectedStory] of refusals) {
  test(`a login that was refused in an early look ${title}`, () =>
    inFolder(async (path) => {
      const account = path('account')
      if (!changesFirst) writeFileSync(account, '')
      let attempts = 0
      const plays = [
        onlyOn('a', [exists({ path: account, log: path('log') })]),
        onlyOn('b', [look({ script: 'true' })]),
      ]
      const { story } = await runPlays(plays, {
        hosts: ['a', 'b'],
        connect: async (settings) => {
          if (settings.host !== 'b') return localTransport.connect(settings, {})
          attempts += 1
          if (attempts > 1) return localTransport.connect(settings, {})
          throw new UnreachableError('E_AUTH', 'b does not let you in.', 'connect')
        },
      })
      assert.equal(story, expectedStory)
      assert.is(attempts, expected)
    }))
}

test('an interrupted run waits for no early look, and tells nothing after its end', async () => {
  const abort = new AbortController()
  const plays = [onlyOn('a', [look({ script: 'sleep 20' })]), onlyOn('b', [look({ script: 'sleep 20' })])]
  setTimeout(() => abort.abort(), 300)
  const startedAt = performance.now()
  const { events } = await runPlays(plays, { hosts: ['a', 'b'], signal: abort.signal })
  assert.ok(performance.now() - startedAt < 5000)
  await sleep(100)
  assert.is(events.at(-1)!.kind, 'runEnd')
})

test.run()
