// Loads the program: the bundled script, or this folder's modules if unbundled.

import { fileURLToPath } from 'node:url'
import { codeFolder } from '../cache/cacheFolder.ts'
import { runCached } from '../cache/compileCache.ts'
import type { main } from './program.ts'

/** The name of the bundle, defined by build/bundle.mjs. */
declare const BUNDLED_PROGRAM: string

type LoadedProgram = {
  readonly main: typeof main
  /** Call it at the end, to save compiled code for the next run. */
  readonly save: () => void
}

export async function loadProgram(): Promise<LoadedProgram> {
  if (typeof BUNDLED_PROGRAM === 'undefined') return { ...(await import('./program.ts')), save: () => {} }
  const file = fileURLToPath(new URL(BUNDLED_PROGRAM, import.meta.url))
  const { exports, save } = runCached<Pick<LoadedProgram, 'main'>>(file, codeFolder('code'))
  return { ...exports, save }
}
