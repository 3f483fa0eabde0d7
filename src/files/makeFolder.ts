// Creates a folder on the controller, with those above it, for this user alone.

import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * As `mkdirSync` with `recursive`, which never returns where a file system answers ENOENT to mkdir although the folder
 * above exists, as autofs and /proc do.
 *
 * @throws the error of mkdir
 */
export function makeFolder(path: string): void {
  if (isFolder(path)) return
  const parent = dirname(path)
  if (parent !== path) makeFolder(parent)
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if (!isFolder(path)) throw error
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
