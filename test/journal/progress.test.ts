// How far a run came, as its events tell: what a later run goes on with.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { isUnfinished, progressOf } from '../../src/journal/progress.ts'
import type { RunEvent, TaskLabel } from '../../src/model/run/event.ts'
import { emptyCounts, type TaskResult } from '../../src/model/run/outcome.ts'

const label = (title: string): TaskLabel => ({
  name: title,
  title,
  isHandler: title.startsWith('handler'),
})
const play = (name: string, ...hosts: string[]): RunEvent => ({
  kind: 'playStart',
  play: name,
  hosts,
  isCheck: false,
})
const host = (name: string): RunEvent => ({ kind: 'hostStart', play: 'P', host: name, tasks: 3 })
const begun = (name: string, index: number, title: string): RunEvent => ({
  ...{ kind: 'taskStart', host: name, index, task: label(title) },
})
const ended = (name: string, index: number, title: string, result: Partial<TaskResult> = {}): RunEvent => ({
  ...{ kind: 'taskEnd', play: 'P', host: name, index, task: label(title) },
  result: { status: 'ok', changes: [], durationMs: 1, ...result },
})
const end = (name: string, isCutShort = false): RunEvent => ({
  kind: 'hostEnd',
  play: 'P',
  recap: {
    ...{ host: name, counts: emptyCounts(), ignored: 0, tasks: 3, trips: 1, durationMs: 1 },
    ...(isCutShort ? { isCutShort } : {}),
  },
})
const failed = { status: 'failed' } as const

/** `end ended… [at stoppedAt]` of host one. */
const cases: readonly [title: string, events: readonly RunEvent[], reported: string][] = [
  ['a host that was done', [host('one'), ended('one', 0, 'a'), end('one')], 'done a'],
  ['nothing was recorded of it', [], 'stopped'],
  [
    'a failure',
    [host('one'), ended('one', 0, 'a'), ended('one', 1, 'b', failed), end('one')],
    'failed a b at b 1',
  ],
  [
    'a failure, and what came behind it in any case',
    [host('one'), ended('one', 0, 'a', failed), ended('one', 2, 'z'), end('one')],
    'failed a z at a 0',
  ],
  [
    'a failure that was forgiven',
    [host('one'), ended('one', 0, 'a', { ...failed, isIgnored: true }), ended('one', 1, 'r'), end('one')],
    'done a r',
  ],
  [
    'a lost host',
    [host('one'), ended('one', 1, 'b', { status: 'unreachable' }), end('one')],
    'unreachable b at b 1',
  ],
  ['a host that was cut short', [host('one'), ended('one', 0, 'a'), end('one', true)], 'stopped a'],
  [
    'a run that was killed during a task',
    [host('one'), ended('one', 0, 'a'), begun('one', 1, 'b')],
    'stopped a at b 1',
  ],
  [
    'a run that was killed between two',
    [host('one'), begun('one', 0, 'a'), ended('one', 0, 'a')],
    'stopped a',
  ],
  [
    'what a host saw before its turn is void',
    [host('one'), ended('one', 0, 'a', failed), host('one'), ended('one', 0, 'a'), end('one')],
    'done a',
  ],
]

for (const [title, events, reported] of cases) {
  test(title, () => {
    const [progress] = progressOf([play('P', 'one'), ...events])
    const { end: how, ended: list, stoppedAt } = progress!.hosts.get('one')!
    const at = stoppedAt ? ` at ${stoppedAt.title} ${stoppedAt.index}` : ''
    assert.is(`${[how, ...list.map(({ title: each }) => each)].join(' ')}${at}`, reported)
    assert.is(isUnfinished([progress!]), how !== 'done')
  })
}

test('plays in their order, also two of one name', () => {
  const plays = progressOf([
    play('P', 'one'),
    host('one'),
    end('one'),
    play('P', 'one', 'two'),
    host('two'),
    end('two'),
  ])
  assert.equal(
    plays.map(({ hosts }) => [...hosts].map(([name, { end: how }]) => `${name} ${how}`)),
    [['one done'], ['one stopped', 'two done']],
  )
})

test.run()
