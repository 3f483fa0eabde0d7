// The inventory that the command line names, with the variables and vault passwords that belong to it.

import { join } from 'node:path'
import { type Inventory, loadInventory } from '../../inventory/inventory.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { cacheFolder } from '../cache/cacheFolder.ts'
import { type VaultFlags, vaultPasswords } from '../secrets/vaultPasswords.ts'
import { loadModule } from '../userCode/loadModule.ts'
import { filesIn } from '../userCode/nearestFile.ts'

export type InventoryFlags = VaultFlags & {
  readonly inventory: readonly string[]
  readonly extraVars: readonly string[]
}

/**
 * The inventory that the flags name.
 *
 * @throws PlaybookError E_NO_INVENTORY, E_PASSWORD_FILE; Faults with all that is wrong in its files
 */
export async function inventoryFromFlags(flags: InventoryFlags, playbookDir?: string): Promise<Inventory> {
  if (flags.inventory.length === 0) throw noInventory()
  return loadInventory(flags.inventory, {
    ...(playbookDir ? { playbookDir } : {}),
    extraVars: flags.extraVars,
    cacheFolder: join(cacheFolder(), 'inventories'),
    loadModule: async (path) => (await loadModule(path)).default,
    vaultPasswords: await vaultPasswords(flags),
  })
}

function noInventory(): PlaybookError {
  const names = ['.', 'inventory']
    .flatMap(filesIn)
    .filter(
      ({ folder, name }) =>
        /\.(?:ya?ml|ini)$/.test(name) && (folder !== '.' || /^(?:inventory|hosts)/.test(name)),
    )
    .map(({ name }) => name)
  return new PlaybookError('E_NO_INVENTORY', 'No inventory is named.', {
    hint:
      names.length === 0
        ? 'Name one: -i inventory.yaml, or hosts with a comma at the end: -i web-01,web-02,'
        : `Name one: ${names.map((name) => `-i ${name}`).join(' or ')}`,
  })
}
