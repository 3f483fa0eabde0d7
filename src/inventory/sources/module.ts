// Reads inventory modules, from their cache for as long as they allow it.

import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeFolder } from '../../files/makeFolder.ts'
import { replaceFile } from '../../files/replaceFile.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { sourceText } from '../../model/errors/sourceText.ts'
import type { InventoryDefinition } from '../../model/inventoryModule.ts'
import { secretsIn } from '../../model/secrets/secret.ts'
import { toSourceNode } from '../parsing/sourceNode.ts'
import type { FileLoader } from './fileLoader.ts'
import { readGroupTree } from './groupTree.ts'
import type { InventoryBuilder } from './inventoryBuilder.ts'

export type ModuleOptions = {
  /** Imports a module. */
  readonly loadModule: ((path: string) => Promise<unknown>) | undefined
  /** The folder of the cache; without it nothing is cached. */
  readonly cacheFolder: string | undefined
}

/** Adds the groups that a module exports by default to the builder, or the error. */
export async function readModule(
  path: string,
  { loadModule, cacheFolder }: ModuleOptions,
  files: FileLoader,
  builder: InventoryBuilder,
): Promise<void> {
  const file = files.displayPath(path)
  const where = { file, line: 1 }
  if (!loadModule) return builder.addError('an inventory module cannot be loaded here', where)
  try {
    const loaded = (await loadModule(path)) as { default?: unknown } | undefined
    const groups = await exportedGroups(loaded?.default ?? loaded, path, cacheFolder)
    files.noted(JSON.stringify(groups) ?? '')
    readGroupTree(toSourceNode(groups, sourceText(file, '')), builder)
  } catch (error) {
    if (error instanceof PlaybookError) builder.errors.push(error)
    else {
      const message = `the inventory module failed: ${(error as Error).message}`
      builder.errors.push(new PlaybookError('E_INVENTORY', message, { where, cause: error }))
    }
  }
}

/** The export is an object in the shape of a YAML inventory, a function that returns it, or a definition. */
async function exportedGroups(exported: unknown, path: string, folder: string | undefined): Promise<unknown> {
  if (typeof exported === 'function') return exported()
  if (!isDefinition(exported)) return exported
  const { cacheSeconds = 0, load } = exported
  if (cacheSeconds <= 0 || folder === undefined) return load()
  const file = join(folder, `${createHash('sha256').update(path).digest('hex')}.json`)
  return readCache(file, path, cacheSeconds) ?? writeCache(file, path, await load())
}

function isDefinition(exported: unknown): exported is InventoryDefinition {
  const { load } = (exported ?? {}) as { readonly load?: unknown }
  return typeof load === 'function'
}

/** Undefined if nothing is cached, it is too old, or the module has changed since. */
function readCache(file: string, path: string, cacheSeconds: number): unknown {
  const { mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? { mtimeMs: 0 }
  const isFresh = Date.now() - mtimeMs < cacheSeconds * 1000 && statSync(path).mtimeMs < mtimeMs
  if (!isFresh) return undefined
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** Returns the groups as `readCache` will, so that the first run sees what the next ones see. */
function writeCache(file: string, path: string, groups: unknown): unknown {
  if (secretsIn(groups).size > 0) {
    throw new PlaybookError('E_INVENTORY', 'an inventory with secrets is not cached on disk', {
      where: { file: path, line: 1 },
      hint: 'Remove cacheSeconds, or keep the secrets in a vault.',
    })
  }
  const text = JSON.stringify(groups)
  makeFolder(dirname(file))
  replaceFile(file, text)
  return JSON.parse(text)
}
