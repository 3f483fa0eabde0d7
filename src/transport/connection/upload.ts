// Uploads bytes into a new file on a host.

import { posix } from 'node:path'
import type { Readable } from 'node:stream'
import { PlaybookError } from '../../model/errors/error.ts'
import { safePaths } from '../../model/shell/safePaths.ts'
import { startAs } from '../become/startAs.ts'
import { type Program, ProgramEndedError, type StartProgram } from '../program/program.ts'
import { type TransferOptions, throwIfFailed, transferResult } from './transfer.ts'

type UploadOptions = TransferOptions & {
  readonly source: Readable | Uint8Array
  /** true: the folder may be below one of another user; see `safePaths`. */
  readonly unsafePaths?: boolean
}

/**
 * Writes `source` into a file in a folder that must not exist yet: `path` is `…/FOLDER/FILE`. Their modes are 0600 and
 * 0700, so that nobody else can reach the file before it is moved to its place. On any error no part of it stays; after
 * a lost connection the host itself removes it.
 *
 * @throws PlaybookError E_UPLOAD with the host's message, E_UPLOAD_SOURCE if `source` fails, and what `startAs` throws
 */
export async function uploadFile(start: StartProgram, options: UploadOptions): Promise<void> {
  const { endpoint, path, source } = options
  const program = await startAs(start, { ...options, script: loader, args: uploadArgs(options) })
  const result = transferResult(program)
  try {
    const sourceError = await send(program, options)
    if (sourceError) {
      program.close()
      await result
      await removeQuietly(start, options)
      throw sourceError
    }
    throwIfFailed(await result, endpoint, (reason, details) => {
      const message = `Could not write ${path} on ${endpoint}: ${reason}.`
      return new PlaybookError('E_UPLOAD', message, { details })
    })
  } finally {
    if (isStream(source)) source.destroy()
  }
}

const endOfScript = 'rp-end-of-script'

/** Reads the script from standard input: dropbear refuses a command of more than 9000 bytes. */
const loader = `rp_script=
while IFS= read -r rp_line && [ "$rp_line" != ${endOfScript} ]; do rp_script="$rp_script$rp_line
"; done
eval "$rp_script"`

function sent(text: string): Buffer {
  return Buffer.from(`${text}\n${endOfScript}\n`)
}

// The shell outlives the connection. If cat ended only because the connection was lost, nobody reads its last word,
// printf fails, and the partial file is removed. Without the trap a SIGPIPE would end the shell before that.
const script = `${safePaths}trap '' PIPE
umask 077
rp_unsafe=$4
rp_enter "$1"
mkdir -m 700 -- "./$2" || exit 1
rp_untrusted=1
rp_newstage "$2"
cat >"./$3" && printf complete && rp_inside=`

const removal = `${safePaths}rp_unsafe=$4; rp_enter "$1"; rp_restage "$2"`

function uploadArgs({ path, unsafePaths }: UploadOptions): string[] {
  const folder = posix.dirname(path)
  return [posix.dirname(folder), posix.basename(folder), posix.basename(path), unsafePaths ? '1' : '']
}

/** Returns the error of the source; those of the host show in the program's result. */
async function send(program: Program, options: UploadOptions): Promise<PlaybookError | undefined> {
  const { source } = options
  try {
    await program.write(sent(script))
    if (isStream(source)) for await (const chunk of source) await program.write(bytesOf(chunk))
    else await program.write(source)
    program.endInput()
    return undefined
  } catch (error) {
    return error instanceof ProgramEndedError ? undefined : sourceFailed(options, error)
  }
}

function isStream(source: Readable | Uint8Array): source is Readable {
  return !(source instanceof Uint8Array)
}

function bytesOf(chunk: unknown): Uint8Array {
  return chunk instanceof Uint8Array ? chunk : Buffer.from(String(chunk))
}

function sourceFailed({ endpoint, path }: UploadOptions, cause: unknown): PlaybookError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const message = `Could not read the source of ${path} on ${endpoint}: ${reason}`
  return new PlaybookError('E_UPLOAD_SOURCE', message, { cause })
}

async function removeQuietly(start: StartProgram, options: UploadOptions): Promise<void> {
  try {
    const program = await startAs(start, { ...options, script: loader, args: uploadArgs(options) })
    const result = transferResult(program)
    await program.write(sent(removal))
    program.endInput()
    await result
  } catch {
    // the error of the source is what matters
  }
}
