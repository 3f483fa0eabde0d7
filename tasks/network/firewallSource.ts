// The task firewallSource: binds addresses to a zone of firewalld.

import { defineTask, z } from '../../src/index.ts'
import { oneOrMany } from '../params/oneOrMany.ts'
import { hasScope, listedOptions, noScope, zoneChanges, zoneParams, zoneState } from './firewalld.ts'
import { firewalldNeeds } from './zoneReading.ts'

/**
 * Binds sources to a zone of firewalld: its rules then apply to what comes from them. It changes the permanent
 * configuration and the runtime, at once and without a reload.
 *
 * - `sources`: addresses and networks (`10.0.0.0/8`, `2001:db8::/32`), MAC addresses, or `ipset:NAME`; one, or a list. They
 *   are compared as firewalld prints them. A source can be in one zone only.
 * - `zone`: the name of a zone; default: firewalld's default zone.
 * - `state`: `present` (default) or `absent`.
 * - `permanent`, `runtime`: which configurations to change; both true by default.
 *
 * While firewalld is stopped, firewall-offline-cmd writes the permanent configuration, and the change says so.
 *
 * @throws PlaybookError E_FIREWALLD_MISSING, E_FIREWALL_ZONE (no such zone), E_FIREWALLD_STOPPED, E_FIREWALLD (what
 *   firewalld refused: ZONE_CONFLICT for a source of another zone)
 * @example firewallSource({ zone: 'internal', sources: ['10.98.0.0/24'] })
 *
 * Sources: firewall-cmd(1), firewalld.zone(5).
 */
export const firewallSource = defineTask({
  name: 'firewallSource',
  summary: 'Binds addresses to a zone of firewalld, in the permanent configuration and at runtime.',
  ansible: { modules: ['firewalld'], params: { source: 'sources' } },
  params: z
    .strictObject({
      sources: oneOrMany(
        z
          .string()
          .regex(
            /^(?:ipset:[\w.-]+|(?:[0-9a-f]{2}:){5}[0-9a-f]{2}|[0-9a-f.:]+(?:\/[0-9.]+)?)$/i,
            'expected an address, a network, a MAC address or ipset:NAME',
          ),
      ).describe('Addresses, networks, MAC addresses or ipset:NAME.'),
      state: z.enum(['present', 'absent']).default('present').describe('Whether they are in the zone.'),
      ...zoneParams,
    })
    .refine(hasScope, noScope),
  title: ({ sources, zone, state }) =>
    `${sources.join(' ')}${zone ? ` in ${zone}` : ''}${state === 'absent' ? ' absent' : ''}`,
  needs: firewalldNeeds,
  probe: ({ zone }) => ({ zone: zoneState(zone) }),
  plan: (params, { zone }) =>
    zoneChanges(zone, params, listedOptions(params.sources, 'source', params.state)),
})
