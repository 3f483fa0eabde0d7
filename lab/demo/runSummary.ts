// Reads duration, changes and trips of the last run from its journal.

import { join } from 'node:path'
import { lastRun } from '../../src/journal/history.ts'
import { PlaybookError } from '../../src/model/errors/error.ts'
import type { RunRecap } from '../../src/model/run/outcome.ts'

export type RunSummary = {
  readonly title: string
  readonly seconds: number
  readonly changed: number
  /** Of each host, in order. */
  readonly trips: readonly number[]
}

/** @throws PlaybookError E_NO_RUN where the journal has none that came to its end */
export async function summaryOf(folder: string, title: string): Promise<RunSummary> {
  const run = await lastRun(join(folder, '.run-playbook'))
  const end = run?.events.map(({ event }) => event).find((event) => event.kind === 'runEnd')
  if (end?.kind !== 'runEnd') throw new PlaybookError('E_NO_RUN', `No run has ended in ${folder}.`)
  return { title, ...figures(end.recap) }
}

function figures({ hosts, durationMs }: RunRecap): Omit<RunSummary, 'title'> {
  return {
    seconds: durationMs / 1000,
    changed: hosts.reduce((sum, { counts }) => sum + counts.changed, 0),
    trips: hosts.map(({ trips }) => trips),
  }
}
