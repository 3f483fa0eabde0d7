// Lists past runs and reads the events of one run from the journal.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PlaybookError } from '../model/errors/error.ts'
import type { Resumable } from '../model/run/event.ts'
import type { RunRecap } from '../model/run/outcome.ts'
import { runNames } from './journal.ts'
import { type RecordedEvent, readRecord } from './record.ts'

/** A run as the journal knows it. */
export type RunEntry = {
  /** Names the run: its file without folder and ending. */
  readonly id: string
  readonly file: string
  readonly startedAt: Date
  readonly playbooks: readonly string[]
  readonly isCheck: boolean
  /** Undefined for a run that no later one can go on with: of a single task, say. */
  readonly resumable: Resumable | undefined
  /** Undefined where the run was killed, or is still going on. */
  readonly recap: RunRecap | undefined
}

export type RecordedRun = RunEntry & { readonly events: readonly RecordedEvent[] }

/** The runs kept in a journal's folder, the newest first; none where there is no journal. */
export async function listRuns(directory: string): Promise<RunEntry[]> {
  const runs: RunEntry[] = []
  for (const name of await runNames(directory)) {
    const run = await readNamed(directory, name)
    if (run) {
      const { events: _, ...entry } = run
      runs.push(entry)
    }
  }
  return runs
}

/** The newest run that is wanted, with its events; undefined where there is none. */
export async function lastRun(
  directory: string,
  matches: (run: RunEntry) => boolean = () => true,
): Promise<RecordedRun | undefined> {
  for (const name of await runNames(directory)) {
    const run = await readNamed(directory, name)
    if (run && matches(run)) return run
  }
  return undefined
}

/**
 * A run with its events, which any reporter can be given again.
 *
 * @param id as `listRuns` gives it, or the beginning of one
 * @throws PlaybookError E_UNKNOWN_RUN where there is none, or the beginning is that of several
 */
export async function readRun(directory: string, id: string): Promise<RecordedRun> {
  const names = (await runNames(directory)).filter((name) => name.startsWith(id))
  const run = names.length === 1 ? await readNamed(directory, names[0]!) : undefined
  if (run) return run
  const hint = names.length > 1 ? `It may be any of ${names.map(idOf).join(', ')}.` : undefined
  throw new PlaybookError('E_UNKNOWN_RUN', `No run "${id}" in ${directory}.`, {
    hint: hint ?? 'See run-playbook history for the runs that are kept.',
  })
}

/** Undefined for a file that has no start of a run: it was begun and not written, or is none of ours. */
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
    resumable: start.event.resumable,
    recap: events.map(({ event }) => event).findLast((event) => event.kind === 'runEnd')?.recap,
    events,
  }
}

function idOf(name: string): string {
  return name.replace(/\.jsonl$/, '')
}
