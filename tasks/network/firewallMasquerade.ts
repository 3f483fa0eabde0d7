// The task firewallMasquerade: turns masquerading of a zone of firewalld on or off.

import { defineTask, z } from '../../src/index.ts'
import { hasScope, noScope, zoneChanges, zoneParams, zoneState } from './firewalld.ts'
import { firewalldNeeds } from './zoneReading.ts'

/**
 * Turns masquerading (network address translation of what leaves through the zone) on or off, in the permanent
 * configuration and at runtime at once, without a reload. firewalld then lets IPv4 be forwarded.
 *
 * - `zone`: the name of a zone; default: firewalld's default zone.
 * - `state`: `enabled` (default) or `disabled`.
 * - `permanent`, `runtime`: which configurations to change; both true by default.
 *
 * @throws PlaybookError E_FIREWALLD_MISSING, E_FIREWALL_ZONE (no such zone), E_FIREWALLD_STOPPED, E_FIREWALLD
 * @example firewallMasquerade({ zone: 'external' })
 *
 * Sources: firewall-cmd(1), firewalld.zone(5).
 */
export const firewallMasquerade = defineTask({
  name: 'firewallMasquerade',
  summary: 'Turns masquerading of a zone of firewalld on or off, permanently and at runtime.',
  ansible: { modules: ['firewalld'], params: { masquerade: 'state' } },
  params: z
    .strictObject({
      state: z.enum(['enabled', 'disabled']).default('enabled').describe('Whether the zone masquerades.'),
      ...zoneParams,
    })
    .refine(hasScope, noScope),
  title: ({ zone, state }) => `${zone ?? 'the default zone'} ${state}`,
  needs: firewalldNeeds,
  probe: ({ zone }) => ({ zone: zoneState(zone) }),
  plan: (params, { zone }) => {
    const isEnabled = params.state === 'enabled'
    return zoneChanges(zone, params, [
      {
        what: 'masquerading',
        from: isEnabled ? 'disabled' : 'enabled',
        to: params.state,
        options: ({ masquerade }) =>
          masquerade === isEnabled ? [] : [isEnabled ? '--add-masquerade' : '--remove-masquerade'],
      },
    ])
  },
})
