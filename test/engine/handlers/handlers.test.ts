// Handlers: notified by reference or by value, pending after a failure, or forced.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { openPendingHandlers } from '../../../src/journal/pendingHandlers.ts'
import { block } from '../../../src/model/blocks/block.ts'
import { flushHandlers } from '../../../src/model/flushHandlers.ts'
import { definePlay } from '../../../src/model/play.ts'
import { secret } from '../../../src/model/secrets/secret.ts'
import type { TaskList, TaskOptions } from '../../../src/model/task.ts'
import { inFolder, runPlays, runTasks } from '../harness.ts'
import { mark, marksIn, namedHosts } from '../namedHosts.ts'

const { connect } = namedHosts()

type Handler = { word?: string; options?: TaskOptions }
const inline: { title: string; one: Handler; two: Handler; runs: string[] }[] = [
  { title: 'the same twice', one: {}, two: {}, runs: ['h login'] },
  { title: 'other parameters', one: {}, two: { word: 'other' }, runs: ['h login', 'other login'] },
  {
    title: 'another user',
    one: {},
    two: { options: { become: 'app' } },
    runs: ['h login', 'h app'],
  },
  {
    title: 'another host',
    one: { options: { delegateTo: 'one' } },
    two: { options: { delegateTo: 'two' } },
    runs: ['h login', 'h login'],
  },
  {
    title: 'the same secret',
    one: { options: { environment: { A: secret('a') } } },
    two: { options: { environment: { A: secret('a') } } },
    runs: ['h login'],
  },
  {
    title: 'another secret',
    one: { options: { environment: { A: secret('a') } } },
    two: { options: { environment: { A: secret('b') } } },
    runs: ['h login', 'h login'],
  },
]
for (const { title, one, two, runs } of inline) {
  test(`handlers written where they are notified, ${title}: ${runs.join(', ')}`, () =>
    inFolder(async (path) => {
      const log = path('log')
      const handler = ({ word = 'h', options }: Handler) => mark({ log, word }, options)
      const tasks = [one, two].map((each, index) =>
        mark({ log: path('tasks'), word: `t${index}` }, { notify: handler(each) }),
      )
      await runTasks(tasks, { connect, others: ['two'] })
      assert.equal(
        marksIn(log).map((line) => line.replace(/ at \w+ as/, '')),
        runs,
      )
    }))
}

test('a handler that several tasks notify, by reference, in a block and in a role, runs once', () =>
  inFolder(async (path) => {
    const log = path('log')
    const restart = mark({ log, word: 'restart' })
    const say = (word: string, options: TaskOptions) => mark({ log, word }, options)
    const tasks: TaskList = [
      say('a', { notify: restart }),
      [say('b', { notify: [restart] })],
      block([say('c', {})], { notify: restart }),
    ]
    await runTasks(tasks, { connect })
    assert.is(marksIn(log).filter((line) => line.startsWith('restart')).length, 1)
  }))

test('a handler may notify another one, which runs behind it', () =>
  inFolder(async (path) => {
    const log = path('log')
    const second = mark({ log, word: 'second' })
    const first = mark({ log, word: 'first' }, { notify: second })
    await runTasks([mark({ log, word: 'task' }, { notify: first })], { connect })
    assert.equal(
      marksIn(log).map((line) => line.split(' ')[0]),
      ['task', 'first', 'second'],
    )
  }))

test('of handlers with one title, each pending one runs in the next run, and that is reported once', () =>
  inFolder(async (path) => {
    const log = path('log')
    const settings = () => ({ connect, pendingHandlers: openPendingHandlers(path('.run-playbook')) })
    const tasks = (after: string): TaskList => [
      mark({ log: path('tasks'), word: 'a' }, { notify: mark({ log, word: 'one' }, { title: 'restart' }) }),
      mark({ log: path('tasks'), word: 'b' }, { notify: mark({ log, word: 'two' }, { title: 'restart' }) }),
      mark({ log: path('tasks'), word: 'c', after }),
    ]
    await runTasks(tasks('exit 1'), settings())
    assert.equal(marksIn(log), [])
    const { events } = await runTasks(tasks('true'), settings())
    assert.is(marksIn(log).length, 2)
    const warnings = events.flatMap((event) => (event.kind === 'warning' ? event.message : []))
    assert.equal(warnings, ['one: an earlier run ended before restart could run; running it now.'])
    await runTasks([], settings())
    assert.is(marksIn(log).length, 2)
  }))

const forced: [string, boolean | undefined, boolean | undefined, string[]][] = [
  ['not set: they are pending', undefined, undefined, ['task', 'after run']],
  ['the play says so', true, undefined, ['task', 'handler', 'after run']],
  ['the command line says so', undefined, true, ['task', 'handler', 'after run']],
  ["the play's no is stronger", false, true, ['task', 'after run']],
]
for (const [title, ofPlay, ofRun, words] of forced) {
  test(`handlers of a host that failed, ${title}`, () =>
    inFolder(async (path) => {
      const log = path('log')
      const say = (word: string, options: TaskOptions = {}) => mark({ log, word }, options)
      const pending = openPendingHandlers(path('.run-playbook'))
      const play = definePlay({
        name: 'p',
        hosts: 'all',
        ...(ofPlay === undefined ? {} : { forceHandlers: ofPlay }),
        tasks: () => [
          say('task', { notify: say('handler') }),
          mark({ log: '/dev/null', word: 'fails', after: 'exit 1' }),
          flushHandlers(),
          say('never'),
        ],
      })
      const { recap } = await runPlays([play], {
        connect,
        pendingHandlers: pending,
        ...(ofRun === undefined ? {} : { forceHandlers: ofRun }),
      })
      assert.is(recap.hosts[0]!.counts.failed, 1)
      assert.is(pending.of('p', 'one').length, words.includes('handler') ? 0 : 1)
      assert.equal([...marksIn(log).map((line) => line.split(' ')[0]), 'after run'], words)
    }))
}

test.run()
