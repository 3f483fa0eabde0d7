// The task firewallPort: opens and closes ports in firewalld.

import { defineTask, PlaybookError, z } from '../../src/index.ts'
import { oneOrMany } from '../params/oneOrMany.ts'
import { hasScope, noScope, zoneChanges, zoneParams, zoneState } from './firewalld.ts'
import { firewalldNeeds, type ZoneSettings } from './zoneReading.ts'

type PortRange = { readonly first: number; readonly last: number; readonly protocol: string }

const portText = /^\s*(\d{1,5})(?:-(\d{1,5}))?\/(tcp|udp|sctp|dccp)\s*$/

const portSpec = z
  .string()
  .refine(
    (value) => value.split(',').every((part) => isPort(part)),
    'expected PORT/PROTOCOL or FIRST-LAST/PROTOCOL such as 8080/tcp, ports 1-65535, tcp, udp, sctp or dccp',
  )

const portList = oneOrMany(portSpec).transform((list) =>
  list.flatMap((each) => each.split(',').map((part) => part.trim())),
)

/**
 * Opens or closes ports in a zone of firewalld, in the permanent configuration and at runtime at once. It needs no
 * `--reload`, which would drop rules that exist only at runtime, and a reboot does not undo it.
 *
 * - `ports`: `'8080/tcp'`, a range `'8000-8100/udp'`, a list of them, or several separated by commas. Protocols: tcp,
 *   udp, sctp, dccp. A port inside an open range is open; closing a port of a range leaves the rest of the range open.
 *   Ports that a *service* of the zone opens (`--add-service=http`) are ignored.
 * - `zone`: the name of a zone; default: firewalld's default zone.
 * - `state`: `open` (default) or `closed`.
 * - `permanent`, `runtime`: which configurations to change; both true by default.
 *
 * While firewalld is stopped, firewall-offline-cmd writes the permanent configuration, the change says so, and there is
 * no runtime configuration to compare.
 *
 * @throws PlaybookError E_FIREWALLD_MISSING (not installed), E_FIREWALL_ZONE (no such zone; lists the existing ones),
 *   E_FIREWALLD_STOPPED (`permanent: false` while it is stopped), E_FIREWALLD (what firewalld refused)
 * @example firewallPort({ ports: ['8080/tcp', '45564-45566/udp'] })
 *
 * Sources: firewall-cmd(1), firewalld.zone(5), firewalld.dbus(5).
 */
export const firewallPort = defineTask({
  name: 'firewallPort',
  summary: 'Opens or closes ports in firewalld, in the permanent configuration and at runtime.',
  ansible: {
    modules: ['firewalld'],
    params: {
      port: 'ports',
      permanent: 'There is no such option: both the permanent and the running configuration are changed.',
      immediate: 'There is no such option: both the permanent and the running configuration are changed.',
    },
  },
  params: z
    .strictObject({
      ports: portList.describe("Ports: '8080/tcp', '8000-8100/tcp', or a list of them."),
      state: z.enum(['open', 'closed']).default('open').describe('Whether the ports are open.'),
      ...zoneParams,
    })
    .refine(hasScope, noScope),
  title: ({ ports, zone, state }) =>
    `${ports.join(' ')}${zone ? ` in ${zone}` : ''}${state === 'closed' ? ' closed' : ''}`,
  needs: firewalldNeeds,
  provides: ({ ports, state }) => ({ ports: state === 'open' ? tcpPorts(ports) : [] }),
  probe: ({ zone }) => ({ zone: zoneState(zone) }),
  plan: (params, { zone }) => {
    const { ports, state } = params
    const from = state === 'open' ? 'closed' : 'open'
    const items = [...new Set(ports)].map((port) => ({
      what: `port ${port}`,
      from,
      to: state,
      options: (settings: ZoneSettings) => portOptions(parsePort(port), state, settings),
    }))
    return zoneChanges(zone, params, items)
  },
})

/** For who connects: a range of many is not listed. */
function tcpPorts(ports: readonly string[]): number[] {
  return ports
    .map(parsePort)
    .flatMap(({ first, last, protocol }) =>
      protocol === 'tcp'
        ? Array.from({ length: Math.min(last - first + 1, 1000) }, (_, index) => first + index)
        : [],
    )
}

/** firewall-cmd's options that open or close a port or range; none if nothing differs. */
function portOptions(requested: PortRange, state: 'open' | 'closed', { ports }: ZoneSettings): string[] {
  const open = ports.map(parsePort).filter(({ protocol }) => protocol === requested.protocol)
  if (state === 'open') return isCovered(requested, open) ? [] : [`--add-port=${formatPort(requested)}`]
  return open
    .map((each) => ({
      ...requested,
      first: Math.max(each.first, requested.first),
      last: Math.min(each.last, requested.last),
    }))
    .filter(({ first, last }) => first <= last)
    .map((each) => `--remove-port=${formatPort(each)}`)
}

/** Whether every port of a range is in one of the open ranges. */
function isCovered(requested: PortRange, open: readonly PortRange[]): boolean {
  let next = requested.first
  for (const { first, last } of [...open].sort((a, b) => a.first - b.first)) {
    if (first <= next && last >= next) next = last + 1
  }
  return next > requested.last
}

function isPort(value: string): boolean {
  const match = portText.exec(value)
  if (!match) return false
  const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])]
  return first >= 1 && last <= 65535 && first <= last
}

/** Parses `8000-8100/tcp`; in old files protocols may be upper case. */
function parsePort(value: string): PortRange {
  const match = /^(\d+)(?:-(\d+))?\/(\w+)$/.exec(value)
  if (!match) throw new PlaybookError('E_FIREWALLD', `firewalld lists an unknown kind of port: "${value}".`)
  return {
    first: Number(match[1]),
    last: Number(match[2] ?? match[1]),
    protocol: match[3]!.toLowerCase(),
  }
}

function formatPort({ first, last, protocol }: PortRange): string {
  return `${first === last ? first : `${first}-${last}`}/${protocol}`
}
