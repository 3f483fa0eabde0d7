// The filter ipsubnet: subnets of a network, and the networks around an address.

import { quoted } from '../../values/text.ts'
import { PyError, type Value } from '../../values/value.ts'
import {
  bitsOf,
  cidrText,
  isSubnetOf,
  type Network,
  number,
  parseNetwork,
  spanOf,
  subnetText,
} from './network.ts'

/** `query`: the length of a prefix, or a network in which to count; false where there is no answer. */
export function subnets(text: string, query: string, index: number | undefined): Value {
  const given = parseNetwork(text)
  if (!given) return false
  const { size, first, bits } = spanOf(given)
  const isAddress = size === 1n || given.ip !== first
  const network: Network = { ...given, ip: isAddress && size > 1n ? first : given.ip }
  if (query === '') return subnetText(network)
  if (!/^\d+$/.test(query)) return rankIn(network, query)
  const prefix = Number(query)
  if (prefix > bits) return false
  if (size === 1n) return around(network, prefix, index)
  if (index === undefined) {
    if (prefix < network.prefix) throw new PyError(`Requested subnet size of ${prefix} is invalid`)
    return String(1n << BigInt(prefix - network.prefix))
  }
  // As Ansible does: the first of the larger network.
  if (prefix < network.prefix) return index === 0 ? cidrText({ ...network, ip: first, prefix }) : false
  const count = 1n << BigInt(prefix - network.prefix)
  const place = index < 0 ? BigInt(index) + count : BigInt(index)
  if (place < 0n || place >= count) return false
  return cidrText({ ...network, ip: first + (place << BigInt(bits - prefix)), prefix })
}

/** Of an address: the networks that hold it, from the one with that prefix to the smallest. */
function around(network: Network, prefix: number, index = 0): Value {
  const count = bitsOf(network.version) - prefix
  const place = index < 0 ? index + count : index
  if (place < 0 || place >= count) return false
  return subnetText({ ...network, prefix: prefix + place })
}

/** Which of the subnets of its size it is in the other network, from 1. */
function rankIn(network: Network, query: string): Value {
  const outer = parseNetwork(query)
  if (!outer) throw new PyError(`You must pass a valid subnet or IP address; ${quoted(query)} is invalid`)
  if (!isSubnetOf(network, outer))
    throw new PyError(`${subnetText(network)} is not in the subnet ${subnetText(outer)}`)
  const offset = spanOf(network).first - spanOf(outer).first
  return String(number(offset / spanOf(network).size + 1n))
}
