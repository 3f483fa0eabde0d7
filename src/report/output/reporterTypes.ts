// A reporter listens to a run's events and writes them, for people or for machines.

import type { Writable } from 'node:stream'
import type { Listener } from '../../model/run/event.ts'

export type Reporter = {
  /** Takes every event of one run, in order. It never throws. */
  readonly handle: Listener
  /** Finishes what is on the screen and waits until all is written. */
  readonly close: () => Promise<void>
}

/** A stream to write to; process.stdout and process.stderr are two. */
export type ReportStream = Writable & {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}
