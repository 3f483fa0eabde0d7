// Lists past runs and reads the events of one run from the journal.

import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PlaybookError } from '../model/errors/error.ts'
import type { Resumable } from '../model/run/event.ts'
import type { RunRecap } from '../model/run/outcome.ts'
import { runNames } from './journal.ts'
import { type RecordedEvent, readRecord } from './record.ts'

/** A run in the journal. */
export type RunEntry = {
  /** The file's name without folder and extension. */
  readonly id: string
  readonly file: string
  readonly startedAt: Date
  readonly playbooks: readonly string[]
  readonly isCheck: boolean
  /** Who made it, and where: `alice@laptop`. */
  readonly by: string | undefined
  /** Undefined if the run cannot be resumed, such as that of a single task. */
  readonly resumable: Resumable | undefined
  /** Undefined if the run was killed or is still running. */
  readonly recap: RunRecap | undefined
}

export type RecordedRun = RunEntry & { readonly events: readonly RecordedEvent[] }

/** The runs in a journal folder, newest first; none if there is no journal. */
export async function listRuns(directory: string): Promise<RunEntry[]> {
  const runs: RunEntry[] = []
  for await (const { events: _, ...entry } of recordedRuns(directory)) runs.push(entry)
  return runs
}

/** The newest run, with its events; undefined if there is none. */
export async function lastRun(directory: string): Promise<RecordedRun | undefined> {
  const { value } = await recordedRuns(directory).next()
  return value
}

/** The runs in a journal folder that match, with their events, newest first. Each is read when it is asked for. */
export async function* recordedRuns(
  directory: string,
  matches: (run: RunEntry) => boolean = () => true,
): AsyncGenerator<RecordedRun, undefined> {
  for (const name of await runNames(directory)) {
    const run = await readNamed(directory, name)
    if (run && matches(run)) yield run
  }
}

/**
 * A run with its events, which any reporter can replay.
 *
 * @param id the id of a run, or the beginning of one
 * @throws PlaybookError E_UNKNOWN_RUN if no run matches, or several do
 */
export async function readRun(directory: string, id: string): Promise<RecordedRun> {
  const names = (await runNames(directory)).filter((name) => name.startsWith(id))
  const run = names.length === 1 ? await readNamed(directory, names[0]!) : undefined
  if (run) return run
  const hint = names.length > 1 ? `It matches ${names.map(idOf).join(', ')}.` : undefined
  throw new PlaybookError('E_UNKNOWN_RUN', `No run "${id}" in ${directory}.`, {
    hint: hint ?? 'List the runs with: run-playbook history',
  })
}

/**
 * The last run before another one, of the same playbooks, both dry or neither, that came to its end. Of other runs only
 * the beginning is read.
 *
 * @param date it began before then; default: before the other run
 */
export async function previousRun(
  directory: string,
  { id, playbooks, isCheck }: RunEntry,
  date?: Date,
): Promise<RecordedRun | undefined> {
  const same = JSON.stringify(playbooks)
  for (const name of (await runNames(directory)).filter((each) => idOf(each) < id)) {
    const first = await firstEvent(join(directory, 'runs', name))
    if (first?.event.kind !== 'runStart' || (date && new Date(first.time) >= date)) continue
    if (first.event.isCheck !== isCheck || JSON.stringify(first.event.playbooks) !== same) continue
    const run = await readNamed(directory, name)
    if (run?.recap) return run
  }
  return undefined
}

async function firstEvent(file: string): Promise<RecordedEvent | undefined> {
  const input = createReadStream(file, { encoding: 'utf8' })
  try {
    let text = ''
    for await (const chunk of input) {
      text += chunk
      if (text.includes('\n')) break
    }
    return readRecord(text.split('\n', 1)[0]!)
  } catch {
    return undefined
  } finally {
    input.destroy()
  }
}

/** Undefined if the file does not start with a run: it is empty, or not ours. */
async function readNamed(directory: string, name: string): Promise<RecordedRun | undefined> {
  const file = join(directory, 'runs', name)
  const text = await readFile(file, 'utf8').catch(() => '')
  const events = text.split('\n').flatMap((line) => readRecord(line) ?? [])
  const [start] = events
  if (start?.event.kind !== 'runStart') return undefined
  return {
    id: idOf(name),
    file,
    startedAt: new Date(start.time),
    playbooks: start.event.playbooks,
    isCheck: start.event.isCheck,
    by: start.event.by,
    resumable: start.event.resumable,
    recap: events.map(({ event }) => event).findLast((event) => event.kind === 'runEnd')?.recap,
    events,
  }
}

function idOf(name: string): string {
  return name.replace(/\.jsonl$/, '')
}
