// A program running on a host: bytes in, bytes out, exit status.

import type { Readable, Writable } from 'node:stream'
import type { UnreachableError } from '../../model/errors/error.ts'

/** How a program ended. Without code and signal it is not known: the connection was lost (`broken`) or closed. */
export type Exit = { readonly code?: number; readonly signal?: string; readonly broken?: UnreachableError }

export type OutputChunk = readonly [stream: 'stdout' | 'stderr', bytes: Buffer]

type ProgramReceiver = {
  readonly data: (stream: 'stdout' | 'stderr', bytes: Buffer) => void
  readonly end: (exit: Exit) => void
}

export interface Program {
  /** Resolves when the bytes are on their way; rejects with ProgramEndedError when they cannot be. */
  readonly write: (bytes: Uint8Array) => Promise<void>
  /** Closes standard input. */
  readonly endInput: () => void
  /** One receiver at a time. Output and the end that came while there was none are delivered to it. */
  readonly receive: (receiver: ProgramReceiver) => void
  /** Removes the receiver; the next one gets `unread` first, which this one received but did not use. */
  readonly detach: (unread: readonly OutputChunk[]) => void
  /** Closes it without waiting. */
  readonly close: () => void
}

/** Starts programs on a host: the one thing in which transports differ. */
export type StartProgram = (command: string) => Promise<Program>

/** Rejects writes to a program that has ended. */
export class ProgramEndedError extends Error {
  readonly exit: Exit

  constructor(exit: Exit) {
    super('The program has ended.')
    this.exit = exit
  }
}

/** @example 'exit code 1' */
export function describeExit({ code, signal }: Exit): string {
  return signal ? `signal ${signal}` : `exit code ${code ?? 'unknown'}`
}

type ProgramStreams = {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Calls back once, after all output was read. */
  readonly onEnd: (listener: (exit: Exit) => void) => void
  readonly close: () => void
}

/**
 * A program over its three streams. Both outputs are always read, with or without a receiver: unread stderr would
 * stall an ssh channel for good.
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
  for (const stream of [stdin, stdout, stderr]) stream.on('error', () => {}) // onEnd reports it
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
          if (error) return // the program is ending: onEnd rejects
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
