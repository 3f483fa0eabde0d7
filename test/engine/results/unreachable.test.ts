// ignoreUnreachable: a host that is lost during a task reconnects for the next one.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { block } from '../../../src/model/blocks/block.ts'
import { definePlay } from '../../../src/model/play.ts'
import { exitCode } from '../../../src/model/run/outcome.ts'
import { inFolder, runPlays, runTasks } from '../harness.ts'
import { mark, marksIn, namedHosts, whenMarked } from '../namedHosts.ts'

test('a host that is lost in the middle of a task goes on with the next on a new connection', () =>
  inFolder(async (path) => {
    const log = path('log')
    const hosts = namedHosts()
    whenMarked(path('log'), () => hosts.lose('one'))
    const { story, recap, events } = await runTasks(
      [
        mark({ log, word: 'reboot', after: 'sleep 20' }, { ignoreUnreachable: true }),
        mark({ log, word: 'next' }),
      ],
      {
        connect: hosts.connect,
      },
    )
    assert.equal(story, ['one: unreachable mark reboot', 'one: changed mark next'])
    assert.equal(
      marksIn(log).map((line) => line.split(' ')[0]),
      ['reboot', 'next'],
    )
    assert.is(hosts.connects.get('one'), 2)
    const { counts, ignored } = recap.hosts[0]!
    assert.equal([counts.unreachable, counts.changed, ignored], [0, 1, 1])
    assert.is(exitCode(recap), 0)
    const [end] = events.flatMap((event) => (event.kind === 'taskEnd' ? event.result : []))
    assert.ok(end?.isIgnored)
    assert.match(end!.error!.details.join('\n'), 'In progress: reboot')
  }))

test('without it the host is lost for the rest of the run', () =>
  inFolder(async (path) => {
    const hosts = namedHosts()
    whenMarked(path('log'), () => hosts.lose('one'))
    const { story, recap } = await runTasks(
      [mark({ log: path('log'), word: 'a', after: 'sleep 20' }), mark({ log: path('log'), word: 'b' })],
      {
        connect: hosts.connect,
      },
    )
    assert.equal(story, ['one: unreachable mark a'])
    assert.is(exitCode(recap), 4)
  }))

test('a host that is off: each task that says so is tried, and the first that does not ends it', () =>
  inFolder(async (path) => {
    const log = path('log')
    const hosts = namedHosts({ off: ['one'] })
    const { story, recap } = await runTasks(
      [
        block([mark({ log, word: 'a' }), mark({ log, word: 'b' })], { ignoreUnreachable: true }),
        mark({ log, word: 'c' }),
        mark({ log, word: 'd' }),
      ],
      { connect: hosts.connect },
    )
    assert.equal(story, ['one: unreachable mark a', 'one: unreachable mark b', 'one: unreachable mark c'])
    assert.is(hosts.connects.get('one'), 3)
    assert.equal([recap.hosts[0]!.counts.unreachable, recap.hosts[0]!.ignored], [1, 2])
  }))

test('a play that ignores it takes the host into later plays', () =>
  inFolder(async (path) => {
    const log = path('log')
    const hosts = namedHosts()
    whenMarked(path('log'), () => hosts.lose('one'))
    const play = (name: string, after: string) =>
      definePlay({
        name,
        hosts: 'all',
        ignoreUnreachable: true,
        tasks: () => [mark({ log, word: name, after })],
      })
    const { story } = await runPlays([play('1', 'sleep 20'), play('2', 'true')], {
      connect: hosts.connect,
    })
    assert.equal(story, ['one: unreachable mark 1', 'one: changed mark 2'])
  }))

test.run()
