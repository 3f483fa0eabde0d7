// Reads network interfaces, their addresses and the default routes.

import type { AddressFacts, InterfaceFacts, RouteFacts } from '../model/facts.ts'
import { type CommandProbe, output, text } from '../model/probe.ts'
import { shellText } from '../model/shell/command.ts'
import {
  type Family,
  type FoundRoute,
  type InterfaceAddress,
  procAddresses,
  procRoute,
} from './procNetwork.ts'

/**
 * The same script for all of them: it runs once. `ip route get` asks the kernel which way a packet would go, and sends
 * none; the addresses are those that Ansible uses. Where there is no `ip` (slim container images), /proc/net has it all.
 */
const script = `for path in /sys/class/net/*; do
  [ -d "$path" ] || continue
  mac= mtu= flags=
  { read -r mac <"$path/address"; read -r mtu <"$path/mtu"; read -r flags <"$path/flags"; } 2>/dev/null
  echo "link \${path##*/} \${mtu:-0} \${flags:-0} $mac"
done
if command -v ip >/dev/null 2>&1; then
  ip -o address show 2>/dev/null
  ip -4 route get 8.8.8.8 2>/dev/null
  ip -6 route get 2404:6800:400a:800::1012 2>/dev/null
else
  for name in route if_inet6 fib_trie ipv6_route; do echo "proc $name"; cat /proc/net/$name; done 2>/dev/null
fi
:`

/** Where networks are configured, and the services that do it. */
const reads = [
  ...['/etc/network', '/etc/netplan', '/etc/NetworkManager', '/etc/sysconfig', '/etc/systemd/network'],
  ...['NetworkManager', 'systemd-networkd', 'networking', 'network', 'wicked'].map(
    (name) => `units/${name}.service`,
  ),
]

export const interfaces = network((printed) => parseInterfaces(printed))
export const defaultIpv4 = network((printed) => parseRoute(printed, 'ipv4'))
export const defaultIpv6 = network((printed) => parseRoute(printed, 'ipv6'))

function network<T>(parse: (printed: string) => T): CommandProbe<T> {
  return output(shellText(script), (result) => parse(text(result)), { reads })
}

function parseInterfaces(printed: string): InterfaceFacts[] {
  const addresses = addressesOf(printed)
  const own = (name: string, family: Family) =>
    addresses.filter((each) => each.interface === name && each.family === family).map(addressOnly)
  return [...printed.matchAll(/^link (\S+) (\d+) (\S+) ?(\S*)$/gm)].map(
    ([, name = '', mtu, flags, mac = '']) => ({
      name,
      mac: /^(00:)*00$/.test(mac) ? '' : mac,
      mtu: Number(mtu),
      isUp: (Number(flags) & 1) === 1,
      ipv4: own(name, 'ipv4'),
      ipv6: own(name, 'ipv6'),
    }),
  )
}

function addressesOf(printed: string): InterfaceAddress[] {
  if (/^proc /m.test(printed)) return procAddresses(printed)
  return [
    ...printed.matchAll(/^\d+: +(\S+?)(?:@\S+)? +(inet6?) ([^\s/]+)(?: peer [^\s/]+)?(?:\/(\d+))?/gm),
  ].map(([, name = '', inet, address = '', prefix]) => ({
    interface: name,
    family: inet === 'inet' ? 'ipv4' : 'ipv6',
    address,
    prefix: Number(prefix ?? (inet === 'inet' ? 32 : 128)),
  }))
}

function parseRoute(printed: string, family: Family): RouteFacts | undefined {
  const route = /^proc /m.test(printed) ? procRoute(printed, family) : ipRoute(printed, family)
  if (!route) return undefined
  const there = addressesOf(printed).filter(
    (each) => each.interface === route.interface && each.family === family,
  )
  const address = route.address ?? there[0]?.address
  if (address === undefined) return undefined
  const prefix = there.find((each) => each.address === address)?.prefix
  return { interface: route.interface, address, prefix, gateway: route.gateway }
}

/** `8.8.8.8 via 10.0.0.1 dev eth0 src 10.0.0.2 uid 0`; one that is `unreachable` or `prohibit` is none. */
function ipRoute(printed: string, family: Family): FoundRoute | undefined {
  const target = family === 'ipv4' ? '8.8.8.8' : '2404:6800:400a:800::1012'
  const line = printed.split('\n').find((each) => each.startsWith(`${target} `)) ?? ''
  const word = (name: string) => new RegExp(` ${name} (\\S+)`).exec(line)?.[1]
  const device = word('dev')
  if (device === undefined || device === 'lo') return undefined
  const address = word('src')
  return { interface: device, gateway: word('via'), address }
}

function addressOnly({ address, prefix }: AddressFacts): AddressFacts {
  return { address, prefix }
}
