// The order in which the hosts of a play come.

import type { PlayOrder } from '../model/play.ts'

/** The hosts of a play, which stand in the inventory's order, in the order that the play asks for. */
export function orderedHosts<T extends { readonly name: string }>(
  hosts: readonly T[],
  order: PlayOrder = 'inventory',
): T[] {
  return orders[order]([...hosts])
}

const byName = (one: { readonly name: string }, other: { readonly name: string }) =>
  one.name < other.name ? -1 : one.name > other.name ? 1 : 0

const orders: { readonly [O in PlayOrder]: <T extends { readonly name: string }>(hosts: T[]) => T[] } = {
  inventory: (hosts) => hosts,
  reverse_inventory: (hosts) => hosts.reverse(),
  sorted: (hosts) => hosts.sort(byName),
  reverse_sorted: (hosts) => hosts.sort(byName).reverse(),
  shuffle: (hosts) => {
    for (let last = hosts.length - 1; last > 0; last -= 1) {
      const other = Math.floor(Math.random() * (last + 1))
      ;[hosts[last], hosts[other]] = [hosts[other]!, hosts[last]!]
    }
    return hosts
  },
}
