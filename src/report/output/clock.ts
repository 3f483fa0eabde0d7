// Time as reporters see it, so that tests can turn it by hand.

export type Clock = {
  /** Milliseconds from some start. */
  readonly now: () => number
  /** Calls back every so often; gives what stops it. It keeps no process alive. */
  readonly every: (intervalMs: number, callback: () => void) => () => void
}

export const systemClock: Clock = {
  now: () => performance.now(),
  every: (intervalMs, callback) => {
    const timer = setInterval(callback, intervalMs).unref()
    return () => clearInterval(timer)
  },
}
