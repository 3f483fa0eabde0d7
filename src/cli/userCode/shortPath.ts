// Shows places relative to the folder a person works in.

import { isAbsolute, relative } from 'node:path'

/** The path as seen from `cwd`, where that is shorter than going up and down. */
export function shortPath(path: string, cwd: string): string {
  if (!isAbsolute(path)) return path
  const near = relative(cwd, path)
  return near === '' || near.startsWith('..') ? path : near
}
