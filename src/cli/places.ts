// Shows places relative to the folder a person works in.

import { isAbsolute, relative } from 'node:path'
import { PlaybookError } from '../model/error.ts'

/** The path as seen from `cwd`, where that is shorter than going up and down. */
export function shortPath(path: string, cwd: string): string {
  if (!isAbsolute(path)) return path
  const near = relative(cwd, path)
  return near === '' || near.startsWith('..') ? path : near
}

/** The same error, its place relative to `cwd`. */
export function relativeTo(error: PlaybookError, cwd: string): PlaybookError {
  if (!error.where) return error
  const where = { ...error.where, file: shortPath(error.where.file, cwd) }
  const { code, message, hint, details } = error
  return new PlaybookError(code, message, { hint, details, where, cause: error.cause })
}
