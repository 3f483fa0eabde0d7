// delegateTo: a task is probed and applied on another host, and counts for its own.

import { existsSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { definePlay } from '../../src/model/play.ts'
import { stdout } from '../../src/model/probe.ts'
import type { RunEvent } from '../../src/model/run/event.ts'
import { secret } from '../../src/model/secrets/secret.ts'
import { sh } from '../../src/model/shell/command.ts'
import { defineTask } from '../../src/model/task.ts'
import { shownLines } from '../shownLines.ts'
import { inFolder, type Ran, type RunSettings, runPlays, runTasks } from './harness.ts'
import { hasLine, mark, marksIn, namedHosts, whenMarked } from './namedHosts.ts'

const tripsTo = ({ events }: Ran, host: string) =>
  events.filter((event) => event.kind === 'trip' && event.host === host).length

/** Differs until the host that is asked is the desired one. */
const isAt = defineTask({
  name: 'isAt',
  summary: 'Asks where it is.',
  params: z.strictObject({ host: z.string() }),
  probe: () => ({ at: stdout(sh`echo "$AT"`) }),
  plan: ({ host }, { at }) => (at === host ? [] : [{ what: 'host', from: at, to: host, steps: [] }]),
})

test('steps, probes and handlers go to the delegate, as whom the task becomes there; the rest stays', () =>
  inFolder(async (path) => {
    const log = path('log')
    const { story, recap, events } = await runTasks(
      (host) =>
        host === 'web'
          ? [
              isAt({ host: 'web' }),
              isAt({ host: 'lb' }, { delegateTo: 'lb' }),
              mark(
                { log, word: 'out' },
                {
                  delegateTo: 'lb',
                  become: 'app',
                  notify: mark({ log, word: 'reload' }, { delegateTo: 'lb' }),
                },
              ),
              mark({ log, word: 'own' }),
            ]
          : [],
      { hosts: ['web', 'lb'], connect: namedHosts().connect },
    )
    assert.equal(marksIn(log), ['out at lb as app', 'own at web as login', 'reload at lb as login'])
    assert.equal(story, [
      'web: ok isAt',
      'web: ok isAt',
      'web: changed mark out',
      'web: changed mark own',
      'web: changed handler mark reload',
    ])
    assert.equal(
      recap.hosts.map(({ host, counts }) => [host, counts.changed]),
      [
        ['web', 3],
        ['lb', 0],
      ],
    )
    assert.equal(delegatesOf(events), [undefined, 'lb', 'lb', undefined, 'lb'])
  }))

test('a host delegates to itself as to nobody, and to one that has no part in the play', () =>
  inFolder(async (path) => {
    const log = path('log')
    const play = definePlay({
      name: 'p',
      hosts: 'all',
      tasks: () => [
        mark({ log, word: 'self' }, { delegateTo: 'web' }),
        mark({ log, word: 'far' }, { delegateTo: 'far' }),
      ],
    })
    const { events } = await runPlays([play], {
      hosts: ['web'],
      others: ['far'],
      connect: namedHosts().connect,
    })
    assert.equal(marksIn(log), ['self at web as login', 'far at far as login'])
    assert.equal(delegatesOf(events), [undefined, 'far'])
  }))

test('a delegate that is not in the inventory is an error before any host is contacted, with a suggestion', async () => {
  const connect = async () => assert.unreachable('a host was contacted') as never
  const wrong = (options: object) =>
    runTasks([isAt({ host: 'x' }, options)], { hosts: ['web', 'lb-01'], connect }).then(
      () => [],
      (thrown) => shownLines(thrown),
    )
  for (const options of [{ delegateTo: 'lb-1' }, { notify: isAt({ host: 'x' }, { delegateTo: 'lb-1' }) }]) {
    const [message, hint] = await wrong(options)
    assert.match(message!, /delegate\.test\.\w+:\d+.* isAt: No host "lb-1" in the inventory\./)
    assert.is(hint, '    Did you mean lb-01?')
  }
})

test('many hosts that ask one delegate at the same time, and itself, share a trip', () =>
  inFolder(async (path) => {
    const hosts = ['a', 'b', 'c', 'd', 'lb']
    const warm = ['a', 'b', 'c', 'd'].map((name) => `server ${name}\n`).join('')
    writeFileSync(path('conf'), warm)
    const ran = await runTasks(
      (host) => [
        hasLine({ path: path('conf'), line: `server ${host === 'lb' ? 'a' : host}` }, { delegateTo: 'lb' }),
      ],
      { hosts, connect: namedHosts().connect },
    )
    assert.equal(
      ran.recap.hosts.map(({ counts }) => counts.ok),
      [1, 1, 1, 1, 1],
    )
    assert.is(tripsTo(ran, 'lb'), 1)
    assert.is(tripsTo(ran, 'a'), 0)
  }))

test('hosts that change one delegate do so one after the other, each knowing what the one before it left', () =>
  inFolder(async (path) => {
    const hosts = ['a', 'b', 'c', 'd', 'e', 'lb']
    const tasks = (host: string) => [
      hasLine({ path: path('conf'), line: `server ${host}` }, host === 'lb' ? {} : { delegateTo: 'lb' }),
    ]
    const settings: RunSettings = { hosts, connect: namedHosts().connect }
    const cold = await runTasks(tasks, settings)
    assert.equal(marksIn(path('conf')).sort(), hosts.map((host) => `server ${host}`).sort())
    assert.is(
      cold.recap.hosts.reduce((sum, { counts }) => sum + counts.changed, 0),
      6,
    )
    const warm = await runTasks(tasks, settings)
    assert.is(
      warm.recap.hosts.reduce((sum, { counts }) => sum + counts.ok, 0),
      6,
    )
  }))

test('in check mode what one host plans on a delegate is what the next one sees there', () =>
  inFolder(async (path) => {
    const { story } = await runTasks([hasLine({ path: path('conf'), line: 'x' }, { delegateTo: 'lb' })], {
      hosts: ['a', 'b'],
      others: ['lb'],
      forks: 1,
      isCheck: true,
      connect: namedHosts().connect,
    })
    assert.equal(story, ['a: changed hasLine x', 'b: ok hasLine x'])
    assert.not(existsSync(path('conf')))
  }))

test('a delegate that cannot be reached fails the task that needs it, and not the tasks before it', () =>
  inFolder(async (path) => {
    const log = path('log')
    const hosts = namedHosts({ off: ['lb'] })
    const { story, events, recap } = await runTasks(
      [
        mark({ log, word: 'before' }),
        isAt({ host: 'lb' }, { delegateTo: 'lb', ignoreErrors: true }),
        mark({ log, word: 'between' }),
        isAt({ host: 'lb' }, { delegateTo: 'lb', ignoreUnreachable: true }),
        mark({ log, word: 'after' }),
        isAt({ host: 'lb' }, { delegateTo: 'lb' }),
      ],
      { hosts: ['web'], others: ['lb'], connect: hosts.connect },
    )
    assert.equal(
      marksIn(log),
      ['before', 'between', 'after'].map((word) => `${word} at web as login`),
    )
    assert.equal(
      story.filter((line) => !line.includes('mark')),
      ['web: failed isAt', 'web: unreachable isAt', 'web: failed isAt'],
    )
    const { counts, ignored } = recap.hosts[0]!
    assert.equal([counts.failed, counts.unreachable, ignored], [1, 0, 2])
    const errors = events.flatMap((event) => (event.kind === 'taskEnd' ? (event.result.error ?? []) : []))
    assert.is(errors[0]?.code, 'E_OTHER_HOST')
    assert.match(errors[0]!.message, 'lb, which this task also needs: lb is off.')
    assert.ok(hosts.connects.get('lb')! <= 4, `connected ${hosts.connects.get('lb')} times`)
  }))

test('an interruption stops a step on the delegate, and names both hosts', () =>
  inFolder(async (path) => {
    const controller = new AbortController()
    const late = path('late')
    whenMarked(path('log'), () => controller.abort())
    const { events, recap } = await runTasks(
      [mark({ log: path('log'), word: 'a', after: `sleep 20; touch ${late}` }, { delegateTo: 'lb' })],
      {
        hosts: ['a'],
        others: ['lb'],
        connect: namedHosts().connect,
        signal: controller.signal,
      },
    )
    assert.ok(recap.isInterrupted)
    assert.equal(
      events.flatMap((event) => (event.kind === 'interrupted' ? event.running : [])),
      [{ host: 'a', task: 'mark a', delegate: 'lb' }],
    )
    assert.not(existsSync(late))
  }))

test('an interruption starts no step of those that waited for the delegate', () =>
  inFolder(async (path) => {
    const controller = new AbortController()
    const log = path('log')
    whenMarked(log, () => controller.abort())
    const { recap } = await runTasks([mark({ log, word: 'x', after: 'sleep 20' }, { delegateTo: 'lb' })], {
      hosts: ['a', 'b', 'c'],
      others: ['lb'],
      connect: namedHosts().connect,
      signal: controller.signal,
    })
    assert.ok(recap.isInterrupted)
    assert.equal(marksIn(log), ['x at lb as login'])
  }))

test('what is secret of a delegate is masked, though it has no part in any play', async () => {
  const { events } = await runTasks(
    [mark({ log: '/dev/null', word: 'x', after: 'echo hunter2; exit 1' }, { delegateTo: 'lb' })],
    {
      hosts: ['web'],
      others: ['lb'],
      otherVars: { db_password: secret('hunter2') },
      connect: namedHosts().connect,
    },
  )
  const output = JSON.stringify(events)
  assert.match(output, '••••')
  assert.not.match(output.replaceAll('echo hunter2', ''), 'hunter2')
})

function delegatesOf(events: readonly RunEvent[]): (string | undefined)[] {
  return events.flatMap((event) => (event.kind === 'taskEnd' ? [event.task.delegate] : []))
}

test.run()
