// The filters of IP addresses of the collection ansible.utils: ipaddr, ipwrap and others.

import { listOf, named } from '../../values/arguments.ts'
import type { Filter } from '../../values/library.ts'
import { quoted, str } from '../../values/text.ts'
import { isInt, isList, isNumber, PyError, typeName, type Value } from '../../values/value.ts'
import { merged, spanned } from './merge.ts'
import {
  addressText,
  cidrText,
  isAddressNumber,
  isSubnetOf,
  type Network,
  parseNetwork,
  spanOf,
  usableOf,
} from './network.ts'
import { queries } from './queries.ts'
import { subnets } from './subnets.ts'

const collection = 'https://docs.ansible.com/ansible/latest/collections/ansible/utils/'

export const addressFilters: { readonly [name: string]: Filter } = {
  ipaddr: named(['query'], (value, [query = '']) => ipaddr(value, str(query))),
  ipv4: named(['query'], (value, [query = '']) => ipaddr(value, str(query), 4)),
  ipv6: named(['query'], (value, [query = '']) => ipaddr(value, str(query), 6)),
  ipwrap: named(['query'], (value, [query = '']) => wrapped(value, str(query))),
  ipsubnet: named(['query', 'index'], (value, [query = '', index]) => {
    return subnets(str(value), str(query), index === undefined ? undefined : wholeNumber(index))
  }),
  ipmath: named(['amount'], (value, [amount]) => moved(known(value), BigInt(wholeNumber(amount ?? null))), 1),
  nthhost: named(['query'], (value, [query = '']) => of(value, (network) => nth(network, str(query)))),
  next_nth_usable: named(
    ['offset'],
    (value, [offset]) => of(value, (network) => usableAt(network, wholeNumber(offset ?? null))),
    1,
  ),
  previous_nth_usable: named(
    ['offset'],
    (value, [offset]) => of(value, (network) => usableAt(network, -wholeNumber(offset ?? null))),
    1,
  ),
  network_in_usable: named(
    ['test'],
    (value, [test]) => of(value, (network) => of(test, (inner) => inUsable(network, inner))),
    1,
  ),
  network_in_network: named(
    ['test'],
    (value, [test]) => of(value, (network) => of(test, (inner) => isSubnetOf(inner, network))),
    1,
  ),
  reduce_on_network: named(
    ['network'],
    (value, [network]) => {
      const outer = known(network ?? null)
      return listOf(value).filter((each) => isSubnetOf(known(each), outer))
    },
    1,
  ),
  cidr_merge: named(['action'], (value, [action = 'merge']) => {
    const networks = listOf(value).map(known)
    if (action === 'merge') return merged(networks)
    if (action === 'span') return spanned(networks)
    throw new PyError(`no action ${quoted(str(action))}`, 'Give merge or span.')
  }),
  ip4_hex: named(['delimiter'], (value, [delimiter = '']) => {
    const { ip, version } = known(value)
    if (version !== 4) throw new PyError(`${str(value)} is not an IPv4 address`)
    return ip.toString(16).padStart(8, '0').match(/../g)!.join(str(delimiter))
  }),
  ...notBuiltIn(['hwaddr', 'macaddr', 'slaac', 'ipcut', 'ipv6form', 'usable_range']),
}

function ipaddr(value: Value, query: string, version?: 4 | 6): Value {
  if (isList(value))
    return value
      .map((each) => ipaddr(each, query, version))
      .filter((each) => each !== false && each !== null && each !== 0 && each !== '')
  if (value === null || typeof value === 'boolean') return false
  const network = parseNetwork(str(value), version)
  if (!network || (version !== undefined && network.version !== version)) return false
  const given = isNumber(value) || /^\d+(?:\/|$)/.test(str(value)) ? cidrText(network) : value
  const known = Object.hasOwn(queries, query) ? queries[query] : undefined
  if (known) return known(network, given)
  if (/^-?\d+$/.test(query)) return numbered(network, BigInt(query))
  const outer = parseNetwork(query)
  if (outer) return isSubnetOf(network, outer) ? given : null
  const hint = `Queries: ${Object.keys(queries).filter(Boolean).join(', ')}, a number, or a network`
  throw new PyError(`unknown query ${quoted(query)}`, hint)
}

/** An address by its number in the network; a negative one counts from the end. */
function numbered(network: Network, index: bigint): Value {
  const { first, size } = spanOf(network)
  if (size === 1n) return queries['']!(network, null)
  const place = index < 0n ? index + size : index
  if (place < 0n || place >= size) return false
  return `${addressText(first + place, network.version)}/${network.prefix}`
}

function wrapped(value: Value, query: string): Value {
  const found = (each: Value) => {
    const answer = ipaddr(each, query)
    return answer === false || answer === null ? undefined : answer
  }
  if (!isList(value)) return ipaddr(found(value) ?? null, 'wrap') || value
  return value.map((each) => (found(each) === undefined ? each : ipaddr(each, 'wrap')))
}

function moved({ ip, version }: Network, amount: bigint): Value {
  if (!isAddressNumber(ip + amount, version)) throw new PyError('the result is not an address')
  return addressText(ip + amount, version)
}

function nth(network: Network, query: string): Value {
  if (!/^-?\d+$/.test(query)) return false
  const { first, size } = spanOf(network)
  const index = BigInt(query)
  const place = index < 0n ? index + size : index
  return place >= 0n && place < size ? addressText(first + place, network.version) : false
}

function usableAt(network: Network, offset: number): Value {
  const [first, last] = usableOf(network) ?? []
  const ip = network.ip + BigInt(offset)
  return first !== undefined && ip >= first && ip <= last! ? addressText(ip, network.version) : null
}

function inUsable(network: Network, inner: Network): boolean {
  const [first, last] = usableOf(network) ?? [network.ip, network.ip]
  const span = spanOf(inner)
  return inner.version === network.version && span.first >= first && span.last <= last
}

/** false for what is no address or network. */
function of(value: Value | undefined, answer: (network: Network) => Value): Value {
  const network = networkOf(value)
  return network ? answer(network) : false
}

function networkOf(value: Value | undefined): Network | undefined {
  return value !== undefined && (typeof value === 'string' || isInt(value))
    ? parseNetwork(str(value))
    : undefined
}

/** @throws PyError for what is no address or network */
function known(value: Value): Network {
  const network = networkOf(value)
  if (network) return network
  const what = typeof value === 'string' ? quoted(value) : typeName(value)
  throw new PyError(`${what} is not an IP address or network`)
}

function wholeNumber(value: Value): number {
  const text = str(value)
  if (/^-?\d+$/.test(text)) return Number(text)
  throw new PyError(`expects a whole number, not ${quoted(text)}`)
}

/** Filters of the collection that are refused by their names. */
function notBuiltIn(names: readonly string[]): { readonly [name: string]: Filter } {
  return Object.fromEntries(
    names.map((name) => [
      name,
      () => {
        throw new PyError(
          `the filter ${name} of ansible.utils is not built in`,
          `Compute it in TypeScript, and give the result as a variable. What it does: ${collection}${name}_filter.html`,
        )
      },
    ]),
  )
}
