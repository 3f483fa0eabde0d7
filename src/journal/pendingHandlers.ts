// Stores the handlers that are pending from run to run, each in a file of its own.

import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../files/makeFolder.ts'
import { replaceFile } from '../files/replaceFile.ts'
import { distrustReason } from '../files/trust.ts'
import { PlaybookError } from '../model/errors/error.ts'
import type { PendingHandlers } from '../model/run/pendingHandlers.ts'

type Entry = { readonly play: string; readonly host: string; readonly title: string }

/**
 * The pending handlers in `<directory>/handlers/`, a file for each handler and run. They are written and removed at once,
 * and survive a run that is killed and a power failure. Several runs may use the folder at the same time: each removes
 * only what it made and what was there when it began.
 *
 * @param directory usually `.run-playbook` in the working directory
 * @param onError called once if the folder cannot be written (a full disk): they then last as long as the run
 * @throws PlaybookError E_PENDING_HANDLERS for a damaged file, because some handler would be forgotten
 */
export function openPendingHandlers(
  directory: string,
  onError: (error: PlaybookError) => void = () => {},
): PendingHandlers {
  const folder = join(directory, 'handlers')
  const run = randomBytes(6).toString('hex')
  /** By play, host and title, the files that say so. */
  const files = new Map<string, Set<string>>()
  const entries = new Map<string, Entry>()
  let hasFailed = false
  const note = (entry: Entry, file: string) => {
    const key = keyOf(entry)
    entries.set(key, entry)
    files.set(key, (files.get(key) ?? new Set()).add(file))
  }
  const attempt = (change: () => void) => {
    try {
      if (problem) throw new Error(problem)
      change()
    } catch (thrown) {
      if (!hasFailed) onError(unwritableError(folder, thrown))
      hasFailed = true
    }
  }
  // Other users could name handlers to run, or lead the files elsewhere.
  const problem = distrustReason(folder, { isGroupTrusted: true, isCallerTrusted: true })
  for (const file of problem ? [] : filesIn(folder)) note(read(file), file)
  return {
    of: (play, host) =>
      [...entries.values()]
        .filter((entry) => entry.play === play && entry.host === host)
        .map(({ title }) => title),
    add: (play, host, title) => {
      const entry = { play, host, title }
      const file = join(folder, `${keyOf(entry)}-${run}.json`)
      if (files.get(keyOf(entry))?.has(file)) return
      note(entry, file)
      attempt(() => {
        makeFolder(folder)
        replaceFile(file, `${JSON.stringify(entry)}\n`)
      })
    },
    settle: (play, host, title) => {
      const key = keyOf({ play, host, title })
      const settled = files.get(key) ?? []
      files.delete(key)
      entries.delete(key)
      for (const file of settled) attempt(() => rmSync(file, { force: true }))
    },
  }
}

function keyOf({ play, host, title }: Entry): string {
  return createHash('sha256')
    .update(JSON.stringify([play, host, title]))
    .digest('hex')
    .slice(0, 32)
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
      .map((name) => join(folder, name))
  } catch (thrown) {
    const { code = '' } = thrown as NodeJS.ErrnoException
    if (['ENOENT', 'ENOTDIR'].includes(code)) return []
    throw damagedError(folder, thrown)
  }
}

function read(file: string): Entry {
  try {
    const { play, host, title } = JSON.parse(readFileSync(file, 'utf8')) as Entry
    if ([play, host, title].every((text) => typeof text === 'string')) return { play, host, title }
    throw new Error('play, host and title are missing')
  } catch (thrown) {
    throw damagedError(file, thrown)
  }
}

function damagedError(path: string, cause: unknown): PlaybookError {
  return new PlaybookError('E_PENDING_HANDLERS', `Cannot read ${path}: ${(cause as Error).message}`, {
    details: ['It names a handler, such as a restart, that an earlier run did not come to run.'],
    hint: 'Run the handlers of that run yourself if in doubt, then remove the file.',
    cause,
  })
}

function unwritableError(folder: string, cause: unknown): PlaybookError {
  const message = `Cannot write pending handlers to ${folder}: ${(cause as Error).message}.`
  return new PlaybookError('E_PENDING_HANDLERS', message, {
    hint: 'If this run ends early, later runs will not run its pending handlers.',
    cause,
  })
}
