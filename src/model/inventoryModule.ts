// An inventory that is computed: what a `.ts` module exports, typed.

/** Variables of a group or host. */
export type InventoryVars = { readonly [name: string]: unknown }

/** A group as the YAML has it. Keys of `hosts` may hold ranges: `web[01:10]`. */
export type InventoryGroupTree = {
  readonly hosts?: { readonly [name: string]: InventoryVars | null }
  readonly children?: { readonly [name: string]: InventoryGroupTree | null }
  readonly vars?: InventoryVars
}

/** Groups by name. */
export type InventoryTree = { readonly [group: string]: InventoryGroupTree | null }

/** An inventory that is asked for, and may be kept. */
export type InventoryDefinition = {
  readonly load: () => InventoryTree | Promise<InventoryTree>
  /**
   * For how many seconds an answer is good; 0 if not given: then each run asks anew. It is kept in the folder of this
   * user's cache, readable by nobody else, until the module's file changes or `--flush-cache` removes it. An answer
   * with secrets in it is not kept, and refused.
   */
  readonly cacheSeconds?: number
}

export type InventoryModule = InventoryTree | InventoryDefinition['load'] | InventoryDefinition

/**
 * Types the default export of an inventory module: the tree itself, a function that gives it, async or not, or both
 * with how long an answer is good.
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
