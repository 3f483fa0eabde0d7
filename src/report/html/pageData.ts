// The data in an HTML report: what its writer and its page agree on.

/** Times are whole milliseconds since the start of the run. */
export type PageData = {
  readonly title: string
  /** As it can be typed again; absent if the run cannot be. */
  readonly command?: string
  readonly by?: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** Absent if the run was killed or is still running. */
  readonly durationMs?: number
  readonly isCheck: boolean
  readonly isInterrupted: boolean
  readonly plays: readonly PagePlay[]
  readonly columns: readonly PageColumn[]
  readonly hosts: readonly PageHost[]
  readonly details: readonly PageDetail[]
  /** Equal changes of hosts, in the order of the tasks. */
  readonly changes: readonly PageGroup[]
  /** Equal failures of hosts, most hosts first. */
  readonly failures: readonly PageGroup[]
  readonly warnings: readonly string[]
  readonly since?: PageSince
}

/** What differs from an earlier run. */
export type PageSince = {
  /** The name of the earlier run. */
  readonly run: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly by?: string
  readonly durationMs: { readonly before?: number; readonly after?: number }
  readonly tasks: { readonly [kind in 'new' | 'gone']: readonly PageTask[] }
  readonly hosts: {
    readonly [kind in 'new' | 'gone' | 'failed' | 'recovered' | 'changed' | 'settled']: readonly string[]
  }
  readonly slower: readonly (PageTask & { readonly beforeMs: number; readonly afterMs: number })[]
}

type PageTask = { readonly play: string; readonly title: string }

type PagePlay = { readonly name: string; readonly durationMs?: number; readonly hosts: number }

export type PageColumn = {
  readonly title: string
  /** `playbooks/was.ts:18` */
  readonly where?: string
  readonly isHandler?: true
  /** Index of the play. */
  readonly play: number
}

export type PageOutcome = 'ok' | 'stopped' | 'failed' | 'unreachable' | 'unfinished'

export type PageHost = {
  readonly name: string
  readonly outcome: PageOutcome
  readonly trips: readonly number[]
  readonly entries: readonly number[]
  /** Handlers that a later run has to run. */
  readonly owed?: readonly string[]
}

/** Of `PageHost.entries`: five numbers an entry: column, status, start, duration, and index of its details or -1. */
export const entryWidth = 5

/** Of `PageHost.trips`: four numbers a trip: start, duration, probes, steps. */
export const tripWidth = 4

/** By their number in `PageHost.entries`. */
export const statuses = [
  'ok',
  'changed',
  'failed',
  'skipped',
  'unreachable',
  'unknown',
  'ignored',
  'retry',
] as const

export type PageStatus = (typeof statuses)[number]

export type PageDetail = {
  /** The title on this host, where it differs from the column's. */
  readonly title?: string
  readonly reason?: string
  readonly changes?: readonly PageChange[]
  /** The message of the task. */
  readonly message?: string
  readonly code?: string
  /** Lines of the error, with what the host printed. */
  readonly error?: readonly string[]
  readonly stdout?: string
  readonly stderr?: string
  readonly isTruncated?: true
}

export type PageChange = {
  readonly what: string
  readonly from: string
  readonly to: string
  /** Lines that begin with `@`, a blank, `-`, `+` or a backslash. */
  readonly diff?: string
}

export type PageGroup = {
  readonly column: number
  readonly detail: number
  /** Indices of hosts. */
  readonly hosts: readonly number[]
}
