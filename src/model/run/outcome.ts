// The results of tasks, hosts and runs.

import type { TaskMessage, TextDiff } from '../change.ts'
import type { PlaybookError } from '../errors/error.ts'

/** `unknown` occurs only in check mode: the result depends on an earlier change that was not made. */
export type Status = 'ok' | 'changed' | 'failed' | 'skipped' | 'unreachable' | 'unknown'

/** A change without its steps, as reports show it. */
export type ReportedChange = {
  readonly what: string
  /** All of `what`, where that is abbreviated. */
  readonly whole?: string
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
  /** What the task has to tell; absent with noLog. */
  readonly message?: TaskMessage
  /** What the commands of its steps printed; absent if none ran, or with noLog. */
  readonly output?: TaskOutput
}

/** The ends of what was printed. */
export type TaskOutput = {
  readonly stdout: string
  readonly stderr: string
  readonly isTruncated?: true
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
  /** The titles of handlers that were notified and have not run; a later run runs them. */
  readonly owed?: readonly string[]
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

/** As for `terraform plan -detailed-exitcode`, but 3: 2 means that a host failed. Unknown counts as a change. */
export function detailedExitCode(recap: RunRecap): number {
  const hasChanged = recap.hosts.some(({ counts }) => counts.changed + counts.unknown > 0)
  return exitCode(recap) || (hasChanged ? 3 : 0)
}

/** The exit code, as in Ansible: 2 if a host failed plus 4 if one was unreachable; 130 if interrupted. */
export function exitCode({ hosts, isInterrupted }: RunRecap): number {
  if (isInterrupted) return 130
  const failed = hosts.some(({ counts }) => counts.failed > 0) ? 2 : 0
  const unreachable = hosts.some(({ counts }) => counts.unreachable > 0) ? 4 : 0
  return failed + unreachable
}
