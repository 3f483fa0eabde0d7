// How long to wait before a task is tried again.

import type { Retry } from '../model/task.ts'

/** Seconds that a growing pause does not exceed where nothing is said. */
const longestGrownSeconds = 60

/** Seconds to wait after the `attempt`-th attempt, counted from 1. */
export function pauseSeconds({ delay = 1, backoff = 1, maxDelay }: Retry, attempt: number): number {
  const limit = maxDelay ?? (backoff > 1 ? Math.max(delay, longestGrownSeconds) : Number.POSITIVE_INFINITY)
  return Math.min(delay * backoff ** (attempt - 1), limit)
}
