// Merges networks: into the fewest that hold the same addresses, or into one around them.

import { PyError, type Value } from '../../values/value.ts'
import { bitsOf, cidrText, type Network, spanOf } from './network.ts'

type Range = { readonly version: 4 | 6; readonly first: bigint; readonly last: bigint }

/** The fewest networks that hold the same addresses, in order. */
export function merged(networks: readonly Network[]): Value[] {
  return joined(networks).flatMap(cidrsOf)
}

/** The smallest network that holds all of them; null without any. */
export function spanned(networks: readonly Network[]): Value {
  const [one] = networks
  if (!one) return null
  if (networks.some(({ version }) => version !== one.version))
    throw new PyError('networks of IPv4 and IPv6 have no network around them')
  const ranges = rangesOf(networks)
  const first = ranges[0]!.first
  const last = ranges.reduce((end, range) => (range.last > end ? range.last : end), first)
  if (networks.length === 1) return cidrText(one)
  const bits = bitsOf(one.version)
  let prefix = bits
  while (first >> BigInt(bits - prefix) !== last >> BigInt(bits - prefix)) prefix -= 1
  const shift = BigInt(bits - prefix)
  return cidrText({ version: one.version, ip: (first >> shift) << shift, prefix })
}

/** By version, then by their first addresses. */
function rangesOf(networks: readonly Network[]): Range[] {
  const ranges = networks.map((network) => ({ version: network.version, ...spanOf(network) }))
  return ranges.sort((a, b) => a.version - b.version || (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))
}

/** Ranges that overlap or touch are one. */
function joined(networks: readonly Network[]): Range[] {
  const all: Range[] = []
  for (const range of rangesOf(networks)) {
    const before = all.at(-1)
    if (before?.version === range.version && range.first <= before.last + 1n)
      all[all.length - 1] = { ...before, last: range.last > before.last ? range.last : before.last }
    else all.push(range)
  }
  return all
}

function cidrsOf({ version, first, last }: Range): string[] {
  const cidrs: string[] = []
  for (let at = first; at <= last; ) {
    let length = 0
    while (
      length < bitsOf(version) &&
      at % (1n << BigInt(length + 1)) === 0n &&
      at + (1n << BigInt(length + 1)) - 1n <= last
    )
      length += 1
    cidrs.push(cidrText({ version, ip: at, prefix: bitsOf(version) - length }))
    at += 1n << BigInt(length)
  }
  return cidrs
}
