// The reporters' time and timers, which tests replace.

export type Clock = {
  /** Milliseconds from some start. */
  readonly now: () => number
  /** An interval that does not keep the process alive; returns what stops it. */
  readonly every: (intervalMs: number, callback: () => void) => () => void
}

export const systemClock: Clock = {
  now: () => performance.now(),
  every: (intervalMs, callback) => {
    const timer = setInterval(callback, intervalMs).unref()
    return () => clearInterval(timer)
  },
}
