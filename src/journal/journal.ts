// Writes the events of a run to a JSON-lines file under .run-playbook/.

import { closeSync, openSync, writeSync } from 'node:fs'
import { readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { makeFolder } from '../files/makeFolder.ts'
import { distrustReason } from '../files/trust.ts'
import { PlaybookError } from '../model/errors/error.ts'
import type { Listener, RunEvent } from '../model/run/event.ts'
import { recordLine } from './record.ts'

export type Journal = {
  /** Records an event of the run. Never throws. */
  readonly handle: Listener
  /** Writes what is still buffered and closes the file. */
  readonly close: () => Promise<void>
  /** The journal's file. */
  readonly file: string
}

export type JournalOptions = {
  /** How many runs to keep, including this one. Default 100. */
  readonly keep?: number
  /** Returns the current time. Default: the system clock. */
  readonly time?: () => Date
  /** Called once if the journal can no longer be written (a full disk). The run continues without it. */
  readonly onError?: (error: PlaybookError) => void
}

/** The files of journals that this process writes. */
const openFiles = new Set<string>()

/** Whether this process is writing that journal. */
export function isOpenJournal(file: string): boolean {
  return openFiles.has(resolve(file))
}

/**
 * Creates the journal of a run as `<directory>/runs/<time>-<process id>.jsonl`, links `<directory>/last` to it, and
 * deletes the oldest runs. Folders have mode 0700 and files 0600, because changes on hosts may be confidential. A
 * `.gitignore` keeps them out of repositories.
 *
 * @param directory usually `.run-playbook` in the working directory
 * @throws PlaybookError E_JOURNAL if it cannot be written
 *
 * @example
 * const journal = await openJournal('.run-playbook')
 * await run({ ...options, listener: journal.handle })
 * await journal.close()
 */
export async function openJournal(directory: string, options: JournalOptions = {}): Promise<Journal> {
  const { keep = 100, time = () => new Date(), onError = () => {} } = options
  const name = nameFor(directory, time())
  const file = join(directory, 'runs', name)
  openFiles.add(resolve(file))
  const writer = await opened(directory, file).catch((thrown) => {
    openFiles.delete(resolve(file))
    throw thrown instanceof PlaybookError ? thrown : journalError(file, thrown)
  })
  await linkLatest(directory, name)
  await pruneRuns(directory, keep)
  return { file, ...journalOn(writer, file, time, onError) }
}

/** The time is the next that no other run of this process has. */
function nameFor(directory: string, start: Date): string {
  const name = `${fileTime(start)}-${process.pid}.jsonl`
  return isOpenJournal(join(directory, 'runs', name))
    ? nameFor(directory, new Date(start.getTime() + 1))
    : name
}

/** The file names of the runs in a journal folder, newest first. @throws PlaybookError E_JOURNAL if others may write there */
export async function runNames(directory: string): Promise<string[]> {
  const names = await readdir(join(directory, 'runs')).catch(() => [])
  if (names.length > 0) checkFolder(directory)
  return names.filter((name) => name.endsWith('.jsonl')).sort(newestFirst)
}

/** A run is resumed with the flags in its journal, and links could lead what is written elsewhere. */
function checkFolder(directory: string): void {
  const options = { isGroupTrusted: true, isCallerTrusted: true }
  const reason = distrustReason(join(directory, 'runs'), options)
  if (reason === undefined) return
  throw new PlaybookError('E_JOURNAL', `The journal in ${directory} is not used: ${reason}.`, {
    hint: 'This run is not recorded, and cannot be resumed. Run from a folder of your own.',
  })
}

async function opened(directory: string, file: string): Promise<number> {
  checkFolder(directory)
  makeFolder(join(directory, 'runs'))
  // `wx` follows no link.
  await writeFile(join(directory, '.gitignore'), '*\n', { mode: 0o600, flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    },
  )
  return openSync(file, 'ax', 0o600)
}

/** Buffers lines until the end of the current turn of the event loop, then writes them together. */
function journalOn(
  descriptor: number,
  file: string,
  time: () => Date,
  onError: (error: PlaybookError) => void,
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
      onError(journalError(file, thrown))
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
      openFiles.delete(resolve(file))
      closeSync(descriptor)
    },
  }
}

function writeWhole(descriptor: number, bytes: Buffer): void {
  let from = 0
  while (from < bytes.length) from += writeSync(descriptor, bytes, from)
}

/** `last` is for people (`tail -f .run-playbook/last`). It is optional: not every file system has links. */
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

/** `20260314T092653.589Z`: ISO 8601 without `-` and `:`, so that names are portable and sort by time. */
function fileTime(date: Date): string {
  return date.toISOString().replace(/[-:]/g, '')
}

function newestFirst(one: string, other: string): number {
  return one < other ? 1 : one > other ? -1 : 0
}

function journalError(file: string, cause: unknown): PlaybookError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new PlaybookError('E_JOURNAL', `Cannot write the journal ${file}: ${reason}`, {
    hint: 'Make the folder writable, or run from another folder.',
    cause,
  })
}
