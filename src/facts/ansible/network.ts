// Gives interfaces and default routes the shapes that Ansible gives them.

import type { AddressFacts, InterfaceFacts, RouteFacts } from '../../model/facts.ts'
import { addressNumber, dotted } from '../procNetwork.ts'

type Family = 'ipv4' | 'ipv6'

/** All but those of the loopback interface. */
export function allAddresses(interfaces: readonly InterfaceFacts[], family: Family): string[] {
  const all = interfaces.flatMap((each) => each[family]).map(({ address }) => address)
  return all.filter((address) => !address.startsWith('127.') && address !== '::1')
}

/** The key of an interface in `ansible_facts`. */
export function interfaceKey({ name }: InterfaceFacts): string {
  return name.replace(/[-:.]/g, '_')
}

export function interfaceFact(found: InterfaceFacts): unknown {
  const { name, mac, mtu, isUp, ipv4, ipv6 } = found
  const [first, ...others] = ipv4.map(ipv4Fact)
  return {
    device: name,
    active: isUp,
    mtu,
    type: typeOf(found),
    ...(mac === '' ? {} : { macaddress: mac }),
    ...(first ? { ipv4: first } : {}),
    ...(others.length > 0 ? { ipv4_secondaries: others } : {}),
    ...(ipv6.length > 0 ? { ipv6: ipv6.map(ipv6Fact) } : {}),
  }
}

/** `{}` where there is no default route, as in Ansible. */
export function defaultRoute(
  route: RouteFacts | undefined,
  interfaces: readonly InterfaceFacts[],
  family: Family,
): unknown {
  if (!route) return {}
  const { interface: name, address, prefix, gateway } = route
  const found = interfaces.find((each) => each.name === name)
  const own =
    prefix === undefined
      ? { address }
      : family === 'ipv4'
        ? ipv4Fact({ address, prefix })
        : ipv6Fact({ address, prefix })
  return {
    interface: name,
    ...own,
    ...(gateway === undefined ? {} : { gateway }),
    ...(found ? { mtu: found.mtu, type: typeOf(found) } : {}),
    ...(found && found.mac !== '' ? { macaddress: found.mac } : {}),
    ...(family === 'ipv4' ? { alias: name } : {}),
  }
}

/** Ansible knows more types; these follow from the address. */
function typeOf({ name, mac }: InterfaceFacts): string {
  if (name === 'lo') return 'loopback'
  return mac === '' ? 'unknown' : 'ether'
}

function ipv4Fact({ address, prefix }: AddressFacts): Record<string, string> {
  const mask = prefix === 0 ? 0 : (~0 << (32 - prefix)) >>> 0
  const network = (addressNumber(address) & mask) >>> 0
  return {
    address,
    netmask: dotted(mask),
    network: dotted(network),
    prefix: String(prefix),
    broadcast: prefix >= 31 || address.startsWith('127.') ? '' : dotted((network | ~mask) >>> 0),
  }
}

function ipv6Fact({ address, prefix }: AddressFacts): Record<string, string> {
  const scope = address === '::1' ? 'host' : /^fe[89ab]/.test(address) ? 'link' : 'global'
  return { address, prefix: String(prefix), scope }
}
