// The batches of a play: which hosts may change together, as `serial` says.

import type { BatchSize, Serial } from '../model/play.ts'

/** The hosts, in their order, in batches; the last size of a list holds for all hosts that are left. */
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

/** A percentage is one of all the play's hosts, rounded down, and at least one of them. */
function countOf(size: BatchSize, hosts: number): number {
  if (typeof size === 'number') return size
  return Math.max(1, Math.floor((hosts * Number.parseFloat(size)) / 100))
}
