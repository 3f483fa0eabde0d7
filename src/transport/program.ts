// A program running on a host, or here: bytes in, bytes out, and how it ended.

import type { Readable, Writable } from 'node:stream'
import type { UnreachableError } from '../model/errors/error.ts'

/** How a program ended. Neither code nor signal: nobody knows, because the connection broke (`broken`) or was closed. */
export type Exit = { readonly code?: number; readonly signal?: string; readonly broken?: UnreachableError }

export type OutputChunk = readonly [stream: 'stdout' | 'stderr', bytes: Buffer]

export type ProgramReceiver = {
  readonly data: (stream: 'stdout' | 'stderr', bytes: Buffer) => void
  readonly end: (exit: Exit) => void
}

export interface Program {
  /** Resolves when the bytes are on their way; rejects with `ProgramEnded` when they cannot be. */
  readonly write: (bytes: Uint8Array) => Promise<void>
  /** The program reads end of file. */
  readonly endInput: () => void
  /** One receiver at a time. What came while there was none is kept for it, and so is the end. */
  readonly receive: (receiver: ProgramReceiver) => void
  /** No receiver from now on, until the next; `unread` is what the last one heard and leaves to that. */
  readonly detach: (unread: readonly OutputChunk[]) => void
  /** Lets it go, without waiting. */
  readonly close: () => void
}

/** Starts programs on a host: the one thing in which transports differ. */
export type StartProgram = (command: string) => Promise<Program>

/** What a write meets when nobody reads any more. */
export class ProgramEndedError extends Error {
  readonly exit: Exit

  constructor(exit: Exit) {
    super('The program has ended.')
    this.exit = exit
  }
}

export type ProgramStreams = {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Calls back once, after all output was read. */
  readonly onEnd: (listener: (exit: Exit) => void) => void
  readonly close: () => void
}

/**
 * A program over its three streams. Both outputs are always read, heard or not: unread stderr would stop an ssh
 * channel for good.
 */
export function createProgram({ stdin, stdout, stderr, onEnd, close }: ProgramStreams): Program {
  let receiver: ProgramReceiver | undefined
  let exit: Exit | undefined
  let buffered: OutputChunk[] = []
  const pending = new Set<(error: ProgramEndedError) => void>()

  const deliver = (...chunk: OutputChunk) => {
    if (receiver) receiver.data(...chunk)
    else buffered.push(chunk)
  }
  stdout.on('data', (bytes: Buffer) => deliver('stdout', bytes))
  stderr.on('data', (bytes: Buffer) => deliver('stderr', bytes))
  for (const stream of [stdin, stdout, stderr]) stream.on('error', () => {}) // the end says it all
  onEnd((result) => {
    if (exit) return
    exit = result
    for (const reject of pending) reject(new ProgramEndedError(result))
    receiver?.end(result)
  })

  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (exit) return reject(new ProgramEndedError(exit))
        pending.add(reject)
        stdin.write(bytes, (error) => {
          if (error) return // whoever closed the other side ends the program too
          pending.delete(reject)
          resolve()
        })
      }),
    endInput: () => {
      stdin.end()
    },
    receive: (next) => {
      receiver = next
      for (const chunk of buffered.splice(0)) next.data(...chunk)
      const ended = exit
      if (ended) queueMicrotask(() => next.end(ended))
    },
    detach: (unread) => {
      receiver = undefined
      buffered = unread.filter(([, bytes]) => bytes.length > 0)
    },
    close,
  }
}
