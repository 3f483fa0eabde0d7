// The types of reporters and of the streams they write to.

import type { Writable } from 'node:stream'
import type { Listener } from '../../model/run/event.ts'

/** Listens to a run's events and writes them, for people or for machines. */
export type Reporter = {
  /** Takes every event of one run, in order. It never throws. */
  readonly handle: Listener
  /** Reports an error outside of the hosts, which ends the command. Without it, the error is a text on stderr alone. */
  readonly fail?: (thrown: unknown) => void
  /** Clears the board, and resolves when everything is written. */
  readonly close: () => Promise<void>
}

/** A stream to write to; process.stdout and process.stderr are two. */
export type ReportStream = Writable & {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}
