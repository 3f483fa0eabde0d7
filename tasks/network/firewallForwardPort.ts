// The task firewallForwardPort: forwards ports of a zone of firewalld.

import { defineTask, z } from '../../src/index.ts'
import { hasScope, noScope, zoneChanges, zoneParams, zoneState } from './firewalld.ts'
import { firewalldNeeds, type ZoneSettings } from './zoneReading.ts'

const range = z
  .union([
    z.int().min(1).max(65_535),
    z.string().regex(/^\d{1,5}(?:-\d{1,5})?$/, 'expected a port or FIRST-LAST'),
  ])
  .transform(String)

/**
 * Forwards a port of a zone of firewalld to another one, here or at another address, in the permanent configuration and
 * at runtime at once, without a reload.
 *
 * - `port`: a port or a range, `8000-8010`. `protocol` (default `tcp`): tcp, udp, sctp or dccp.
 * - `toPort`: the port it is forwarded to; default: the same one. `toAddr`: the address; default: this host. At least one of
 *   them; for another address, firewalld has to masquerade: `firewallMasquerade`.
 * - `zone`: the name of a zone; default: firewalld's default zone.
 * - `state`: `present` (default) or `absent`. Another target of the same port and protocol is replaced.
 * - `permanent`, `runtime`: which configurations to change; both true by default.
 *
 * @throws PlaybookError E_FIREWALLD_MISSING, E_FIREWALL_ZONE (no such zone), E_FIREWALLD_STOPPED, E_FIREWALLD
 * @example firewallForwardPort({ port: 80, toPort: 8080 })
 *
 * Sources: firewall-cmd(1), firewalld.zone(5).
 */
export const firewallForwardPort = defineTask({
  name: 'firewallForwardPort',
  summary: 'Forwards a port of a zone of firewalld, in the permanent configuration and at runtime.',
  ansible: { modules: ['firewalld'], params: { toport: 'toPort', toaddr: 'toAddr', proto: 'protocol' } },
  params: z
    .strictObject({
      port: range.describe('The port, or FIRST-LAST.'),
      protocol: z.enum(['tcp', 'udp', 'sctp', 'dccp']).default('tcp').describe('Its protocol.'),
      toPort: range.optional().describe('The port it is forwarded to; default: the same.'),
      toAddr: z
        .string()
        .regex(/^[0-9A-Fa-f.:]+$/, 'expected an address')
        .optional()
        .describe('The address it is forwarded to; default: this host.'),
      state: z.enum(['present', 'absent']).default('present').describe('Whether it is forwarded.'),
      ...zoneParams,
    })
    .refine(hasScope, noScope)
    .refine(({ toPort, toAddr }) => toPort !== undefined || toAddr !== undefined, {
      path: ['toPort'],
      error: 'expected toPort, toAddr or both',
    }),
  title: ({ port, protocol, toPort, toAddr, zone, state }) =>
    `${port}/${protocol} to ${[toAddr, toPort].filter(Boolean).join(':')}${zone ? ` in ${zone}` : ''}${state === 'absent' ? ' absent' : ''}`,
  needs: firewalldNeeds,
  probe: ({ zone }) => ({ zone: zoneState(zone) }),
  plan: (params, { zone }) => {
    const { port, protocol, toPort = '', toAddr = '', state } = params
    const from = `port=${port}:proto=${protocol}:`
    const forward = `${from}toport=${toPort}:toaddr=${toAddr}`
    const isPresent = state === 'present'
    return zoneChanges(zone, params, [
      {
        what: `port ${port}/${protocol}`,
        from: isPresent ? 'not forwarded there' : 'forwarded',
        to: isPresent ? `forwarded to ${[toAddr, toPort].filter(Boolean).join(':')}` : 'not forwarded',
        options: ({ forwards }: ZoneSettings) => {
          const others = forwards.filter((each) => each.startsWith(from) && each !== forward)
          if (!isPresent) return forwards.includes(forward) ? [`--remove-forward-port=${forward}`] : []
          if (forwards.includes(forward) && others.length === 0) return []
          return [
            ...others.map((each) => `--remove-forward-port=${each}`),
            ...(forwards.includes(forward) ? [] : [`--add-forward-port=${forward}`]),
          ]
        },
      },
    ])
  },
})
