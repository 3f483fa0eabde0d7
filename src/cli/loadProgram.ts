// Loads the program: bundled in one script, or in this folder's modules where nobody has bundled them.

import { fileURLToPath } from 'node:url'
import { codeFolder } from './cache/cacheFolder.ts'
import { runCached } from './cache/compileCache.ts'
import type { main } from './program.ts'

/** The name of the bundle, put in by build/bundle.mjs. */
declare const BUNDLED_PROGRAM: string

export type LoadedProgram = {
  readonly main: typeof main
  /** To be called at the end: the next run need not compile again what this one did. */
  readonly save: () => void
}

export async function loadProgram(): Promise<LoadedProgram> {
  if (typeof BUNDLED_PROGRAM === 'undefined') return { ...(await import('./program.ts')), save: () => {} }
  const file = fileURLToPath(new URL(BUNDLED_PROGRAM, import.meta.url))
  const { exports, save } = runCached<Pick<LoadedProgram, 'main'>>(file, codeFolder('code'))
  return { ...exports, save }
}
