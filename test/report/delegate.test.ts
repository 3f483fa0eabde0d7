// Tests how reporters name the host of a delegated task and its delegate.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { UnreachableError } from '../../src/model/errors/error.ts'
import type { RunEvent, TaskLabel } from '../../src/model/run/event.ts'
import { emptyCounts, type HostRecap } from '../../src/model/run/outcome.ts'
import { createHtmlReporter } from '../../src/report/html/htmlReporter.ts'
import { createJunitReporter } from '../../src/report/junitReporter.ts'
import { createReporter } from '../../src/report/reporter.ts'
import { createTestTerminal } from './board/terminal.ts'
import { createTestClock, createTestStream, documentOf, reportOf } from './capture.ts'

const task: TaskLabel = { name: 'line', title: 'line /etc/lb.conf', isHandler: false, delegate: 'lb-01' }
const own: TaskLabel = { name: 'ping', title: 'ping', isHandler: false }
const at = { play: 'P', host: 'web-01', index: 0 }
const error = new UnreachableError('E_CONNECTION_LOST', 'Gone.', 'busy')
const change = { what: 'server web-01', from: 'up', to: 'drained' }
const recap: HostRecap = {
  ...{ host: 'web-01', ignored: 1, tasks: 2, trips: 1, durationMs: 1 },
  counts: { ...emptyCounts(), changed: 1 },
}
const started: readonly RunEvent[] = [
  { kind: 'runStart', playbooks: ['p.ts'], isCheck: false },
  { kind: 'playStart', play: 'P', hosts: ['web-01'], isCheck: false },
  { kind: 'hostStart', play: 'P', host: 'web-01', tasks: 2 },
  { kind: 'taskStart', host: 'web-01', task, index: 0 },
  { kind: 'output', host: 'web-01', task, stream: 'stdout', line: 'draining' },
]
const events: readonly RunEvent[] = [
  ...started,
  { kind: 'taskEnd', ...at, task, result: { status: 'changed', changes: [change], durationMs: 1 } },
  {
    kind: 'taskEnd',
    ...{ ...at, index: 1, task: own },
    result: { status: 'unreachable', isIgnored: true, changes: [], durationMs: 1, error },
  },
  { kind: 'hostEnd', play: 'P', recap },
  { kind: 'playEnd', play: 'P', hosts: [recap], durationMs: 1, isCheck: false },
]

test('lines name both hosts, of changes and of output; an ignored loss does not end the host', async () => {
  const { stdout } = await reportOf(events, { output: 'lines', verbosity: 1 })
  assert.match(stdout, /^web-01 -> lb-01 {2}changed {2}line \/etc\/lb\.conf/m)
  assert.match(stdout, /^web-01 -> lb-01 {2}output {3}draining/m)
  assert.match(stdout, /^web-01 {2}ignored {2}ping/m)
  assert.match(stdout, /^web-01 {2}ok/m)
})

test('an interruption names both hosts of a step that was running', async () => {
  const running = [{ host: 'web-01', task: 'line /etc/lb.conf', delegate: 'lb-01' }]
  const { stdout } = await reportOf([...started, { kind: 'interrupted', running }])
  assert.match(stdout, 'A step was running on 1 host:')
  assert.match(stdout, /web-01 -> lb-01 {2}line \/etc\/lb\.conf/)
})

test('the board shows where the current task is carried out, and goes on after an ignored loss', async () => {
  const terminal = createTestTerminal(60, 10)
  const clock = createTestClock()
  const options = { verbosity: 0, isDiffShown: false, env: {}, cwd: '/site', stdout: terminal, clock }
  const reporter = await createReporter({ ...options, output: 'board', stderr: createTestStream() })
  const report = async (some: readonly RunEvent[]) => {
    for (const event of some) reporter.handle(event)
    await new Promise((resolve) => setImmediate(resolve))
    clock.advance(100)
  }
  await report(started)
  assert.match(
    terminal.lines().join('\n'),
    /^ {2}web-01 {2}0\/2 {2}-> lb-01 {2}line \/etc\/lb\.conf {3}0 s$/m,
  )
  await report(events.slice(started.length, -2))
  assert.match(terminal.lines().at(-1)!, /^ {2}web-01 {2}2\/2 {2}ping$/)
  await reporter.close()
})

test('JUnit and HTML name the delegate before the title', async () => {
  assert.match(await documentOf(createJunitReporter, events), 'name="-&gt; lb-01  line /etc/lb.conf"')
  assert.match(await documentOf(createHtmlReporter, events), /"title":"-> lb-01 {2}line /)
})

test.run()
