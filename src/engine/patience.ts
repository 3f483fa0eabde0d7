// Connects again and again, to a host that is about to come.

import { UnreachableError } from '../model/errors/error.ts'
import type { Connection } from '../transport/transport.ts'
import { pause } from './pause.ts'

export type Patience = {
  /** Seconds until it is given up, the first attempt excepted. */
  readonly timeout: number
  readonly signal?: AbortSignal
}

const longestPauseMs = 5000

/**
 * The first connection that comes about. What more waiting cannot mend is thrown at once: a host key that is another.
 *
 * @throws UnreachableError of the last attempt
 */
export async function untilConnected(
  connect: () => Promise<Connection>,
  { timeout, signal }: Patience,
): Promise<Connection> {
  const deadline = performance.now() + timeout * 1000
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await connect()
    } catch (thrown) {
      const leftMs = deadline - performance.now()
      if (!mayPass(thrown) || leftMs < 2 || signal?.aborted) throw thrown
      await pause(Math.min(pauseMs(attempt), leftMs), signal)
    }
  }
}

function mayPass(thrown: unknown): boolean {
  return thrown instanceof UnreachableError && !thrown.code.startsWith('E_HOST_KEY')
}

/** Longer from time to time, and never in step with other hosts. */
function pauseMs(attempt: number): number {
  return Math.min(500 * 1.5 ** attempt, longestPauseMs) * (0.75 + Math.random() / 2)
}
