// Connecting with retries: how long, and which errors no waiting mends.

import { z } from 'zod'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { UnreachableError } from '../../../src/model/errors/error.ts'
import { definePlay } from '../../../src/model/play.ts'
import { succeeds } from '../../../src/model/probe.ts'
import { sh } from '../../../src/model/shell/command.ts'
import { defineTask } from '../../../src/model/task.ts'
import { localTransport } from '../../../src/transport/local.ts'
import { runPlays } from '../harness.ts'

const nothing = defineTask({
  name: 'nothing',
  summary: 'Needs nothing.',
  params: z.strictObject({}),
  probe: () => ({ isUp: succeeds(sh`true`) }),
  plan: () => [],
})

type Row = {
  readonly title: string
  readonly waitForConnection?: number
  /** The errors of the first attempts; the one after them succeeds. */
  readonly codes: readonly string[]
  readonly attempts: number
  readonly story: string
}

const off = 'E_CONNECT_REFUSED'
const rows: readonly Row[] = [
  { title: 'nobody waits unasked', codes: [off], attempts: 1, story: 'one: unreachable connect' },
  {
    title: 'a host that is starting is waited for',
    waitForConnection: 30,
    codes: [off, 'E_CONNECT_TIMEOUT', 'E_AUTH'],
    attempts: 4,
    story: 'one: ok nothing',
  },
  {
    title: 'a host key that is another is not waited for',
    waitForConnection: 30,
    codes: ['E_HOST_KEY_CHANGED'],
    attempts: 1,
    story: 'one: unreachable connect',
  },
  {
    title: 'the time is over some day',
    waitForConnection: 0.2,
    codes: [off, off, off],
    attempts: 2,
    story: 'one: unreachable connect',
  },
]

for (const { title, waitForConnection, codes, attempts, story } of rows) {
  test(title, async () => {
    const errors = codes.map((code) => new UnreachableError(code, 'not yet', 'connect'))
    let count = 0
    const play = definePlay({
      name: 'test',
      hosts: 'all',
      ...(waitForConnection ? { waitForConnection } : {}),
      tasks: () => [nothing({})],
    })
    const ran = await runPlays([play], {
      connect: async (settings) => {
        const error = errors[count]
        count += 1
        if (error) throw error
        return localTransport.connect(settings, {})
      },
    })
    assert.equal([ran.story, count], [[story], attempts])
  })
}

test('a run that is stopped does not go on waiting', async () => {
  const stop = new AbortController()
  const startedAt = performance.now()
  const play = definePlay({ name: 'test', hosts: 'all', waitForConnection: 60, tasks: () => [nothing({})] })
  const ran = await runPlays([play], {
    signal: stop.signal,
    connect: async () => {
      setTimeout(() => stop.abort(), 300)
      throw new UnreachableError(off, 'not yet', 'connect')
    },
  })
  assert.ok(ran.recap.isInterrupted)
  assert.ok(performance.now() - startedAt < 5000)
})

test.run()
