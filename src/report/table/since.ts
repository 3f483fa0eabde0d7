// Defines what differs from an earlier run, and which run that is.

import type { RunComparison } from './compareRuns.ts'

export type Since = RunComparison & {
  /** The name of the earlier run. */
  readonly run: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly by?: string
}
