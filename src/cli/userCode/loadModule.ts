// Loads a user's TypeScript module with jiti.

import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname } from 'node:path'
import { PlaybookError } from '../../model/errors/error.ts'
import { codeFolder } from '../cache/cacheFolder.ts'
import { loadError } from './loadError.ts'
import { nearestFile } from './nearestFile.ts'
import { shortPath } from './shortPath.ts'
import { virtualModules } from './virtualModules.ts'

/**
 * Returns the exports of a module, in which `run-playbook` resolves to this running copy.
 *
 * @throws PlaybookError E_NO_FILE, E_SYNTAX with its location, E_LOAD with what was missing or thrown
 */
export async function loadModule(path: string): Promise<Record<string, unknown>> {
  if (!existsSync(path)) {
    throw new PlaybookError('E_NO_FILE', `File not found: ${shortPath(path, process.cwd())}`, {
      hint: nearestFile(basename(path), [dirname(path)]),
    })
  }
  const modules = await virtualModules()
  const { createJiti } = jitiAsCommonJs()
  const jiti = createJiti(import.meta.url, {
    fsCache: codeFolder('jiti') ?? false,
    interopDefault: false,
    virtualModules: modules,
  })
  try {
    return (await jiti.import(path)) as Record<string, unknown>
  } catch (thrown) {
    throw loadError(path, thrown, modules)
  }
}

/** Loads jiti as CommonJS, three times as fast: of an ES module Node.js first searches the whole bundle for exports. */
function jitiAsCommonJs(): typeof import('jiti') {
  return createRequire(import.meta.url)('jiti')
}
