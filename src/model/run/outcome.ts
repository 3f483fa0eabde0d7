// The results of tasks, hosts and runs.

import type { TextDiff } from '../change.ts'
import type { PlaybookError } from '../errors/error.ts'

/** `unknown` occurs only in check mode: the result depends on an earlier change that was not made. */
export type Status = 'ok' | 'changed' | 'failed' | 'skipped' | 'unreachable' | 'unknown'

/** A change without its steps, as reports show it. */
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
  /** Why it was skipped, or what an unknown result depends on. */
  readonly reason?: string
  /** true: a failure that `ignoreErrors` or `ignoreUnreachable` ignores. */
  readonly isIgnored?: boolean
}

/** The totals of a host, for a play or a run. */
export type HostRecap = {
  readonly host: string
  readonly counts: { readonly [S in Status]: number }
  /** Ignored failures. They are not counted as failed. */
  readonly ignored: number
  readonly tasks: number
  readonly trips: number
  readonly durationMs: number
  /** true: it was stopped before the end of its tasks, but not by a failure of its own. */
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
