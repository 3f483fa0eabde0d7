// Brings the bytes of a file on a host into a new file here, by `cat` on a program of its own.

import { createHash } from 'node:crypto'
import { open as openFile, rm } from 'node:fs/promises'
import { PlaybookError, UnreachableError } from '../model/errors/error.ts'
import type { BecomeSettings } from '../model/host.ts'
import { startAs } from './become/startAs.ts'
import type { Exit, Program, StartProgram } from './program.ts'

export type DownloadOptions = {
  readonly endpoint: string
  /** The file on the host. */
  readonly path: string
  /** The file here; it must not exist yet. Mode 0600. */
  readonly target: string
  readonly become?: BecomeSettings
  readonly timeoutMs: number
}

/**
 * Reads `path` into `target`, and compares its SHA-256 with the one the host has of it. Whatever goes wrong, no part of
 * `target` stays.
 *
 * @throws PlaybookError E_DOWNLOAD_FILE with what the host said, or the fault of this machine's disk; what `open` throws
 */
export async function download(start: StartProgram, options: DownloadOptions): Promise<void> {
  const { path, target } = options
  const program = await startAs(start, { ...options, script, args: [path] })
  const file = await openFile(target, 'wx', 0o600).catch((error: Error) => {
    program.close()
    throw here(options, error)
  })
  try {
    judge(await received(program, file), options)
  } catch (error) {
    await rm(target, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

const script = 'sha256sum <"$1" >&2 && exec cat <"$1"'

type Received = {
  readonly exit: Exit
  readonly stderr: string
  readonly digest: string
  readonly fault?: Error
}

function received(program: Program, file: Awaited<ReturnType<typeof openFile>>): Promise<Received> {
  const hash = createHash('sha256')
  const stderr: Buffer[] = []
  let fault: Error | undefined
  let written: Promise<unknown> = Promise.resolve()
  const keep = (bytes: Buffer) => {
    hash.update(bytes)
    written = written
      .then(() => (fault ? undefined : file.writeFile(bytes)))
      .catch((error: Error) => {
        fault = error
        program.close()
      })
  }
  return new Promise((resolve) => {
    program.receive({
      data: (stream, bytes) => (stream === 'stderr' ? stderr.push(bytes) : keep(bytes)),
      end: async (exit) => {
        await written
        const said = Buffer.concat(stderr).toString('utf8')
        resolve({ exit, stderr: said, digest: hash.digest('hex'), ...(fault ? { fault } : {}) })
      },
    })
    program.endInput()
  })
}

function judge({ exit, stderr, digest, fault }: Received, options: DownloadOptions): void {
  const { endpoint, path } = options
  if (fault) throw here(options, fault)
  if (exit.broken) throw exit.broken.with({ stage: 'busy' })
  if (exit.code === undefined && exit.signal === undefined) {
    throw new UnreachableError('E_CONNECTION_CLOSED', `The connection to ${endpoint} was closed.`, 'busy')
  }
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  if (exit.code !== 0) {
    const reason = lines.at(-1)?.replace(/^.*: /, '') ?? `exit code ${exit.code ?? exit.signal}`
    throw new PlaybookError('E_DOWNLOAD_FILE', `Could not read ${path} on ${endpoint}: ${reason}.`, {
      details: lines,
    })
  }
  if (!stderr.includes(digest)) {
    throw new PlaybookError('E_DOWNLOAD_FILE', `${path} changed while it was read from ${endpoint}.`)
  }
}

function here({ path, endpoint, target }: DownloadOptions, error: Error): PlaybookError {
  const message = `${path} of ${endpoint} could not be kept as ${target}: ${error.message}`
  return new PlaybookError('E_DOWNLOAD_FILE', message, { cause: error })
}
