// Shortens paths to show them.

import { isAbsolute, relative } from 'node:path'

/** The path relative to `cwd` if it is below it, else the path itself. */
export function shortPath(path: string, cwd: string): string {
  if (!isAbsolute(path)) return path
  const near = relative(cwd, path)
  return near === '' || near.startsWith('..') ? path : near
}
