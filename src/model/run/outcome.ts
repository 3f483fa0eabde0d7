// How a task ended on a host, and what a whole run adds up to.

import type { TextDiff } from '../change.ts'
import type { PlaybookError } from '../errors/error.ts'

/** `unknown` occurs in check mode alone: it depends on something that would have changed first. */
export type Status = 'ok' | 'changed' | 'failed' | 'skipped' | 'unreachable' | 'unknown'

/** A change as reports show it: without its steps. */
export type ReportedChange = {
  readonly what: string
  readonly from: string
  readonly to: string
  readonly diff?: TextDiff
}

/** How one task ended on one host. */
export type TaskResult = {
  readonly status: Status
  readonly changes: readonly ReportedChange[]
  readonly durationMs: number
  readonly error?: PlaybookError
  /** Why it was skipped, or what it depends on where it is unknown. */
  readonly reason?: string
  /** A failure that was told to be ignored. */
  readonly isIgnored?: boolean
}

/** What a host's tasks add up to, in a play or a run. */
export type HostRecap = {
  readonly host: string
  readonly counts: { readonly [S in Status]: number }
  /** Failures that were told to be ignored; not counted as failed. */
  readonly ignored: number
  readonly tasks: number
  readonly trips: number
  readonly durationMs: number
  /** true: it was stopped before the end of its tasks, for no failure of its own. */
  readonly isCutShort?: boolean
}

export type RunRecap = {
  readonly hosts: readonly HostRecap[]
  readonly durationMs: number
  readonly isCheck: boolean
  readonly isInterrupted: boolean
}

export function emptyCounts(): { [S in Status]: number } {
  return { ok: 0, changed: 0, failed: 0, skipped: 0, unreachable: 0, unknown: 0 }
}
