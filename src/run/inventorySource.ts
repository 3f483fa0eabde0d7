// Turns the inventory that code gives into a loaded one.

import { dataFolder } from '../cache/cacheFolder.ts'
import { type Inventory, loadInventory as load } from '../inventory/inventory.ts'
import { PlaybookError } from '../model/errors/error.ts'
import { Secret } from '../model/secrets/secret.ts'
import { vaultPasswords } from '../secrets/vaultPasswords.ts'
import { loadModule } from '../userCode/loadModule.ts'
import type { InventorySource, LoadInventoryOptions, RunInventory } from './options.ts'
import { quietPasswords } from './quietPasswords.ts'

/** @throws PlaybookError, AggregatePlaybookError */
export async function inventoryOf(
  given: InventorySource | readonly InventorySource[] | RunInventory,
  { extraVars = [], playbookDir, ...vault }: LoadInventoryOptions,
): Promise<Inventory> {
  if (isLoaded(given)) {
    if ([extraVars].flat().length === 0) return given
    const hint = 'loadInventory(sources, { extraVars })'
    throw new PlaybookError('E_OPTION', 'Give extraVars where the inventory is loaded.', { hint })
  }
  return load([given].flat() as InventorySource[], {
    playbookDir,
    extraVars: [extraVars].flat(),
    cacheFolder: dataFolder('inventories'),
    loadModule: async (path) => (await loadModule(path)).default,
    vaultPasswords: [...givenPasswords(vault), ...(await readPasswords(vault))],
  })
}

function isLoaded(given: object | string): given is Inventory {
  return typeof given === 'object' && 'select' in given && typeof given.select === 'function'
}

function givenPasswords({ vaultPassword }: LoadInventoryOptions) {
  if (vaultPassword === undefined) return []
  const isOne = typeof vaultPassword === 'string' || vaultPassword instanceof Secret
  const byId = isOne ? { default: vaultPassword } : vaultPassword
  return Object.entries(byId).map(([id, each]) => ({ id, password: asSecret(each) }))
}

function readPasswords({ vaultPasswordFile = [], vaultId = [] }: LoadInventoryOptions) {
  const flags = { vaultPasswordFile: [vaultPasswordFile].flat(), vaultId: [vaultId].flat() }
  return vaultPasswords(flags, quietPasswords.ask, quietPasswords.read)
}

export function asSecret(value: string | Secret): Secret {
  return value instanceof Secret ? value : new Secret(value)
}
