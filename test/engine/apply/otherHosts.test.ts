// A call step that uses other hosts of the inventory.

import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { type PlaybookError, UnreachableError } from '../../../src/model/errors/error.ts'
import type { RunEvent } from '../../../src/model/run/event.ts'
import { sh } from '../../../src/model/shell/command.ts'
import { call, run } from '../../../src/model/step.ts'
import { defineTask } from '../../../src/model/task.ts'
import { createTransportResolver } from '../../../src/transport/connect.ts'
import { inFolder, runTasks } from '../harness.ts'
import { namedHosts } from '../namedHosts.ts'

const output: string[] = []

const visit = defineTask({
  name: 'visit',
  summary: 'Asks other hosts for a word.',
  params: z.strictObject({ hosts: z.array(z.string()) }),
  title: ({ hosts }) => hosts.join(' '),
  probe: () => ({}),
  plan: ({ hosts }) => [
    {
      what: 'word',
      from: '-',
      to: 'heard',
      steps: [
        call('ask around', async (connection) => {
          for (const host of hosts) {
            const there = connection.on(host)
            const { stdout } = await there.run(sh`echo $$`)
            output.push(`${connection.host} heard of ${there.host}: ${Number(stdout) > 0}`)
            connection.progress(`${host} answered`)
          }
        }),
      ],
    },
  ],
  verify: false,
})

test('code of a step runs commands on other hosts, which have not been in the run before', async () => {
  output.length = 0
  const { story } = await runTasks((host) => (host === 'a' ? [visit({ hosts: ['b', 'a', 'b'] })] : []), {
    hosts: ['a', 'b'],
  })
  assert.equal(story, ['a: changed visit b a b'])
  assert.equal(output, ['a heard of b: true', 'a heard of a: true', 'a heard of b: true'])
})

test('a host that is not in the inventory is named', async () => {
  const { events, recap } = await runTasks([visit({ hosts: ['c'] })], { hosts: ['a'] })
  assert.is(recap.hosts[0]!.counts.failed, 1)
  assert.is(failure(events)?.code, 'E_UNKNOWN_HOST')
})

test('the loss of another host fails the task that needs it, and does not make its own host unreachable', async () => {
  const transportFor = createTransportResolver()
  const { events, recap } = await runTasks((host) => (host === 'a' ? [visit({ hosts: ['b'] })] : []), {
    hosts: ['a', 'b'],
    connect: async (settings) => {
      if (settings.host === 'b') throw new UnreachableError('E_CONNECT', 'b is off.', 'connect')
      return (await transportFor(settings)).connect(settings, {})
    },
  })
  const a = recap.hosts.find(({ host }) => host === 'a')!
  assert.is(a.counts.failed, 1)
  assert.is(a.counts.unreachable, 0)
  const error = failure(events)
  assert.is(error?.code, 'E_OTHER_HOST')
  assert.is(error?.message, 'b, which this task also needs: b is off.')
})

test('an interruption stops all steps that run on a host: its own, and that of a task of another host', () =>
  inFolder(async (path) => {
    const controller = new AbortController()
    const sleeping = (word: string) => sh`echo ${word} >> ${path('begun')}; sleep 20; touch ${path('late')}`
    const steps = (host: string) =>
      host === 'a'
        ? [call('sleep there', async (connection) => void (await connection.on('b').run(sleeping('call'))))]
        : [run(sleeping('own'))]
    const sleep = defineTask({
      name: 'sleep',
      summary: 'Sleeps on b.',
      params: z.strictObject({ host: z.string() }),
      title: ({ host }) => `of ${host}`,
      probe: () => ({}),
      plan: ({ host }) => [{ what: 'sleep', from: '-', to: 'slept', steps: steps(host) }],
      verify: false,
    })
    const waiting = setInterval(() => {
      if (existsSync(path('begun')) && readFileSync(path('begun'), 'utf8').split('\n').length === 3)
        controller.abort()
    }, 50)
    const startedAt = performance.now()
    const { events, recap } = await runTasks(
      (host) => [sleep({ host }, host === 'a' ? { become: 'x' } : {})],
      {
        hosts: ['a', 'b'],
        connect: namedHosts().connect,
        signal: controller.signal,
      },
    )
    clearInterval(waiting)
    assert.ok(recap.isInterrupted)
    assert.ok(performance.now() - startedAt < 6000)
    const running = events.flatMap((event) => (event.kind === 'interrupted' ? event.running : []))
    assert.equal(
      [...running].sort((one, other) => one.host.localeCompare(other.host)),
      [
        { host: 'a', task: 'sleep of a', delegate: 'b' },
        { host: 'b', task: 'sleep of b', delegate: undefined },
      ],
    )
    await new Promise((resolve) => setTimeout(resolve, 300))
    assert.not(existsSync(path('late')))
  }))

function failure(events: readonly RunEvent[]): PlaybookError | undefined {
  return events.flatMap((event) => (event.kind === 'taskEnd' && event.result.error) || [])[0]
}

test.run()
