// Finds the tsconfig.json whose `paths` apply to a user's file.

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The nearest tsconfig.json above a file, if it may have `paths`: reading one takes time, and most have none. */
export function tsconfigOf(path: string): string | false {
  const folder = dirname(path)
  const file = join(folder, 'tsconfig.json')
  try {
    return /"(?:paths|extends)"/.test(readFileSync(file, 'utf8')) && file
  } catch {
    return folder === path ? false : tsconfigOf(folder)
  }
}
