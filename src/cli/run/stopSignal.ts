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

/** Until then after the first signal, the running steps are being killed, and no other signal may keep them alive. */
const killMs = 1000

/**
 * The first signal stops the run in order. One that comes later kills it, at the earliest a second after the first: npx
 * passes on the Ctrl-C that the terminal has sent already, and the steps on the hosts must be killed in any case.
 */
export function stopSignal(): StopSignal {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal) // one for each of many hosts is no leak
  let code: number | undefined
  let stoppedAt = 0
  const stop = () => {
    if (controller.signal.aborted) {
      setTimeout(() => process.exit(130), stoppedAt + killMs - performance.now()).unref()
      return
    }
    code = 130
    stoppedAt = performance.now()
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
