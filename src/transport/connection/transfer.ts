// Shares between uploads and downloads: options, results, errors.

import { type PlaybookError, UnreachableError } from '../../model/errors/error.ts'
import type { BecomeSettings } from '../../model/host.ts'
import { describeExit, type Exit, type Program } from '../program/program.ts'

export type TransferOptions = {
  /** For messages: `app@was-01:22`. */
  readonly endpoint: string
  /** The file on the host. */
  readonly path: string
  readonly become?: BecomeSettings
  readonly timeoutMs: number
}

type ProgramResult = { readonly exit: Exit; readonly stderr: string }

/** Receives a program's output until it ends. */
export function transferResult(
  program: Program,
  onStdout: (bytes: Buffer) => void = () => {},
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const stderr: Buffer[] = []
    program.receive({
      data: (stream, bytes) => (stream === 'stderr' ? stderr.push(bytes) : onStdout(bytes)),
      end: (exit) => resolve({ exit, stderr: Buffer.concat(stderr).toString('utf8') }),
    })
  })
}

/**
 * Throws unless the program succeeded: `failed` makes the error of the host's message.
 *
 * @throws UnreachableError when the connection was lost or closed
 */
export function throwIfFailed(
  { exit, stderr }: ProgramResult,
  endpoint: string,
  failed: (reason: string, details: readonly string[]) => PlaybookError,
): void {
  if (exit.code === 0) return
  if (exit.broken) throw exit.broken.with({ stage: 'busy' })
  if (exit.code === undefined && exit.signal === undefined) {
    throw new UnreachableError('E_CONNECTION_CLOSED', `The connection to ${endpoint} was closed.`, 'busy')
  }
  const details = stderr.split('\n').filter((line) => line.trim() !== '')
  throw failed(details.at(-1)?.replace(/^.*: /, '') ?? describeExit(exit), details)
}
