// The queries of the filter ipaddr, by name.

import { PyError, type Value } from '../../values/value.ts'
import {
  addressText,
  bitsOf,
  cidrText,
  isAddressNumber,
  type Network,
  number,
  parseNetwork,
  reverseName,
  spanOf,
  subnetText,
  usableOf,
} from './network.ts'
import { isGlobal, isIn, isLinkLocal, isLoopbackNetwork, isMulticast } from './ranges.ts'

/** Answers with a value; `false` or null where the answer is no. `given` is the value as it was written. */
type Query = (network: Network, given: Value) => Value

const own = (network: Network) => addressText(network.ip, network.version)
const at = ({ version }: Network, ip: bigint) =>
  isAddressNumber(ip, version) ? addressText(ip, version) : null
const maskOf = ({ version, prefix }: Network) => {
  const bits = BigInt(bitsOf(version))
  return ((1n << bits) - 1n) ^ ((1n << (bits - BigInt(prefix))) - 1n)
}
const netmask = (network: Network) => addressText(maskOf(network), network.version)
const hostmask = (network: Network) => addressText(spanOf(network).size - 1n, network.version)
const isNetworkAddress = (network: Network) => spanOf(network).first === network.ip
/** IPv4 networks of one or two addresses have none. */
const hasBroadcast = (network: Network) => network.version === 6 || spanOf(network).size > 2n
const gateway: Query = (network) => {
  const { first, last, size } = spanOf(network)
  const isEdge = network.ip === first || (network.ip === last && hasBroadcast(network))
  return size > 2n && isEdge ? false : cidrText(network)
}
const address: Query = (network) => {
  const { size } = spanOf(network)
  const isHost = size === 1n || !isNetworkAddress(network) || !hasBroadcast(network) || network.version === 6
  return isHost ? own(network) : null
}
const hostOnly = (text: (network: Network) => string): Query => {
  return (network) => {
    const { size } = spanOf(network)
    return size === 2n || (size > 1n && !isNetworkAddress(network)) ? text(network) : null
  }
}
const ofNetwork = (compute: (network: Network) => Value): Query => {
  return (network) => {
    if (!network.isNetwork)
      throw new PyError('Not a network address', 'Give it with its prefix: 10.0.0.1/24.')
    return compute(network)
  }
}
const usable = (network: Network, ip: bigint): Value => {
  const [first, last] = usableOf(network) ?? []
  return first !== undefined && ip >= first && ip <= last! ? addressText(ip, network.version) : null
}
const itself =
  (holds: (network: Network) => boolean): Query =>
  (network, given) =>
    holds(network) ? given : null
const loopback = itself(isLoopbackNetwork)
const ipv4: Query = (network, given) => {
  if (network.version === 4) return given
  const isMapped = network.ip >> 32n === 0xffffn || network.ip >> 32n === 0n
  const low = { ...network, version: 4, ip: network.ip & 0xffffffffn, prefix: network.prefix - 96 } as const
  return isMapped && low.prefix >= 0 ? cidrText(low) : false
}
const ipv6: Query = (network, given) => {
  if (network.version === 6) return given
  return cidrText({ version: 6, ip: (0xffffn << 32n) | network.ip, prefix: network.prefix + 96 })
}

/** 6to4: an IPv4 address inside of one of IPv6 (RFC 3056). */
function sixToFour(network: Network, given: Value): Value {
  const isOwn = network.isNetwork ? !isNetworkAddress(network) : true
  if (network.version === 6) return isOwn && isIn(network, ['2002::/16']) ? given : false
  if (spanOf(network).size > 1n && isNetworkAddress(network)) return false
  if (isGlobal(network) && !isPublic(network)) return false
  const hex = network.ip.toString(16).padStart(8, '0')
  return `2002:${hex.slice(0, 4)}:${hex.slice(4)}::1/48`
}

function peer(network: Network): Value {
  const { size } = spanOf(network)
  if (size === 2n) return at(network, network.ip ^ 1n)
  if (size !== 4n) throw new PyError('Not a point-to-point network')
  if (network.ip % 4n === 0n) throw new PyError('Network address of /30 has no peer')
  if (network.ip % 4n === 3n) throw new PyError('Broadcast address of /30 has no peer')
  return at(network, network.ip ^ 3n)
}

function wrapped(network: Network, given: Value): Value {
  if (network.version === 4) return given
  return `[${own(network)}]${network.isNetwork ? `/${network.prefix}` : ''}`
}

export const queries: { readonly [name: string]: Query } = {
  '': (network) => (network.isNetwork ? cidrText(network) : own(network)),
  '6to4': sixToFour,
  address,
  'address/prefix': gateway,
  bool: () => true,
  broadcast: (network) => (spanOf(network).size > 2n ? at(network, spanOf(network).last) : null),
  cidr: cidrText,
  first_usable: ofNetwork((network) => {
    const { first, size } = spanOf(network)
    return size === 1n ? null : at(network, size === 2n ? first : first + 1n)
  }),
  gateway,
  gw: gateway,
  host: (network) => {
    if (spanOf(network).size === 1n) return cidrText(network)
    return !isNetworkAddress(network) || !hasBroadcast(network) ? cidrText(network) : null
  },
  'host/prefix': gateway,
  hostmask,
  hostnet: gateway,
  int: (network) => (network.isNetwork ? `${network.ip}/${network.prefix}` : number(network.ip)),
  ip: address,
  'ip/prefix': hostOnly(cidrText),
  ip_netmask: hostOnly((network) => `${own(network)} ${netmask(network)}`),
  ipv4,
  ipv6,
  last_usable: ofNetwork((network) => {
    const range = usableOf(network)
    return range ? at(network, range[1]) : null
  }),
  'link-local': itself(isLinkLocal),
  lo: loopback,
  loopback,
  multicast: itself(isMulticast),
  net: (network) => (spanOf(network).size > 1n && isNetworkAddress(network) ? subnetText(network) : null),
  netmask,
  network: (network) => at(network, spanOf(network).first),
  network_id: (network) => at(network, spanOf(network).first),
  'network/prefix': subnetText,
  network_netmask: (network) => `${at(network, spanOf(network).first)} ${netmask(network)}`,
  network_wildcard: (network) => `${at(network, spanOf(network).first)} ${hostmask(network)}`,
  next_usable: ofNetwork((network) => usable(network, network.ip + 1n)),
  peer: ofNetwork(peer),
  prefix: ({ prefix }) => prefix,
  previous_usable: ofNetwork((network) => usable(network, network.ip - 1n)),
  private: itself((network) => !isGlobal(network)),
  public: itself(isPublic),
  range_usable: ofNetwork((network) => {
    const range = usableOf(network)
    return range ? range.map((ip) => at(network, ip)).join('-') : null
  }),
  revdns: ({ ip, version }) => reverseName(ip, version),
  router: gateway,
  size: (network) => number(spanOf(network).size),
  size_usable: (network) => {
    const { size } = spanOf(network)
    return size === 1n ? 0 : number(size === 2n ? 2n : size - 2n)
  },
  subnet: subnetText,
  type: (network) => (spanOf(network).size > 1n && isNetworkAddress(network) ? 'network' : 'address'),
  unicast: itself((network) => !isMulticast(network)),
  v4: ipv4,
  v6: ipv6,
  version: ({ version }) => version,
  wildcard: hostmask,
  wrap: wrapped,
}

function isPublic(network: Network): boolean {
  return isGlobal(network) && !isMulticast(network) && !isMaskLike(network)
}

/** Whether the address is that of a netmask or hostmask. */
function isMaskLike({ ip, version }: Network): boolean {
  const text = addressText(ip, version)
  return ip === 0n || parseNetwork(`${version === 4 ? '0.0.0.0' : '::'}/${text}`) !== undefined
}
