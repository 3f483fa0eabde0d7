// Orders the hosts of a play and splits them into batches.

import type { BatchSize, PlayOrder, Serial } from '../../model/play.ts'

/** The hosts, given in inventory order, in the order that the play requests. */
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

/** Splits the hosts into batches; the last size of a list holds for all remaining hosts. */
export function batchesOf<T>(hosts: readonly T[], serial: Serial | undefined): T[][] {
  const sizes = serial === undefined ? [0] : [serial].flat().map((size) => countOf(size, hosts.length))
  const batches: T[][] = []
  let at = 0
  while (at < hosts.length) {
    const size = sizes[Math.min(batches.length, sizes.length - 1)] || hosts.length
    batches.push(hosts.slice(at, at + size))
    at += size
  }
  return batches
}

/** A percentage of all the play's hosts, rounded down, but at least one. */
function countOf(size: BatchSize, hosts: number): number {
  if (typeof size === 'number') return size
  return Math.max(1, Math.floor((hosts * Number.parseFloat(size)) / 100))
}
