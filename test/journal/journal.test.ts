// Tests the journal of runs: what is kept, for whom, for how long, and that it reads back.

import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import { lastRun, listRuns, readRun } from '../../src/journal/history.ts'
import { type JournalOptions, openJournal } from '../../src/journal/journal.ts'
import { readRecord, recordLine } from '../../src/journal/record.ts'
import { AggregatePlaybookError, PlaybookError, UnreachableError } from '../../src/model/errors/error.ts'
import type { RunEvent } from '../../src/model/run/event.ts'
import type { TaskResult } from '../../src/model/run/outcome.ts'
import { secret } from '../../src/model/secrets/secret.ts'
import { reportOf } from '../report/capture.ts'
import { sampleRun } from '../report/sampleRun.ts'

const test = suite<{ directory: string }>('journal', { directory: '' })

test.before.each((context) => {
  context.directory = join(mkdtempSync(join(tmpdir(), 'journal-')), '.run-playbook')
})

test.after.each(({ directory }) => rmSync(join(directory, '..'), { recursive: true }))

let second = 0
const time = () => new Date(Date.UTC(2026, 2, 14, 9, 0, second++))

async function keepRun(
  directory: string,
  events: readonly RunEvent[],
  options: JournalOptions = {},
): Promise<string> {
  const journal = await openJournal(directory, { time, ...options })
  for (const event of events) journal.handle(event)
  await journal.close()
  return journal.file
}

test('a run reads back as it was reported, errors included', async ({ directory }) => {
  const events = sampleRun({ second: 'unreachable', isTalkative: true })
  await keepRun(directory, events)
  const run = await lastRun(directory)
  const read = run!.events.map(({ event }) => event)
  for (const verbosity of [0, 4]) {
    const options = { verbosity, isDiffShown: true }
    assert.equal(await reportOf(read, options), await reportOf(events, options))
  }
  assert.equal(run!.playbooks, ['playbooks/was.ts'])
  assert.is(run!.recap?.hosts.length, 2)
})

test('runs are listed, the newest first, and found by the beginning of their names', async ({
  directory,
}) => {
  await keepRun(directory, sampleRun())
  await keepRun(directory, sampleRun({ isCheck: true }))
  await keepRun(directory, sampleRun().slice(0, 50))
  const runs = await listRuns(directory)
  assert.equal(
    runs.map(({ isCheck, recap }) => [isCheck, recap !== undefined]),
    [
      [false, false],
      [true, true],
      [false, true],
    ],
  )
  assert.ok(runs[0]!.startedAt > runs[1]!.startedAt)
  assert.is((await lastRun(directory))!.id, runs[0]!.id)
  assert.is((await readRun(directory, runs[2]!.id.slice(0, -1))).id, runs[2]!.id)
})

for (const [title, id, hint] of [
  ['a run that is not kept is named', 'nope', /history/],
  ['a beginning that fits several runs names them', '2026', /matches 2026.*, 2026/],
] as const) {
  test(title, async ({ directory }) => {
    await keepRun(directory, sampleRun())
    await keepRun(directory, sampleRun())
    try {
      await readRun(directory, id)
      assert.unreachable()
    } catch (error) {
      assert.is((error as PlaybookError).code, 'E_UNKNOWN_RUN')
      assert.match((error as PlaybookError).hint ?? '', hint)
    }
  })
}

test('where there is no journal there are no runs', async ({ directory }) => {
  assert.equal(await listRuns(directory), [])
  assert.is(await lastRun(directory), undefined)
})

test('nobody else can read it, and no repository takes it in', async ({ directory }) => {
  const file = await keepRun(directory, sampleRun())
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
  assert.is(mode(directory), '700')
  assert.is(mode(join(directory, 'runs')), '700')
  assert.is(mode(file), '600')
  assert.is(readFileSync(join(directory, '.gitignore'), 'utf8'), '*\n')
})

test('last points to the newest run while it is written', async ({ directory }) => {
  await keepRun(directory, sampleRun())
  const journal = await openJournal(directory, { time })
  assert.is(join(directory, readlinkSync(join(directory, 'last'))), journal.file)
  await journal.close()
})

test('what was recorded is on disk when the next turn of the loop begins', async ({ directory }) => {
  const journal = await openJournal(directory, { time })
  journal.handle({ kind: 'warning', message: 'Careful.' })
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  assert.match(readFileSync(journal.file, 'utf8'), /"message":"Careful."/)
  await journal.close()
})

test('the oldest runs are removed beyond those kept', async ({ directory }) => {
  const files: string[] = []
  for (let n = 0; n < 6; n += 1) files.push(await keepRun(directory, sampleRun().slice(0, 2), { keep: 4 }))
  assert.equal(
    files.map((file) => existsSync(file)),
    [false, false, true, true, true, true],
  )
})

test('a line that was cut off, or is of another make, is passed over', async ({ directory }) => {
  const file = await keepRun(directory, sampleRun())
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, `${text.slice(0, -40)}\n[1]\n{"time":"x"}\nnull\n`)
  const run = await lastRun(directory)
  assert.is(run!.events.length, sampleRun().length - 1)
  assert.is(run!.recap, undefined)
})

test('a journal that cannot be written is reported with its file', async ({ directory }) => {
  writeFileSync(directory, 'a file in its place')
  try {
    await openJournal(directory)
    assert.unreachable()
  } catch (error) {
    assert.is((error as PlaybookError).code, 'E_JOURNAL')
    assert.match((error as PlaybookError).message, /Cannot write the journal .*runs\/.*jsonl/)
  }
})

test('nothing is left open after close, and later events are passed over', async ({ directory }) => {
  const before = process.listenerCount('exit')
  const journal = await openJournal(directory, { time })
  await journal.close()
  await journal.close()
  journal.handle({ kind: 'warning', message: 'late' })
  assert.is(process.listenerCount('exit'), before)
  assert.is(readFileSync(journal.file, 'utf8'), '')
})

test('the modes of a folder that is there already are left as they are', async ({ directory }) => {
  await keepRun(directory, sampleRun())
  chmodSync(directory, 0o750)
  await keepRun(directory, sampleRun())
  assert.is(statSync(directory).mode & 0o777, 0o750)
})

const ended = (result: Partial<TaskResult>): RunEvent => ({
  kind: 'taskEnd',
  play: 'Web',
  host: 'web-01',
  task: { name: 'ping', title: 'ping', isHandler: false },
  index: 0,
  result: { status: 'ok', changes: [], durationMs: 1, ...result },
})

const backAgain = (event: RunEvent) =>
  readRecord(recordLine({ time: '2026-03-14T09:00:00.000Z', event }))!.event
const errorOf = (event: RunEvent) => (event.kind === 'taskEnd' ? event.result.error : undefined)
const where = { file: 'a.ts', line: 1, column: 2 }

for (const error of [
  new PlaybookError('E_A', 'No.'),
  new PlaybookError('E_B', 'No.', { details: ['a'], hint: 'Do.', where }),
  new UnreachableError('E_C', 'Gone.', 'busy', { hint: 'Again.' }),
  new AggregatePlaybookError([new PlaybookError('E_A', 'No.', { where }), new PlaybookError('E_B', 'No.')]),
]) {
  test(`${error.name} ${error.code} comes back as itself`, () => {
    const back = errorOf(backAgain(ended({ status: 'failed', error })))!
    assert.instance(back, error.constructor)
    const { stack: _, ...fields } = Object.assign({}, error)
    const { stack: __, ...backFields } = Object.assign({}, back)
    assert.equal(JSON.stringify(backFields), JSON.stringify(fields))
    assert.is(back.message, error.message)
  })
}

test('a text too long for the journal is left out, and its change is not', () => {
  const diff = { path: '/x', before: '', after: 'x'.repeat(600 * 1024) }
  const event = backAgain(ended({ status: 'changed', changes: [{ what: 'x', from: 'a', to: 'b', diff }] }))
  assert.equal(event.kind === 'taskEnd' && event.result.changes, [{ what: 'x', from: 'a', to: 'b' }])
})

test('a secret that slipped into an event is never its value', () => {
  const leaked = secret('hunter2-hunter2') as unknown as string
  const line = recordLine({
    time: '',
    event: ended({ changes: [{ what: 'password', from: leaked, to: leaked }] }),
  })
  assert.not.match(line, /hunter2/)
})

test.run()
