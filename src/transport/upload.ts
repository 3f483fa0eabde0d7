// Sends bytes into a new file on a host, by `cat` on a program of its own.

import { posix } from 'node:path'
import type { Readable } from 'node:stream'
import { PlaybookError, UnreachableError } from '../model/errors/error.ts'
import type { BecomeSettings } from '../model/host.ts'
import { safePaths } from '../model/safePaths.ts'
import { startAs } from './become/startAs.ts'
import { type Exit, type Program, ProgramEndedError, type StartProgram } from './program.ts'

export type UploadOptions = {
  readonly endpoint: string
  readonly source: Readable | Uint8Array
  readonly path: string
  readonly become?: BecomeSettings
  readonly timeoutMs: number
}

/**
 * Sends `source` into a file in a folder that must not exist yet: `path` is `…/FOLDER/FILE`. Modes are 0700 and 0600, so
 * that nobody else can reach the file before it is moved to its place. Whatever goes wrong, no part of it stays; after
 * a broken connection the host itself removes it.
 *
 * @throws PlaybookError E_UPLOAD with what the host said, E_UPLOAD_SOURCE if `source` fails, and what `open` throws
 */
export async function upload(start: StartProgram, options: UploadOptions): Promise<void> {
  const { source, path } = options
  const program = await startAs(start, { ...options, script, args: uploadArgs(path) })
  const end = ending(program)
  try {
    const fault = await send(program, source)
    if (fault) {
      program.close()
      await end
      await removeQuietly(start, options)
      throw sourceFailed(options, fault.error)
    }
    judge(await end, options)
  } finally {
    if (isStream(source)) source.destroy()
  }
}

// The shell outlives the connection: if cat came to its end only because the connection broke, then nobody reads
// the last line any more, printf fails, and the part of the file goes. A SIGPIPE would end the shell before that.
const script = `${safePaths}trap '' PIPE
umask 077
rp_enter "$1"
mkdir -- "./$2" || exit 1
rp_restage "$2"
cat >"./$3" && printf complete && rp_inside=`

const removal = `${safePaths}rp_enter "$1"; rp_restage "$2"`

function uploadArgs(path: string): string[] {
  const folder = posix.dirname(path)
  return [posix.dirname(folder), posix.basename(folder), posix.basename(path)]
}

type Ending = { readonly exit: Exit; readonly stderr: string }

function ending(program: Program): Promise<Ending> {
  return new Promise((resolve) => {
    const stderr: Buffer[] = []
    program.receive({
      data: (stream, bytes) => {
        if (stream === 'stderr') stderr.push(bytes)
      },
      end: (exit) => resolve({ exit, stderr: Buffer.concat(stderr).toString('utf8') }),
    })
  })
}

/** Sends all there is. What it returns is the source's fault; the host's faults show in how the program ends. */
async function send(
  program: Program,
  source: Readable | Uint8Array,
): Promise<{ error: unknown } | undefined> {
  try {
    if (isStream(source)) for await (const chunk of source) await program.write(bytesOf(chunk))
    else await program.write(source)
    program.endInput()
  } catch (error) {
    if (!(error instanceof ProgramEndedError)) return { error }
  }
  return undefined
}

function isStream(source: Readable | Uint8Array): source is Readable {
  return !(source instanceof Uint8Array)
}

function bytesOf(chunk: unknown): Uint8Array {
  return chunk instanceof Uint8Array ? chunk : Buffer.from(String(chunk))
}

function judge({ exit, stderr }: Ending, { endpoint, path }: UploadOptions): void {
  if (exit.code === 0) return
  if (exit.broken) throw exit.broken.with({ stage: 'busy' })
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  if (exit.code === undefined && exit.signal === undefined) {
    throw new UnreachableError('E_CONNECTION_CLOSED', `The connection to ${endpoint} was closed.`, 'busy')
  }
  const reason = lines.at(-1)?.replace(/^.*: /, '') ?? `exit code ${exit.code ?? exit.signal}`
  throw new PlaybookError('E_UPLOAD', `Could not write ${path} on ${endpoint}: ${reason}.`, {
    details: lines,
  })
}

function sourceFailed({ endpoint, path }: UploadOptions, error: unknown): PlaybookError {
  const message = error instanceof Error ? error.message : String(error)
  return new PlaybookError(
    'E_UPLOAD_SOURCE',
    `Could not read what was to become ${path} on ${endpoint}: ${message}`,
    {
      cause: error,
    },
  )
}

async function removeQuietly(start: StartProgram, options: UploadOptions): Promise<void> {
  try {
    const program = await startAs(start, { ...options, script: removal, args: uploadArgs(options.path) })
    await ending(program)
  } catch {
    // the fault of the source is what there is to say
  }
}
