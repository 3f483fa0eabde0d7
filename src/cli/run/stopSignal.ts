// Turns signals and an output that cannot be written into an AbortSignal.

import { setMaxListeners } from 'node:events'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Exit code for a broken pipe: 128 + SIGPIPE. */
const brokenPipe = 141

type StopSignal = {
  readonly signal: AbortSignal
  /** The exit code of a stopped run; undefined if it was not stopped. */
  readonly code: () => number | undefined
  /** Stops the run as the first signal does. */
  readonly stop: () => void
  /** Removes the handlers. */
  readonly release: () => void
}

/** The first signal stops the run in order, the second one kills it. */
export function stopSignal(): StopSignal {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal) // one for each of many hosts is no leak
  let code: number | undefined
  const stop = () => {
    if (controller.signal.aborted) process.exit(130)
    code = 130
    controller.abort()
  }
  const stopOnLostOutput = ({ code: reason }: NodeJS.ErrnoException) => {
    if (controller.signal.aborted) return
    code = reason === 'EPIPE' ? brokenPipe : 1
    controller.abort()
  }
  for (const name of signals) process.on(name, stop)
  process.stdout.on('error', stopOnLostOutput)
  return {
    signal: controller.signal,
    stop,
    code: () => code,
    release: () => {
      for (const name of signals) process.off(name, stop)
      process.stdout.off('error', stopOnLostOutput)
    },
  }
}
