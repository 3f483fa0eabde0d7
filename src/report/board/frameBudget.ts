// Limits what the board writes, so that it works over a slow line.

import type { Clock } from '../output/clock.ts'

type FrameBudget = {
  /** Whether a frame may be written now. */
  readonly isFree: () => boolean
  readonly spend: (bytes: number) => void
}

const bytesPerSecond = 8000
const burst = 4000
/** Text of the run does not wait longer for its turn, however much of it there is. */
const longestWaitMs = 1000

/** A frame may be drawn while there is any allowance left, and then takes from the next ones. */
export function frameBudget(clock: Clock): FrameBudget {
  let allowance = burst
  let at = clock.now()
  let drawnAt = at
  return {
    isFree: () => {
      const now = clock.now()
      allowance = Math.min(burst, allowance + ((now - at) / 1000) * bytesPerSecond)
      at = now
      return allowance > 0 || now - drawnAt >= longestWaitMs
    },
    spend: (bytes) => {
      allowance -= bytes
      if (bytes > 0) drawnAt = clock.now()
    },
  }
}
