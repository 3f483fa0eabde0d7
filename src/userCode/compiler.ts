// Loads jiti's compiler of TypeScript with V8's code cache of an earlier run.

import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { TransformOptions, TransformResult } from 'jiti'
import { codeFolder } from '../cache/cacheFolder.ts'
import { runCachedModule } from '../cache/compileCache.ts'
import { once } from '../model/concurrency/once.ts'

type Compile = (options: TransformOptions) => TransformResult

/** The compiler is half as large as the whole program: only a module that no run has compiled before needs it. */
const compiler = once(() => {
  const folder = dirname(createRequire(import.meta.url).resolve('jiti/package.json'))
  const { exports, save } = runCachedModule<Compile>(join(folder, 'dist/babel.cjs'), codeFolder('code'))
  process.once('exit', save)
  return exports
})

export function compile(options: TransformOptions): TransformResult {
  return compiler()(options)
}
