// Reads addresses and default routes from /proc/net, where a host has no `ip`.

import type { AddressFacts, RouteFacts } from '../model/facts.ts'

export type Family = 'ipv4' | 'ipv6'

export type InterfaceAddress = AddressFacts & { readonly interface: string; readonly family: Family }

export type FoundRoute = Pick<RouteFacts, 'interface' | 'gateway'> & { readonly address?: string }

/** The IPv4 addresses are in fib_trie without their interface: that of the connected network that they lie in. */
export function procAddresses(printed: string): InterfaceAddress[] {
  const networks = routes(printed).filter(({ gateway }) => gateway === 0)
  const local = [...section(printed, 'fib_trie').matchAll(/\|-- (\S+)\n\s+\/32 host LOCAL/g)]
  const v4 = [...new Set(local.map(([, address]) => address!))].map((address): InterfaceAddress => {
    if (address.startsWith('127.')) return { interface: 'lo', family: 'ipv4', address, prefix: 8 }
    const there = networks.find(({ target, mask }) => (addressNumber(address) & mask) >>> 0 === target)
    return {
      interface: there?.interface ?? '',
      family: 'ipv4',
      address,
      prefix: there ? bits(there.mask) : 32,
    }
  })
  const v6 = [...section(printed, 'if_inet6').matchAll(/^([0-9a-f]{32}) \S+ (\S+) \S+ \S+ +(\S+)$/gm)].map(
    ([, address = '', prefix = '', name = '']): InterfaceAddress => ({
      interface: name,
      family: 'ipv6',
      address: shortIpv6(address),
      prefix: Number.parseInt(prefix, 16),
    }),
  )
  return [...v4, ...v6]
}

export function procRoute(printed: string, family: Family): FoundRoute | undefined {
  if (family === 'ipv6') return ipv6Route(printed)
  const found = routes(printed)
    .filter(({ target, mask, interface: name }) => target === 0 && mask === 0 && name !== 'lo')
    .sort((one, other) => one.metric - other.metric)[0]
  return (
    found && { interface: found.interface, gateway: found.gateway === 0 ? undefined : dotted(found.gateway) }
  )
}

function ipv6Route(printed: string): FoundRoute | undefined {
  const zero = '0'.repeat(32)
  const found = section(printed, 'ipv6_route')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([target, length, , , , , , , , name]) => target === zero && length === '00' && name !== 'lo')
    .sort((one, other) => Number.parseInt(one[5]!, 16) - Number.parseInt(other[5]!, 16))[0]
  const gateway = found?.[4]
  return found && { interface: found[9]!, gateway: gateway === zero ? undefined : shortIpv6(gateway!) }
}

type ProcRoute = {
  readonly interface: string
  readonly target: number
  readonly gateway: number
  readonly mask: number
  readonly metric: number
}

function routes(printed: string): ProcRoute[] {
  return section(printed, 'route')
    .split('\n')
    .slice(2) // its name, and the heads of the columns
    .map((line) => line.split(/\s+/))
    .filter((fields) => fields.length >= 8)
    .map(([name = '', target = '', gateway = '', , , , metric, mask = '']) => ({
      interface: name,
      target: reversed(target),
      gateway: reversed(gateway),
      mask: reversed(mask),
      metric: Number(metric),
    }))
}

function section(printed: string, name: string): string {
  return printed.split(/^proc /m).find((each) => each.startsWith(`${name}\n`)) ?? ''
}

/** The kernel prints the bytes of an address as a number of the processor: little-endian on all that matter here. */
function reversed(hex: string): number {
  return Buffer.from(hex, 'hex').readUInt32LE()
}

/** An IPv4 address as a number. */
export function addressNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

/** The IPv4 address of a number. */
export function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.')
}

function bits(mask: number): number {
  return mask.toString(2).replaceAll('0', '').length
}

/** 32 hexadecimal digits as people write the address: `fe80::1`. */
function shortIpv6(hex: string): string {
  const full = hex.match(/.{4}/g)!.join(':')
  return new URL(`http://[${full}]`).hostname.slice(1, -1)
}
