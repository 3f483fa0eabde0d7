// Lists the inventory in the JSON of `ansible-inventory --list`.

import type { Inventory } from '../inventory.ts'
import type { SourceNode } from '../parsing/sourceNode.ts'
import type { LoadedHost } from '../vars/hostVars.ts'
import { VaultFileSecret, VaultSecret } from '../vault/vaultSecrets.ts'
import { isMagicVar } from './magicVars.ts'

/** A group as Ansible lists it, without empty parts. */
export type ListedGroup = { readonly hosts?: readonly string[]; readonly children?: readonly string[] }

/** The JSON of `ansible-inventory --list`: groups by name, and every host's merged variables under `_meta.hostvars`. */
export type Listing = {
  readonly _meta: { readonly hostvars: { readonly [host: string]: { readonly [name: string]: unknown } } }
  readonly [group: string]: ListedGroup | { readonly hostvars: { readonly [host: string]: object } }
}

/**
 * Lists an inventory as Ansible does. A single vault value is shown encrypted (`{"__ansible_vault": …}`), but the
 * values of an encrypted file in plain text, so show the list only on request. `varsOf` gives other values in their
 * place.
 */
export function listInventory(inventory: Inventory, varsOf: typeof listVars = listVars): Listing {
  const hostvars: Record<string, { readonly [name: string]: unknown }> = {}
  for (const host of inventory.hosts) {
    const vars = varsOf(host)
    if (Object.keys(vars).length > 0) hostvars[host.name] = vars
  }
  const groups: Record<string, ListedGroup> = {}
  for (const { name, hosts, children } of inventory.groups.values()) {
    const listed = {
      ...(hosts.length > 0 && name !== 'all' ? { hosts } : {}),
      ...(children.length > 0 ? { children } : {}),
    }
    if (Object.keys(listed).length > 0) groups[name] = listed
  }
  return { _meta: { hostvars }, ...groups }
}

/** A host's variables as Ansible lists them. */
export function listVars(host: LoadedHost): { readonly [name: string]: unknown } {
  const names = Object.keys(host.rawVars).filter((name) => !isMagicVar(name))
  return Object.fromEntries(names.map((name) => [name, listedValue(host.definitions(name).at(-1)!.node)]))
}

function listedValue(node: SourceNode, isUnsafe = node.isUnsafe === true): unknown {
  const { value, items, entries } = node
  if (value instanceof VaultSecret) return { __ansible_vault: value.ciphertext }
  if (value instanceof VaultFileSecret) return value.reveal()
  if (items) return items.map((item) => listedValue(item, isUnsafe || item.isUnsafe))
  if (entries) {
    return Object.fromEntries(
      [...entries].map(([key, { node: item }]) => [key, listedValue(item, isUnsafe || item.isUnsafe)]),
    )
  }
  return isUnsafe && typeof value === 'string' ? { __ansible_unsafe: value } : value
}
