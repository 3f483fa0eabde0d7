// Tests how a failed try of a block is reported: lines, event stream, JUnit.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { PlaybookError } from '../../src/model/errors/error.ts'
import type { RunEvent } from '../../src/model/run/event.ts'
import { emptyCounts } from '../../src/model/run/outcome.ts'
import { streamEventSchema } from '../../src/model/run/streamEvent.ts'
import { eventStream } from '../../src/report/eventStream.ts'
import { createJunitReporter } from '../../src/report/junitReporter.ts'
import { createTextFormatter } from '../../src/report/lines/textFormatter.ts'
import { plainTheme } from '../../src/report/output/theme.ts'

const at = { play: 'Rollout', host: 'web-01' }
const task = (title: string) => ({ name: title, title, isHandler: false })
const change = { what: 'deploy', from: 'not run', to: 'run' }
const failed = {
  status: 'failed' as const,
  changes: [change],
  error: new PlaybookError('E_STEP', 'Exit code 1: deploy', { details: ['no'] }),
  durationMs: 5,
}
const ok = { status: 'ok' as const, changes: [], durationMs: 5 }
const recap = {
  host: 'web-01',
  counts: { ...emptyCounts(), ok: 2 },
  ignored: 0,
  tasks: 2,
  trips: 3,
  durationMs: 9,
}
const retry: RunEvent = {
  ...{ kind: 'retry', ...at, task: task('deploy'), index: 1, attempt: 1, attempts: 3 },
  ...{ delaySeconds: 5, from: 0, result: failed },
}
const events: readonly RunEvent[] = [
  { kind: 'runStart', playbooks: ['rollout.ts'], isCheck: false },
  { kind: 'playStart', play: 'Rollout', hosts: ['web-01'], isCheck: false },
  { kind: 'hostStart', ...at, tasks: 2 },
  { kind: 'taskEnd', ...at, task: task('drain'), index: 0, result: ok },
  retry,
  { kind: 'taskEnd', ...at, task: task('drain'), index: 0, result: ok },
  { kind: 'taskEnd', ...at, task: task('deploy'), index: 1, result: ok },
  { kind: 'hostEnd', play: 'Rollout', recap },
]

test('lines: the error, what it was changing, and when the next try begins', () => {
  const options = { verbosity: 0, theme: plainTheme, cwd: '/', program: 'run-playbook', now: () => 0 }
  const formatter = createTextFormatter(options)
  const lines = events.flatMap((event) => formatter.format(event))
  assert.match(lines[0]!, /^web-01 +retry +deploy +E_STEP$/)
  assert.equal(
    lines.slice(1, 5).map((line) => line.trim()),
    [
      'tried   not run → run',
      'Exit code 1: deploy',
      'no',
      'try 1 of 3 of its block failed, the next one begins in 5 s',
    ],
  )
  assert.match(lines.at(-1)!, /^web-01 +ok +2 tasks/)
})

test('stream: an event that the schema allows', () => {
  const stream = eventStream({ verbosity: 0, isDiffShown: false, time: () => '2026-03-14T09:26:53.589Z' })
  const [, event] = stream.of(retry)
  assert.equal(
    (streamEventSchema({ isStrict: true }).parse(JSON.parse(JSON.stringify(event))) as { delayMs: number })
      .delayMs,
    5000,
  )
})

test('JUnit: the last try counts', async () => {
  let text = ''
  const write = (more: string) => {
    text += more
  }
  const sink = { write, flush: async () => {}, isOpen: () => true }
  const reporter = createJunitReporter({ sink, time: () => '2026-03-14T09:26:53.589Z', cwd: '/' })
  for (const event of events) reporter.handle(event)
  await reporter.close()
  assert.match(text, /tests="2" failures="0"/)
})

test.run()
