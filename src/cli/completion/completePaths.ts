// Files and folders whose path begins as what is written.

import { readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

export type PathOptions = {
  /** Files in this folder may be named without it. */
  readonly folder?: string
  /** Only files that end so; folders are offered whatever they end in. */
  readonly ending?: string
}

/** Paths as they would be written, folders with a slash behind them; hidden ones where a dot is written. */
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
