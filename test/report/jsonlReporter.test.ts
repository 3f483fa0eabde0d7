// Tests the JSON lines of a run.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { AggregatePlaybookError, PlaybookError } from '../../src/model/errors/error.ts'
import type { RunEvent, TaskLabel } from '../../src/model/run/event.ts'
import type { TaskResult } from '../../src/model/run/outcome.ts'
import { createMasker } from '../../src/model/secrets/masker.ts'
import { secret } from '../../src/model/secrets/secret.ts'
import { reportOf } from './capture.ts'
import { sampleRun } from './sampleRun.ts'

type Line = { readonly event: string; readonly time: string; readonly [name: string]: unknown }

async function linesOf(events: readonly RunEvent[], verbosity = 0, isDiffShown = false): Promise<Line[]> {
  const { stdout, stderr } = await reportOf(events, { output: 'jsonl', verbosity, isDiffShown })
  assert.is(stderr, '')
  const [start, ...lines] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.equal([start.event, start.version], ['start', 1])
  return lines
}

const task: TaskLabel = {
  name: 'ping',
  title: 'ping',
  isHandler: false,
  where: { file: '/a.ts', line: 3, column: 1 },
}
const ended = (result: Partial<TaskResult>): RunEvent => ({
  kind: 'taskEnd',
  play: 'Web',
  host: 'web-01',
  task,
  index: 4,
  result: { status: 'ok', changes: [], durationMs: 12.7, ...result },
})

test('every line is an object with its event and an ISO time', async () => {
  for (const line of await linesOf(sampleRun({ isTalkative: true }), 4)) {
    assert.type(line.event, 'string')
    assert.is(new Date(line.time).toISOString(), line.time)
  }
})

test('every task is reported, also if it is ok', async () => {
  const ends = (await linesOf(sampleRun())).filter(({ event }) => event === 'taskEnd')
  assert.is(ends.length, 126)
  assert.is(ends.filter(({ status }) => status === 'changed').length, 8)
})

test('a task has its host, status, changes and duration', async () => {
  const change = { what: 'mode', from: '0600', to: '0644', diff: { path: '/x', before: 'a', after: 'b' } }
  const [line] = await linesOf([ended({ status: 'changed', changes: [change] })])
  const { time: _, ...fields } = line!
  assert.equal(fields, {
    event: 'taskEnd',
    play: 'Web',
    host: 'web-01',
    task: task.title,
    name: task.name,
    where: task.where,
    index: 4,
    status: 'changed',
    changes: [{ what: 'mode', from: '0600', to: '0644' }],
    durationMs: 13,
  })
  const [withDiff] = await linesOf([ended({ status: 'changed', changes: [change] })], 0, true)
  assert.equal(withDiff!.changes, [change])
})

test('an error has its code, message, details, hint and location, and each of several errors', async () => {
  const error = new PlaybookError('E_X', 'No.', {
    details: ['a'],
    hint: 'Do.',
    where: { file: 'a.ts', line: 2 },
  })
  const record = {
    code: 'E_X',
    message: 'No.',
    details: ['a'],
    hint: 'Do.',
    where: { file: 'a.ts', line: 2 },
  }
  const [one, several] = await linesOf([
    ended({ status: 'failed', isIgnored: true, error }),
    ended({ status: 'failed', error: new AggregatePlaybookError([error]) }),
  ])
  assert.equal(one!.error, record)
  assert.is(one!.isIgnored, true)
  assert.equal((several!.error as { faults: unknown }).faults, [record])
})

test('a host and the run have their totals', async () => {
  const lines = await linesOf(sampleRun({ second: 'failed' }))
  const host = lines.filter(({ event }) => event === 'hostEnd')[1]!
  const { time: _, ...fields } = host
  assert.equal(fields, {
    event: 'hostEnd',
    play: 'WAS',
    host: 'was-02',
    ...{ ok: 2, changed: 1, failed: 1, skipped: 0, unreachable: 0, unknown: 0 },
    ...{ ignored: 0, tasks: 62, trips: 3, durationMs: 20_500 },
  })
  const run = lines.at(-1)!
  assert.is(run.event, 'runEnd')
  assert.is((run.hosts as unknown[]).length, 2)
  assert.is(run.isInterrupted, false)
})

const depths: readonly [verbosity: number, events: readonly string[]][] = [
  [0, []],
  [1, ['output']],
  [2, ['command', 'output', 'trip']],
  [4, ['command', 'connection', 'output', 'trip']],
]

for (const [verbosity, expected] of depths) {
  test(`with ${verbosity} -v there are ${expected.join(', ') || 'no details'}`, async () => {
    const lines = await linesOf(sampleRun({ isTalkative: true }), verbosity)
    const found = new Set(lines.map(({ event }) => event))
    const deep = ['command', 'connection', 'output', 'trip'].filter((kind) => found.has(kind))
    assert.equal(deep, expected)
  })
}

test('the output of commands comes with -vvv', async () => {
  const outputAt = async (verbosity: number) =>
    (await linesOf(sampleRun({ isTalkative: true }), verbosity)).find(({ event }) => event === 'command')!
  assert.is((await outputAt(2)).stdout, undefined)
  assert.is((await outputAt(3)).stdout, 'inactive\n')
})

test('a line holds no control character, and parses to the same text', async () => {
  const message = 'a\x1b[31m\u009b\x7f\u202e\nb'
  const { stdout } = await reportOf([{ kind: 'warning', message }], { output: 'jsonl' })
  const [, line = ''] = stdout.split('\n')
  assert.not.match(line, /[\0-\x1f\x7f-\x9f\u202e]/)
  assert.is(JSON.parse(line).message, message)
})

test('what the engine masked stays masked, and the value of a secret in an event is not written', async () => {
  const password = secret('hunter2-hunter2')
  const line = createMasker([password])(`login with ${password.reveal()}`)
  const leaked = password as unknown as string
  const events = [
    { kind: 'output', host: 'web-01', task, stream: 'stdout', line } as const,
    ended({ status: 'changed', changes: [{ what: 'password', from: leaked, to: line }] }),
  ]
  const { stdout } = await reportOf(events, { output: 'jsonl', verbosity: 4, isDiffShown: true })
  assert.not.match(stdout, /hunter2/)
  assert.match(stdout, /"from":"••••••••"/)
})

test.run()
