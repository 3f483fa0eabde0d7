// The task firewallService: lets services of firewalld through a zone, or not.

import { defineTask, z } from '../../src/index.ts'
import { oneOrMany } from '../params/oneOrMany.ts'
import { hasScope, listedOptions, noScope, zoneChanges, zoneParams, zoneState } from './firewalld.ts'
import { firewalldNeeds } from './zoneReading.ts'

/**
 * Lets services of firewalld (`http`, `ssh`; see `firewall-cmd --get-services`) through a zone, or no longer, in the
 * permanent configuration and at runtime, at once and without a reload.
 *
 * - `services`: one, or a list.
 * - `zone`: the name of a zone; default: firewalld's default zone.
 * - `state`: `present` (default) or `absent`.
 * - `permanent`, `runtime`: which configurations to change; both true by default.
 *
 * While firewalld is stopped, firewall-offline-cmd writes the permanent configuration, and the change says so.
 *
 * @throws PlaybookError E_FIREWALLD_MISSING, E_FIREWALL_ZONE (no such zone), E_FIREWALLD_STOPPED, E_FIREWALLD (what
 *   firewalld refused: INVALID_SERVICE for one that it does not know)
 * @example firewallService({ services: ['http', 'https'] })
 *
 * Sources: firewall-cmd(1), firewalld.service(5).
 */
export const firewallService = defineTask({
  name: 'firewallService',
  summary: 'Lets services of firewalld through a zone, in the permanent configuration and at runtime.',
  ansible: { modules: ['firewalld'], params: { service: 'services' } },
  params: z
    .strictObject({
      services: oneOrMany(
        z.string().regex(/^[\w.-]+$/, 'expected the name of a service of firewalld'),
      ).describe("Services of firewalld: 'http', or a list of them."),
      state: z.enum(['present', 'absent']).default('present').describe('Whether the zone has them.'),
      ...zoneParams,
    })
    .refine(hasScope, noScope),
  title: ({ services, zone, state }) =>
    `${services.join(' ')}${zone ? ` in ${zone}` : ''}${state === 'absent' ? ' absent' : ''}`,
  needs: firewalldNeeds,
  probe: ({ zone }) => ({ zone: zoneState(zone) }),
  plan: (params, { zone }) =>
    zoneChanges(zone, params, listedOptions(params.services, 'service', params.state)),
})
