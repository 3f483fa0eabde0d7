// Logs progress, with the seconds since the start.

/** Listens to progress: one short sentence at a time, without a newline. */
export type Log = (text: string) => void

export const noLog: Log = () => {}

/** Writes progress to stderr as `[  3.2 s] booting was-01`; the clock starts when this is called. */
export function logToStderr(): Log {
  const startedMs = Date.now()
  return (text) => {
    const seconds = ((Date.now() - startedMs) / 1000).toFixed(1).padStart(5)
    process.stderr.write(`[${seconds} s] ${text}\n`)
  }
}

/** Says that `text` begins, does `work`, and says how many seconds it took. */
export async function timed<T>(log: Log, text: string, work: () => Promise<T>): Promise<T> {
  const startedMs = Date.now()
  log(`${text} …`)
  const result = await work()
  log(`${text}: done in ${((Date.now() - startedMs) / 1000).toFixed(1)} s`)
  return result
}
