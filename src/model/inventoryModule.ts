// Types of inventories written as TypeScript modules, and of variables given in code.

/** Variables of a group or host. */
export type InventoryVars = { readonly [name: string]: unknown }

/** Variables that override all others: by name, or a string as after `-e` (`key=value`, `@file`, `{json}`). */
export type ExtraVars = string | InventoryVars

/** A group as the YAML has it. Keys of `hosts` may hold ranges: `web[01:10]`. */
export type InventoryGroupTree = {
  readonly hosts?: { readonly [name: string]: InventoryVars | null }
  readonly children?: { readonly [name: string]: InventoryGroupTree | null }
  readonly vars?: InventoryVars
}

/** Groups by name. */
export type InventoryTree = { readonly [group: string]: InventoryGroupTree | null }

/** An inventory that a function loads, and whose answer may be cached. */
export type InventoryDefinition = {
  readonly load: () => InventoryTree | Promise<InventoryTree>
  /**
   * How long an answer may be cached, in seconds. Default 0: every run loads it again. The cache is a file that only
   * this user can read; it is dropped when the module's file changes, and by `--flush-cache`. An answer that holds
   * secrets cannot be cached and is refused.
   */
  readonly cacheSeconds?: number
}

export type InventoryModule = InventoryTree | InventoryDefinition['load'] | InventoryDefinition

/**
 * Types the default export of an inventory module: the tree, a function that returns it (async or not), or an object
 * with such a function and a cache time.
 *
 * @example
 * export default defineInventory({
 *   cacheSeconds: 600,
 *   load: async () => ({ web: { hosts: { 'web-01': { ansible_host: await addressOf('web-01') } } } }),
 * })
 */
export function defineInventory<T extends InventoryModule>(inventory: T): T {
  return inventory
}
