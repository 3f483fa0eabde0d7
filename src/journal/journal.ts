// Writes the events of a run to a JSON-lines file under .run-playbook/.

import { closeSync, openSync, writeSync } from 'node:fs'
import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PlaybookError } from '../model/errors/error.ts'
import type { Listener, RunEvent } from '../model/run/event.ts'
import { recordLine } from './record.ts'

export type Journal = {
  /** Takes every event of one run. It never throws. */
  readonly handle: Listener
  /** Writes what is left. */
  readonly close: () => Promise<void>
  /** The file written to. */
  readonly file: string
}

export type JournalOptions = {
  /** How many runs are kept, this one included. Default 100. */
  readonly keep?: number
  /** Now. Default: the clock's. */
  readonly time?: () => Date
  /** Told once, where the journal cannot be written on (a full disk): the run goes on without. */
  readonly onError?: (error: PlaybookError) => void
}

/**
 * Begins the journal of a run in `<directory>/runs/<time>-<process id>.jsonl`, points `<directory>/last` to it, and
 * removes the oldest runs beyond those kept. Folders are made with mode 0700 and files with 0600: what changed on
 * hosts is not for everybody. A `.gitignore` keeps all of it out of repositories.
 *
 * @param directory usually `.run-playbook` in the working directory
 * @throws PlaybookError E_JOURNAL where it cannot be written
 *
 * @example
 * const journal = await openJournal('.run-playbook')
 * await run({ ...options, listener: journal.handle })
 * await journal.close()
 */
export async function openJournal(directory: string, options: JournalOptions = {}): Promise<Journal> {
  const { keep = 100, time = () => new Date(), onError: onFault = () => {} } = options
  const name = `${fileTime(time())}-${process.pid}.jsonl`
  const file = join(directory, 'runs', name)
  const writer = await opened(directory, file).catch((thrown) => {
    throw journalError(file, thrown)
  })
  await linkLatest(directory, name)
  await pruneRuns(directory, keep)
  return { file, ...journalOn(writer, file, time, onFault) }
}

/** The names of the runs kept in a journal's folder, the newest first. */
export async function runNames(directory: string): Promise<string[]> {
  const names = await readdir(join(directory, 'runs')).catch(() => [])
  return names.filter((name) => name.endsWith('.jsonl')).sort(newestFirst)
}

async function opened(directory: string, file: string): Promise<number> {
  await mkdir(join(directory, 'runs'), { recursive: true, mode: 0o700 })
  await writeFile(join(directory, '.gitignore'), '*\n', { mode: 0o600 })
  return openSync(file, 'ax', 0o600)
}

/** Lines wait for the end of the present turn of the event loop, and are then written at once. */
function journalOn(
  descriptor: number,
  file: string,
  time: () => Date,
  onFault: (error: PlaybookError) => void,
): Pick<Journal, 'handle' | 'close'> {
  let waiting = ''
  let isOpen = true
  let isClosed = false
  const flush = () => {
    if (!isOpen || waiting === '') return
    const text = waiting
    waiting = ''
    try {
      writeWhole(descriptor, Buffer.from(text))
    } catch (thrown) {
      isOpen = false
      onFault(journalError(file, thrown))
    }
  }
  process.once('exit', flush)
  return {
    handle: (event: RunEvent) => {
      if (!isOpen) return
      if (waiting === '') setImmediate(flush)
      waiting += `${recordLine({ time: time().toISOString(), event })}\n`
    },
    close: async () => {
      if (isClosed) return
      isClosed = true
      process.off('exit', flush)
      flush()
      isOpen = false
      closeSync(descriptor)
    },
  }
}

function writeWhole(descriptor: number, bytes: Buffer): void {
  let from = 0
  while (from < bytes.length) from += writeSync(descriptor, bytes, from)
}

/** `last` is there for people (`tail -f .run-playbook/last`); where links cannot be made they do without. */
async function linkLatest(directory: string, name: string): Promise<void> {
  const link = join(directory, `last.${process.pid}`)
  try {
    await rm(link, { force: true })
    await symlink(join('runs', name), link)
    await rename(link, join(directory, 'last'))
  } catch {
    await rm(link, { force: true })
  }
}

async function pruneRuns(directory: string, keep: number): Promise<void> {
  const surplus = (await runNames(directory)).slice(keep)
  await Promise.all(surplus.map((name) => rm(join(directory, 'runs', name), { force: true }).catch(() => {})))
}

/** `20260314T092653.589Z`: ISO 8601 without what file names do not like, so that names sort by time. */
function fileTime(date: Date): string {
  return date.toISOString().replace(/[-:]/g, '')
}

function newestFirst(one: string, other: string): number {
  return one < other ? 1 : one > other ? -1 : 0
}

function journalError(file: string, cause: unknown): PlaybookError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new PlaybookError('E_JOURNAL', `The journal ${file} cannot be written: ${reason}`, {
    hint: 'Make the folder writable, or run without a journal.',
    cause,
  })
}
