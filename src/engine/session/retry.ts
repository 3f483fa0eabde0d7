// Retries connections, and says how long to pause between attempts at a task.

import { delay } from '../../model/concurrency/delay.ts'
import { UnreachableError } from '../../model/errors/error.ts'
import type { Retry } from '../../model/sharedOptions.ts'
import type { Connection } from '../../transport/program/transport.ts'

type RetryLimit = {
  /** Seconds until it gives up, the first attempt excepted. */
  readonly timeout: number
  readonly signal?: AbortSignal
}

const longestPauseMs = 5000

/**
 * Connects, again and again until the timeout. What waiting cannot mend, such as a changed host key, is thrown at once.
 *
 * @throws UnreachableError of the last attempt
 */
export async function connectWithRetry(
  connect: () => Promise<Connection>,
  { timeout, signal }: RetryLimit,
): Promise<Connection> {
  const deadline = performance.now() + timeout * 1000
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await connect()
    } catch (thrown) {
      const leftMs = deadline - performance.now()
      if (!isRetriable(thrown) || leftMs < 2 || signal?.aborted) throw thrown
      await delay(Math.min(pauseMs(attempt), leftMs), signal)
    }
  }
}

function isRetriable(thrown: unknown): boolean {
  return thrown instanceof UnreachableError && !thrown.code.startsWith('E_HOST_KEY')
}

/** Grows with the attempts, with jitter so that hosts do not retry in step. */
function pauseMs(attempt: number): number {
  return Math.min(500 * 1.5 ** attempt, longestPauseMs) * (0.75 + Math.random() / 2)
}

/** Default of `maxDelay` where the delay grows. */
const longestGrownSeconds = 60

/** Seconds to wait after the given attempt at a task, counted from 1. */
export function retryDelay({ delay = 1, backoff = 1, maxDelay }: Retry, attempt: number): number {
  const limit = maxDelay ?? (backoff > 1 ? Math.max(delay, longestGrownSeconds) : Number.POSITIVE_INFINITY)
  return Math.min(delay * backoff ** (attempt - 1), limit)
}
