// Ranges of IP addresses with a purpose of their own.

import { isSubnetOf, type Network, parseNetwork } from './network.ts'

/** Those that are not reachable from everywhere: https://www.iana.org/assignments/iana-ipv4-special-registry and -ipv6-. */
const local = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24'],
  ...['203.0.113.0/24', '240.0.0.0/4'],
  ...['::1/128', '::/128', '::ffff:0:0/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32'],
  ...['2002::/16', 'fc00::/7', 'fe80::/10'],
]

const reachable = [
  ...['192.0.0.9/32', '192.0.0.10/32', '2001:1::1/128', '2001:1::2/128', '2001:3::/32'],
  ...['2001:4:112::/48', '2001:20::/28', '2001:30::/28'],
]

export function isGlobal(network: Network): boolean {
  return !isIn(network, local) || isIn(network, reachable)
}

export function isLoopbackNetwork(network: Network): boolean {
  return isIn(network, ['127.0.0.0/8', '::1/128'])
}

export function isLinkLocal(network: Network): boolean {
  return isIn(network, ['169.254.0.0/16', 'fe80::/10'])
}

export function isMulticast(network: Network): boolean {
  return isIn(network, ['224.0.0.0/4', 'ff00::/8'])
}

/** Whether the address itself is in one of the networks. */
export function isIn({ version, ip }: Network, networks: readonly string[]): boolean {
  const one: Network = { version, ip, prefix: version === 4 ? 32 : 128, isNetwork: false }
  return networks.some((text) => isSubnetOf(one, parseNetwork(text)!))
}
