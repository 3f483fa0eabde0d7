// Limits the listing of an inventory, like ansible-inventory --list --limit.

import type { Inventory } from '../../inventory/inventory.ts'
import type { ListedGroup, Listing } from '../../inventory/views/listing.ts'

/** @throws PlaybookError E_LIMIT_EMPTY, and errors of the pattern */
export function limitListing(listing: Listing, inventory: Inventory, limit: string): Listing {
  const kept = new Set(inventory.select('all', limit).map(({ name }) => name))
  const { _meta, ...groups } = listing
  const hostvars = Object.fromEntries(Object.entries(_meta.hostvars).filter(([name]) => kept.has(name)))
  const rest = Object.entries(groups).flatMap(([name, group]) => {
    const { hosts = [], children } = group as ListedGroup
    const left = hosts.filter((host) => kept.has(host))
    return left.length === 0 && !children
      ? []
      : [[name, { ...(left.length > 0 ? { hosts: left } : {}), children }]]
  })
  return { _meta: { hostvars }, ...Object.fromEntries(rest) }
}
