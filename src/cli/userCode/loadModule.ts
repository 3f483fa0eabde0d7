// Loads TypeScript of the user's with jiti, in which `run-playbook` is this running copy.

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
 * The module in a file: its exports.
 *
 * @throws PlaybookError E_NO_FILE, E_SYNTAX at the place, E_LOAD with what was missing or thrown
 */
export async function loadModule(path: string): Promise<Record<string, unknown>> {
  if (!existsSync(path)) {
    throw new PlaybookError('E_NO_FILE', `There is no file ${shortPath(path, process.cwd())}.`, {
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

/** Loaded as CommonJS: as an ES module, Node.js first searches all of its bundle for exports, which takes three times as long. */
function jitiAsCommonJs(): typeof import('jiti') {
  return createRequire(import.meta.url)('jiti')
}
