// What ends a run early, as an AbortSignal: Ctrl-C and its relatives, and a reader that goes away.

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The exit code of a program whose output nobody reads any more: 128 and the number of SIGPIPE. */
const brokenPipe = 141

export type StopSignal = {
  readonly signal: AbortSignal
  /** The exit code of a run that was stopped; undefined for one that was not. */
  readonly code: () => number | undefined
  /** Gives the signals back to Node. */
  readonly release: () => void
}

/** The first signal ends the run in order; the second one at once. */
export function stopSignal(): StopSignal {
  const controller = new AbortController()
  let code: number | undefined
  const stop = () => {
    if (controller.signal.aborted) process.exit(130)
    code = 130
    controller.abort()
  }
  const stopUnread = ({ code: reason }: NodeJS.ErrnoException) => {
    if (reason !== 'EPIPE' || controller.signal.aborted) return
    code = brokenPipe
    controller.abort()
  }
  for (const name of signals) process.on(name, stop)
  process.stdout.on('error', stopUnread)
  return {
    signal: controller.signal,
    code: () => code,
    release: () => {
      for (const name of signals) process.off(name, stop)
      process.stdout.off('error', stopUnread)
    },
  }
}
