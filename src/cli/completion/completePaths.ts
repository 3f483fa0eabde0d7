// Completes paths of files and folders.

import { readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

type PathOptions = {
  /** Files in this folder are offered without its name, too. */
  readonly folder?: string
  /** Offers only files with this ending, and all folders. */
  readonly ending?: string
}

/** Paths that start with `current`, folders with a trailing slash; hidden ones only after a dot. */
export function completePaths(current: string, { folder, ending = '' }: PathOptions = {}): string[] {
  const slash = current.lastIndexOf('/') + 1
  const [parent, begin] = [current.slice(0, slash), current.slice(slash)]
  const here = namesIn(parent.replace(/^~(?=\/)/, homedir()) || '.', begin, ending).map(
    (name) => parent + name,
  )
  const there = folder === undefined || slash > 0 ? [] : namesIn(join('.', folder), begin, ending)
  return [...here, ...there.filter((name) => !name.endsWith('/'))]
}

function namesIn(folder: string, begin: string, ending: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(({ name }) => name.startsWith(begin) && (begin.startsWith('.') || !name.startsWith('.')))
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink() || entry.name.endsWith(ending))
      .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
  } catch {
    return []
  }
}
