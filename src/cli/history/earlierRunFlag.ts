// Parses the flags that name an earlier run.

import { sinceDate } from './historyFlags.ts'

/** A name of a run, `previous`, or a date for the last run before it. */
export type Earlier = string | Date

/** @throws InvalidArgumentError for a date that is none */
export function earlierRunFlag(text: string): Earlier {
  return /^\d{4}-|^\d+[mhdw]$/.test(text) ? sinceDate(text) : text
}
