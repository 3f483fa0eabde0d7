// Loads a user's TypeScript module with jiti.

import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Jiti, JitiOptions } from 'jiti'
import { codeFolder } from '../cache/cacheFolder.ts'
import { PlaybookError } from '../model/errors/error.ts'
import { compile } from './compiler.ts'
import { loadError } from './loadError.ts'
import { nearestFile } from './nearestFile.ts'
import { shortPath } from './shortPath.ts'
import { tsconfigOf } from './tsconfig.ts'
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
  const tsconfigPaths = tsconfigOf(path)
  const load = async (fsCache: string | false) => {
    const jiti = newJiti({
      fsCache,
      interopDefault: false,
      virtualModules: modules,
      tsconfigPaths,
      transform: compile,
    })
    return (await jiti.import(path)) as Record<string, unknown>
  }
  try {
    return await load(codeFolder('jiti') ?? false).catch((thrown) => {
      if (!isDiskError(thrown)) throw thrown
      return load(false)
    })
  } catch (thrown) {
    throw loadError(path, thrown, modules)
  }
}

/** The file of a package, as imported from a folder; undefined if it is not installed. */
export function findPackage(name: string, folder: string): string | undefined {
  const url = jitiAsCommonJs().createJiti(join(folder, 'run-playbook.js')).esmResolve(name, { try: true })
  return url === undefined ? undefined : fileURLToPath(url)
}

/** jiti reads tsconfig.json at once. */
function newJiti(options: JitiOptions & { readonly tsconfigPaths: string | false }): Jiti {
  const { createJiti } = jitiAsCommonJs()
  try {
    return createJiti(import.meta.url, options)
  } catch (thrown) {
    const { tsconfigPaths: file } = options
    if (file === false) throw thrown
    throw new PlaybookError('E_TSCONFIG', `Cannot read its paths: ${(thrown as Error).message}`, {
      where: { file, line: 1 },
      cause: thrown,
    })
  }
}

/** The compiled module cannot be kept: it is then compiled for this run alone. */
function isDiskError(thrown: unknown): boolean {
  const { code = '' } = (thrown ?? {}) as NodeJS.ErrnoException
  return ['ENOSPC', 'EDQUOT', 'EROFS', 'EFBIG', 'EIO', 'EACCES'].includes(code)
}

/** Loads jiti as CommonJS, three times as fast: of an ES module Node.js first searches the whole bundle for exports. */
function jitiAsCommonJs(): typeof import('jiti') {
  return createRequire(import.meta.url)('jiti')
}
