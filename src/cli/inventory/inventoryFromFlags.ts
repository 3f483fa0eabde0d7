// Loads the inventory that the flags name, with its extra variables and vault passwords.

import { dataFolder } from '../../cache/cacheFolder.ts'
import { type Inventory, loadInventory } from '../../inventory/inventory.ts'
import { isLocalhost } from '../../inventory/pattern.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import type { Play } from '../../model/play.ts'
import { type VaultFlags, vaultPasswords } from '../../secrets/vaultPasswords.ts'
import { loadModule } from '../../userCode/loadModule.ts'
import { filesIn } from '../../userCode/nearestFile.ts'

type InventoryFlags = VaultFlags & {
  readonly inventory: readonly string[]
  readonly extraVars: readonly string[]
}

/**
 * Loads the inventory. Plays of localhost alone need none.
 *
 * @throws PlaybookError E_NO_INVENTORY, E_PASSWORD_FILE; AggregatePlaybookError with all errors in its files
 */
export async function inventoryFromFlags(
  flags: InventoryFlags,
  playbookDir?: string,
  plays: readonly Play[] = [],
): Promise<Inventory> {
  const isLocal = plays.length > 0 && plays.every(({ spec }) => isLocalhost(spec.hosts))
  if (flags.inventory.length === 0 && !isLocal) throw noInventory()
  return loadInventory(flags.inventory, {
    playbookDir,
    extraVars: flags.extraVars,
    cacheFolder: dataFolder('inventories'),
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
  return new PlaybookError('E_NO_INVENTORY', 'No inventory given.', {
    hint:
      names.length === 0
        ? 'Give one: -i inventory.yaml, or hosts with a trailing comma: -i web-01,web-02,'
        : `Give one: ${names.map((name) => `-i ${name}`).join(' or ')}`,
  })
}
