// Downloads a file of a host into a new file on this machine.

import { createHash } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { PlaybookError } from '../../model/errors/error.ts'
import { startAs } from '../become/startAs.ts'
import type { Program, StartProgram } from '../program/program.ts'
import { type TransferOptions, throwIfFailed, transferResult } from './transfer.ts'

type DownloadOptions = TransferOptions & {
  /** The file on this machine; it must not exist yet. Mode 0600. */
  readonly target: string
}

/**
 * Reads `path` into `target`, and compares its SHA-256 with the host's. On any error no part of `target` stays.
 *
 * @throws PlaybookError E_DOWNLOAD_FILE with the message of the host or of this machine; what `startAs` throws
 */
export async function downloadFile(start: StartProgram, options: DownloadOptions): Promise<void> {
  const { path, target } = options
  const program = await startAs(start, { ...options, script, args: [path] })
  const file = await open(target, 'wx', 0o600).catch((error: Error) => {
    program.close()
    throw saveError(options, error)
  })
  try {
    await receive(program, file, options)
  } catch (error) {
    await rm(target, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

/** Larger files are refused: a host must not be able to fill the disk of the controller. */
const limitBytes = 4 * 1024 ** 3

const script = 'sha256sum <"$1" >&2 && exec cat <"$1"'

async function receive(program: Program, file: FileHandle, options: DownloadOptions): Promise<void> {
  const { endpoint, path } = options
  const hash = createHash('sha256')
  let diskError: Error | undefined
  let written: Promise<unknown> = Promise.resolve()
  let received = 0
  const finished = transferResult(program, (bytes) => {
    received += bytes.length
    if (received > limitBytes) return program.close()
    hash.update(bytes)
    written = written
      .then(() => (diskError ? undefined : file.writeFile(bytes)))
      .catch((error: Error) => {
        diskError = error
        program.close()
      })
  })
  program.endInput()
  const result = await finished
  await written
  if (diskError) throw saveError(options, diskError)
  if (received > limitBytes) throw saveError(options, new Error('it is larger than 4 GiB'))
  throwIfFailed(result, endpoint, (reason, details) => {
    const message = `Could not read ${path} on ${endpoint}: ${reason}.`
    return new PlaybookError('E_DOWNLOAD_FILE', message, { details })
  })
  if (!result.stderr.includes(hash.digest('hex'))) {
    throw new PlaybookError('E_DOWNLOAD_FILE', `${path} changed while it was read from ${endpoint}.`)
  }
}

function saveError({ path, endpoint, target }: DownloadOptions, cause: Error): PlaybookError {
  const message = `Could not save ${path} from ${endpoint} as ${target}: ${cause.message}`
  return new PlaybookError('E_DOWNLOAD_FILE', message, { cause })
}
