// An IP address with its network, as the filters of ansible.utils see it.

import { createRequire } from 'node:module'
import { int } from '../../values/numbers.ts'
import type { Value } from '../../values/value.ts'

/** `isNetwork`: it was written with a prefix. */
export type Network = {
  readonly version: 4 | 6
  readonly ip: bigint
  readonly prefix: number
  readonly isNetwork: boolean
}

/** Which addresses a network holds. */
type Span = { readonly first: bigint; readonly last: bigint; readonly size: bigint; readonly bits: number }

let library: typeof import('ip-address') | undefined

/** Few templates need it. */
function addresses(): typeof import('ip-address') {
  library ??= createRequire(import.meta.url)('ip-address') as typeof import('ip-address')
  return library
}

/** `10.0.0.1`, `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, the same of IPv6, or a number; undefined: none of these. */
export function parseNetwork(text: string, version?: 4 | 6): Network | undefined {
  const [address = '', prefix, ...more] = text.split('/')
  if (more.length > 0) return undefined
  const found = /^\d+$/.test(address) ? numbered(BigInt(address), version) : parseAddress(address)
  if (!found) return undefined
  const length = prefix === undefined ? bitsOf(found.version) : prefixOf(prefix, found.version)
  return length === undefined ? undefined : { ...found, prefix: length, isNetwork: prefix !== undefined }
}

type Address = Pick<Network, 'version' | 'ip'>

/** An IPv4 address where it may be one. */
function numbered(ip: bigint, version: 4 | 6 | undefined): Address | undefined {
  if (version !== 6 && ip < 1n << 32n) return { version: 4, ip }
  return ip < 1n << 128n ? { version: 6, ip } : undefined
}

function parseAddress(text: string): Address | undefined {
  const { Address4, Address6 } = addresses()
  try {
    if (text.includes(':')) return { version: 6, ip: new Address6(text).bigInt() }
    // A number with a leading zero may be meant as an octal one.
    return /^(?:(?:0|[1-9]\d*)\.){3}(?:0|[1-9]\d*)$/.test(text)
      ? { version: 4, ip: new Address4(text).bigInt() }
      : undefined
  } catch {
    return undefined
  }
}

function prefixOf(text: string, version: 4 | 6): number | undefined {
  const bits = bitsOf(version)
  if (/^\d+$/.test(text)) return Number(text) <= bits ? Number(text) : undefined
  const mask = parseAddress(text)
  if (mask?.version !== version) return undefined
  const binary = mask.ip.toString(2).padStart(bits, '0')
  if (/^1*0*$/.test(binary)) return binary.replaceAll('0', '').length
  return /^0*1+$/.test(binary) ? binary.replaceAll('1', '').length : undefined
}

export function bitsOf(version: 4 | 6): number {
  return version === 4 ? 32 : 128
}

export function spanOf({ version, ip, prefix }: Network): Span {
  const bits = bitsOf(version)
  const size = 1n << BigInt(bits - prefix)
  const first = ip - (ip % size)
  return { first, last: first + size - 1n, size, bits }
}

/** The first and last address that a host may have: all of a network of two, and of more all but the outer ones. */
export function usableOf(network: Network): readonly [first: bigint, last: bigint] | undefined {
  const { first, last, size } = spanOf(network)
  if (size < 2n) return undefined
  return size === 2n ? [first, last] : [first + 1n, last - 1n]
}

/** @param ip has to be one of that version */
export function addressText(ip: bigint, version: 4 | 6): string {
  const { Address4, Address6 } = addresses()
  if (version === 4) return Address4.fromBigInt(ip).correctForm()
  if (ip >> 32n === 0xffffn) return `::ffff:${addressText(ip & 0xffffffffn, 4)}`
  if (ip >> 32n === 0n && ip > 0xffffn) return `::${addressText(ip, 4)}`
  return Address6.fromBigInt(ip).correctForm()
}

export function isAddressNumber(ip: bigint, version: 4 | 6): boolean {
  return ip >= 0n && ip < 1n << BigInt(bitsOf(version))
}

/** `10.0.0.1/8`, with the address as it was given. */
export function cidrText({ ip, version, prefix }: Omit<Network, 'isNetwork'>): string {
  return `${addressText(ip, version)}/${prefix}`
}

/** `10.0.0.0/8`: the network that an address is in. */
export function subnetText(network: Network): string {
  return cidrText({ ...network, ip: spanOf(network).first })
}

export function isSubnetOf(inner: Network, outer: Network): boolean {
  if (inner.version !== outer.version) return false
  const [a, b] = [spanOf(inner), spanOf(outer)]
  return a.first >= b.first && a.last <= b.last
}

/** A count or an address as a number of templates. */
export function number(value: bigint): Value {
  return int(value)
}

/** The name in the reverse zone: `1.0.0.10.in-addr.arpa.` */
export function reverseName(ip: bigint, version: 4 | 6): string {
  if (version === 4) return `${addressText(ip, 4).split('.').reverse().join('.')}.in-addr.arpa.`
  return `${[...ip.toString(16).padStart(32, '0')].reverse().join('.')}.ip6.arpa.`
}
