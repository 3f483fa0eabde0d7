// Finds the tsconfig.json whose `paths` apply to a user's file.

import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { distrustReason } from '../files/trust.ts'

const trust = { isGroupTrusted: true, isCallerTrusted: true }

/**
 * The nearest tsconfig.json above a file, if it may have `paths`: reading one takes time, and most have none. One that
 * neither this user nor the owner of the file can have put there does not count, for it says what is imported.
 */
export function tsconfigOf(path: string, owner = statSync(path).uid): string | false {
  const folder = dirname(path)
  const file = join(folder, 'tsconfig.json')
  try {
    const isRelevant = /"(?:paths|extends)"/.test(readFileSync(file, 'utf8'))
    const isTheirs = statSync(file).uid !== owner && distrustReason(file, trust) !== undefined
    return isRelevant && !isTheirs && file
  } catch {
    return folder === path ? false : tsconfigOf(folder, owner)
  }
}
