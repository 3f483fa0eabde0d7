// Loads an inventory for code.

import { AggregatePlaybookError } from '../model/errors/error.ts'
import { callSite } from '../model/errors/location.ts'
import { optionErrors } from './checkOptions.ts'
import { inventoryOf } from './inventorySource.ts'
import type { InventorySource, LoadInventoryOptions, RunInventory } from './options.ts'
import { rejection } from './rejection.ts'

/**
 * Loads an inventory as the command line does, to look at it, or to give it to several runs.
 *
 * @throws AggregatePlaybookError with the errors of all files, each with file, line and column
 * @example
 * const inventory = await loadInventory('production.yaml')
 * inventory.select('web:!web-02').map((host) => host.name)
 */
export function loadInventory(
  sources: InventorySource | readonly InventorySource[],
  options: LoadInventoryOptions = {},
): Promise<RunInventory> {
  const where = callSite(loadInventory)
  const errors = optionErrors('loadInventory', options, where())
  const loaded =
    errors.length > 0 ? Promise.reject(new AggregatePlaybookError(errors)) : inventoryOf(sources, options)
  return loaded.catch((thrown) => {
    throw rejection(thrown, where())
  })
}
