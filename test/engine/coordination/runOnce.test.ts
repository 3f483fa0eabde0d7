// runOnce: one host of a batch runs a task, and the others wait for its outcome.

import { readFileSync, writeFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { block } from '../../../src/model/blocks/block.ts'
import { definePlay } from '../../../src/model/play.ts'
import { stdout, succeeds } from '../../../src/model/probe.ts'
import { exitCode } from '../../../src/model/run/outcome.ts'
import { sh } from '../../../src/model/shell/command.ts'
import type { TaskList } from '../../../src/model/task.ts'
import { inFolder, type Ran, runPlays, runTasks } from '../harness.ts'
import { hasLine, mark, marksIn, namedHosts } from '../namedHosts.ts'

const { connect } = namedHosts()
const hosts = ['a', 'b', 'c']

/** Ends when the word has been marked, and in any case after 5 s. */
const untilMarked = (log: string, word: string) =>
  sh`for i in $(seq 100); do grep -q ${`^${word} `} ${log} && break; sleep 0.05; done`.script

const ofHost = ({ story }: Ran, host: string) => story.filter((line) => line.startsWith(`${host}:`))

test('the first host carries it out; the others do nothing until it has, and its handlers are its own', () =>
  inFolder(async (path) => {
    const log = path('log')
    const reload = mark({ log, word: 'reload' })
    const ran = await runTasks(
      (host) => [
        mark({ log, word: 'once', after: 'sleep 0.3' }, { runOnce: true, notify: reload }),
        mark({ log, word: `after ${host}` }),
      ],
      { hosts, connect },
    )
    const marks = marksIn(log)
    assert.is(marks[0], 'once at a as login')
    assert.is(marks.filter((line) => line.startsWith('once')).length, 1)
    const afterwards = hosts.map((host) => `after ${host} at ${host} as login`)
    assert.equal(marks.slice(1).sort(), [...afterwards, 'reload at a as login'])
    assert.equal(ofHost(ran, 'b'), ['b: skipped mark once', 'b: changed mark after b'])
    assert.ok(
      ran.events.some(
        (event) => event.kind === 'hostWaiting' && event.host === 'b' && event.for.join() === 'a',
      ),
    )
  }))

test('a run in which nothing differs costs one trip a host, with runOnce and delegateTo too', () =>
  inFolder(async (path) => {
    writeFileSync(path('conf'), 'x\ny\n')
    const { recap, events } = await runTasks(
      [
        hasLine({ path: path('conf'), line: 'x' }, { runOnce: true }),
        hasLine({ path: path('conf'), line: 'y' }, { runOnce: true, delegateTo: 'lb' }),
        hasLine({ path: path('conf'), line: 'x' }),
      ],
      { hosts, others: ['lb'], connect },
    )
    assert.equal(
      recap.hosts.map(({ trips }) => trips),
      [1, 1, 1],
    )
    assert.is(events.filter((event) => event.kind === 'trip').length, 4)
  }))

test('what the others saw before it changed something is looked at again', () =>
  inFolder(async (path) => {
    const { story } = await runTasks(
      [
        hasLine({ path: path('conf'), line: 'x' }, { runOnce: true }),
        hasLine({ path: path('conf'), line: 'x' }),
      ],
      { hosts, connect },
    )
    assert.equal(
      story.filter((line) => line.includes('changed')),
      ['a: changed hasLine x'],
    )
    assert.is(story.filter((line) => line.includes('ok hasLine')).length, 3)
  }))

test('with serial it is carried out once in each batch', () =>
  inFolder(async (path) => {
    const log = path('log')
    const play = definePlay({
      name: 'p',
      hosts: 'all',
      serial: 2,
      tasks: () => [mark({ log, word: 'once' }, { runOnce: true })],
    })
    await runPlays([play], { hosts: ['a', 'b', 'c', 'd', 'e'], connect })
    assert.equal(
      marksIn(log),
      ['a', 'c', 'e'].map((host) => `once at ${host} as login`),
    )
  }))

test('a converged site with serial costs one trip a host, and nobody waits for ever', () =>
  inFolder(async (path) => {
    writeFileSync(path('conf'), 'x\n')
    const play = definePlay({
      name: 'p',
      hosts: 'all',
      serial: 2,
      runOnce: true,
      tasks: () => [hasLine({ path: path('conf'), line: 'x' }), hasLine({ path: path('conf'), line: 'x' })],
    })
    for (const forks of [1, 2, 10]) {
      const { recap } = await runPlays([play], { hosts: ['a', 'b', 'c', 'd'], connect, forks })
      const most = Math.max(...recap.hosts.map(({ trips }) => trips))
      assert.is(most, 1, `with ${forks} forks`)
    }
  }))

const failing: [string, (log: string) => TaskList, string[], number][] = [
  [
    'a failure fails all hosts',
    (log) => [mark({ log, word: 'once', after: 'exit 1' }, { runOnce: true }), mark({ log, word: 'after' })],
    [],
    2,
  ],
  [
    'a failure that is ignored is ignored for all',
    (log) => [
      mark({ log, word: 'once', after: 'exit 1' }, { runOnce: true, ignoreErrors: true }),
      mark({ log, word: 'after' }),
    ],
    ['after a', 'after b', 'after c'],
    0,
  ],
  [
    'a failure is rescued on each host',
    (log) => [
      block([mark({ log, word: 'once', after: 'exit 1' }, { runOnce: true })], {
        rescue: [mark({ log, word: 'rescue' })],
      }),
    ],
    ['rescue a', 'rescue b', 'rescue c'],
    0,
  ],
  [
    'a condition that does not hold on the first host skips it for all',
    (log) => [
      mark({ log, word: 'once' }, { runOnce: true, when: succeeds(sh`[ "$AT" = b ]`) }),
      mark({ log, word: 'after' }),
    ],
    ['after a', 'after b', 'after c'],
    0,
  ],
]
for (const [title, tasks, marks, code] of failing) {
  test(title, () =>
    inFolder(async (path) => {
      const { recap, events } = await runTasks(tasks(path('log')), { hosts, connect })
      const seen = marksIn(path('log')).map((line) => line.replace(/ at (\w+) as login/, ' $1'))
      assert.equal(seen.filter((line) => !line.startsWith('once')).sort(), marks)
      assert.is(exitCode(recap), code)
      if (code === 0) return
      const errors = events.flatMap((event) => (event.kind === 'taskEnd' ? (event.result.error ?? []) : []))
      const [, other] = errors
      assert.is(other?.code, 'E_RUN_ONCE')
      assert.is(other?.message, 'mark once failed on a, which ran it once for all hosts.')
    }),
  )
}

test('where the first host failed before it came there, or cannot be reached, the next one carries it out', () =>
  inFolder(async (path) => {
    const log = path('log')
    const tasks = (host: string) => [
      mark({ log, word: `before ${host}`, after: host === 'a' ? 'sleep 0.2; exit 1' : 'true' }),
      mark({ log, word: 'once' }, { runOnce: true }),
    ]
    const ran = await runTasks(tasks, {
      hosts: ['a', 'off', 'b', 'c'],
      connect: namedHosts({ off: ['off'] }).connect,
    })
    assert.equal(
      marksIn(log).filter((line) => line.startsWith('once')),
      ['once at b as login'],
    )
    assert.equal(ofHost(ran, 'c').at(-1), 'c: skipped mark once')
  }))

test('a host that does not have the task is not waited for, and a list of tasks at one line is told apart', () =>
  inFolder(async (path) => {
    const log = path('log')
    const play = definePlay({
      name: 'p',
      hosts: 'all',
      facts: { at: stdout(sh`echo "$AT"`) },
      tasks: ({ facts }) => [
        facts.at === 'a'
          ? mark({ log, word: 'long', after: untilMarked(log, 'y') })
          : ['x', 'y'].map((word) => mark({ log, word }, { runOnce: true })),
      ],
    })
    const { story } = await runPlays([play], { hosts, connect })
    assert.equal(
      marksIn(log).filter((line) => !line.startsWith('long')),
      ['x at b as login', 'y at b as login'],
    )
    assert.ok(story.indexOf('a: changed mark long') > story.indexOf('b: changed mark x'), String(story))
  }))

test('a handler that is to run once runs on one of the hosts that notified it', () =>
  inFolder(async (path) => {
    const log = path('log')
    const tasks = (host: string) => [
      mark(
        { log, word: host },
        host === 'a' ? {} : { notify: mark({ log, word: 'handler' }, { runOnce: true }) },
      ),
    ]
    await runTasks(tasks, { hosts, connect })
    assert.is(marksIn(log).filter((line) => line.startsWith('handler at')).length, 1)
  }))

test('check mode: the first host would change it, the others pass', () =>
  inFolder(async (path) => {
    const { story } = await runTasks([hasLine({ path: path('conf'), line: 'x' }, { runOnce: true })], {
      hosts,
      connect,
      isCheck: true,
    })
    assert.equal([...story].sort(), ['a: changed hasLine x', 'b: skipped hasLine x', 'c: skipped hasLine x'])
  }))

test('throttle: at most so many hosts carry a task out at once, and who waited looks again', () =>
  inFolder(async (path) => {
    const log = path('log')
    const many = ['a', 'b', 'c', 'd', 'e']
    const inside = mark(
      { log, word: 'in', after: `sleep 0.15; echo "out at $AT" >> ${log}` },
      { throttle: 2 },
    )
    const ran = await runTasks([inside, hasLine({ path: path('conf'), line: 'x' }, { throttle: 1 })], {
      hosts: many,
      connect,
    })
    let now = 0
    let most = 0
    for (const line of marksIn(log)) {
      now += line.startsWith('in ') ? 1 : -1
      most = Math.max(most, now)
    }
    assert.is(most, 2)
    assert.is(marksIn(log).length, 10)
    assert.is(readFileSync(path('conf'), 'utf8'), 'x\n')
    assert.is(ran.story.filter((line) => line.includes('changed hasLine')).length, 1)
  }))

test.run()
