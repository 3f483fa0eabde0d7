// Reads the runs that a journal keeps.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runNames } from '../../src/journal/journal.ts'
import { type RecordedEvent, readRecord } from '../../src/journal/record.ts'

export type Run = readonly RecordedEvent[]

/** The newest run of a journal that is one of those meant. */
export async function newestRun(directory: string, isMeant: (run: Run) => boolean): Promise<Run | undefined> {
  for (const name of await runNames(directory)) {
    const run = readRun(join(directory, 'runs', name))
    if (isMeant(run)) return run
  }
  return undefined
}

function readRun(file: string): Run {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => readRecord(line) ?? [])
}
