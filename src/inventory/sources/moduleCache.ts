// What an inventory module says: asked now, or kept from a run before, for as long as the module allows.

import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PlaybookError } from '../../model/errors/error.ts'
import type { InventoryDefinition } from '../../model/inventoryModule.ts'
import { secretsIn } from '../../model/secrets/secret.ts'

/**
 * The tree that a module's export stands for.
 *
 * @param folder where answers are kept; without it none is
 * @throws PlaybookError E_INVENTORY for an answer with secrets that was to be kept
 */
export async function evaluateModule(
  exported: unknown,
  path: string,
  folder: string | undefined,
): Promise<unknown> {
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

/** Undefined where there is none, or it is too old, or the module's file is younger. */
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

/** The answer as it will be read again, so that the first run sees what the next ones see. */
function writeCache(file: string, path: string, tree: unknown): unknown {
  if (secretsIn(tree).size > 0) {
    throw new PlaybookError('E_INVENTORY', 'an inventory with secrets is not kept on disk', {
      where: { file: path, line: 1 },
      hint: 'Leave cacheSeconds out, or keep the secrets in a vault.',
    })
  }
  const text = JSON.stringify(tree)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const temporary = `${file}.${process.pid}`
  writeFileSync(temporary, text, { mode: 0o600 })
  renameSync(temporary, file)
  return JSON.parse(text)
}
