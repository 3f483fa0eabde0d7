// Tells whether ufw's rules allow a new ssh connection like the current one.

import { BlockList, isIPv6 } from 'node:net'
import type { UfwRules, UfwState } from './ufwState.ts'

/** The first matching rule decides, or else the incoming policy. A rule for one interface counts as matching. */
export function allowsConnection(
  { from, to, port }: NonNullable<UfwState['ssh']>,
  rules: UfwRules,
  policy: string | undefined,
): boolean {
  const [client, server] = [from, to].map((address) =>
    address.replace(/^::ffff:/, '').replace(/%.*$/, ''),
  ) as [string, string]
  const list = isIPv6(client) ? rules.v6 : rules.v4
  for (const tuple of list) {
    const [action = '', proto = '', ports = '', target = '', , source = '', ...rest] = tuple.split(' ')
    const direction = rest.find((word) => /^(in|out)(_|$)/.test(word)) ?? 'in'
    const isMatch =
      !action.startsWith('route:') &&
      direction.startsWith('in') &&
      (proto === 'any' || proto === 'tcp') &&
      hasPort(ports, port) &&
      isWithin(server, target) &&
      isWithin(client, source)
    if (isMatch) return /^(allow|limit)/.test(action)
  }
  return policy === 'allow'
}

/** `any`, `22`, `80,443`, `6000:6007`. */
function hasPort(ports: string, port: number): boolean {
  return ports.split(',').some((each) => {
    const [low = '', high = low] = each.split(':')
    return each === 'any' || (Number(low) <= port && port <= Number(high))
  })
}

function isWithin(address: string, network: string): boolean {
  if (network === 'any') return true
  const [base = '', prefix] = network.split('/')
  const family = isIPv6(base) ? 'ipv6' : 'ipv4'
  const list = new BlockList()
  if (prefix === undefined) list.addAddress(base, family)
  else list.addSubnet(base, Number(prefix), family)
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}
