// Ctrl-C and its relatives, as an AbortSignal.

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The first signal ends the run in order; the second one at once. `release` gives them back to Node. */
export function stopSignal(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController()
  const stop = () => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort()
  }
  for (const name of signals) process.on(name, stop)
  return {
    signal: controller.signal,
    release: () => {
      for (const name of signals) process.off(name, stop)
    },
  }
}
