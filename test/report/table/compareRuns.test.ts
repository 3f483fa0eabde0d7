// Tests the differences between two runs.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { emptyCounts } from '../../../src/model/run/outcome.ts'
import { compareRuns, type RunComparison } from '../../../src/report/table/compareRuns.ts'
import { comparisonLines } from '../../../src/report/table/comparisonText.ts'
import { createRunTable } from '../../../src/report/table/runTable.ts'

/** Of a host: its tasks as `title@line`, with `!` for a failure, `+` for a change, and seconds after a colon. */
type Hosts = { readonly [host: string]: string }

const tableOf = (hosts: Hosts) => {
  const { record, table } = createRunTable()
  record({ kind: 'runStart', playbooks: ['p.ts'], isCheck: false }, 0)
  record({ kind: 'playStart', play: 'P', hosts: Object.keys(hosts), isCheck: false }, 0)
  for (const [host, tasks] of Object.entries(hosts)) {
    record({ kind: 'hostStart', play: 'P', host, tasks: 9 }, 0)
    const counts = emptyCounts()
    for (const [index, text] of tasks.split(' ').entries()) {
      const [, handler, title = '', line, sign, seconds = '0'] =
        /^(h:)?(\w+)(?:@(\d+))?([!+]?)(?::([\d.]+))?$/.exec(text)!
      const status = sign === '!' ? 'failed' : sign === '+' ? 'changed' : 'ok'
      counts[status] += 1
      const where = line ? { file: '/p.ts', line: Number(line) } : undefined
      const task = { name: 'x', title, isHandler: handler !== undefined, where }
      const result = { status, changes: [], durationMs: Number(seconds) * 1000 } as const
      record({ kind: 'taskEnd', play: 'P', host, task, index, result }, 0)
    }
    record(
      { kind: 'hostEnd', play: 'P', recap: { host, counts, ignored: 0, tasks: 9, trips: 1, durationMs: 1 } },
      0,
    )
  }
  return table()
}

const rows: readonly [title: string, before: Hosts, after: Hosts, lines: string[]][] = [
  ['the same', { a: 'one two' }, { a: 'one two' }, ['the same tasks, hosts and results']],
  [
    'tasks that are new and gone',
    { a: 'one two' },
    { a: 'one three' },
    ['1 new task', '  P: three', '1 task gone', '  P: two'],
  ],
  [
    'a title that was changed on its line is the same task',
    { a: 'one two@5' },
    { a: 'one three@5' },
    ['the same tasks, hosts and results'],
  ],
  [
    'a task that moved is the same task',
    { a: 'one@1 two@2' },
    { a: 'two@9 one@3' },
    ['the same tasks, hosts and results'],
  ],
  [
    'a handler is not new because it ran',
    { a: 'one' },
    { a: 'one h:restart' },
    ['the same tasks, hosts and results'],
  ],
  ['a task that no host came to is not gone', { a: 'one two' }, { a: 'one!' }, ['1 host newly failed: a']],
  [
    'a task that no host had come to is not new',
    { a: 'one!' },
    { a: 'one two' },
    ['1 host no longer failed: a'],
  ],
  [
    'hosts that changed, or no longer do',
    { a: 'one', b: 'one+', c: 'one+' },
    { a: 'one+', b: 'one', c: 'one+' },
    ['1 host newly changed: a', '1 host no longer changed: b'],
  ],
  ['hosts that are new and gone', { a: 'one' }, { b: 'one+' }, ['1 host new: b', '1 host gone: a']],
  [
    'tasks that take longer on their slowest host, but not a little longer',
    { a: 'one:1 two:1 three:10', b: 'one:2 two:1 three:1' },
    { a: 'one:1 two:1.9 three:11.5', b: 'one:4 two:1 three:1' },
    ['1 task slower', '  P: one   2 s → 4 s'],
  ],
]

for (const [title, before, after, lines] of rows) {
  test(title, () => assert.equal(comparisonLines(compareRuns(tableOf(before), tableOf(after))), lines))
}

test('lines name few of many hosts, and what could move the cursor is shown', () => {
  const names = Array.from({ length: 300 }, (_, n) => `host-${n}`)
  const none: RunComparison['hosts'] = {
    new: [],
    gone: [],
    failed: names,
    recovered: [],
    changed: [],
    settled: [],
  }
  const lines = comparisonLines({
    ...{ durationMs: { before: 1000, after: 61_000 }, hosts: none, slower: [] },
    tasks: { new: [{ play: 'P', title: 'evil\u001b[2J' }], gone: [] },
  })
  assert.ok(lines.every((line) => line.length < 160))
  assert.match(lines.join('\n'), /^300 hosts newly failed: host-0 .* and \d+ more$/m)
  assert.not.match(lines.join('\n'), /\u001b/)
  assert.is(lines.at(-1), 'took 61 s, before 1 s')
})

test.run()
