// Writes to a stream, and ignores writes after its reader has gone.

import type { Writable } from 'node:stream'

export type Sink = {
  readonly write: (text: string) => void
  /** false once the reader has closed the pipe. */
  readonly isOpen: () => boolean
  /** Resolves when everything written has been handed to the system, or the reader is gone. */
  readonly flush: () => Promise<void>
}

/** One sink per stream: a reader that goes away (`| head`) ends the writing, not the run. */
export function createSink(stream: Writable): Sink {
  let isOpen = true
  stream.on('error', () => {
    isOpen = false
  })
  return {
    write: (text) => {
      if (isOpen && text !== '') stream.write(text)
    },
    isOpen: () => isOpen,
    flush: () =>
      new Promise((resolve) => {
        if (!isOpen || stream.destroyed) resolve()
        else stream.write('', () => resolve())
      }),
  }
}
