// The task firewallZone: makes a zone of firewalld and sets its target, or removes it.

import { type Change, defineTask, output, run, sh, z } from '../../src/index.ts'
import { explainRefusal, stateName } from './firewalld.ts'
import { firewalldNeeds, parseZoneScopes, zoneScript } from './zoneReading.ts'

/**
 * Makes a zone of firewalld and sets its target, or removes it. This changes the permanent configuration, which
 * firewalld uses after a reload. A reload drops what only the runtime configuration has, so it is made only with
 * `reload: true`.
 *
 * - `zone`: its name, of at most 17 characters. `target`: what happens to what no rule matches: `default` (rejected, but for
 *   ICMP), `ACCEPT`, `DROP` or `REJECT`; default: unchanged, and `default` for a new zone.
 * - `state`: `present` (default) or `absent`. Zones of firewalld itself cannot be removed.
 * - `reload` (default false): whether firewalld is to use it now, by `firewall-cmd --reload`.
 *
 * Other tasks find a new zone at runtime only after a reload; until then give them `runtime: false`.
 *
 * @throws PlaybookError E_FIREWALLD_MISSING, E_FIREWALLD (what firewalld refused: BUILTIN_ZONE for one of its own)
 * @example firewallZone({ zone: 'backend', target: 'DROP', reload: true })
 *
 * Sources: firewall-cmd(1), firewalld.zone(5).
 */
export const firewallZone = defineTask({
  name: 'firewallZone',
  summary: 'Makes a zone of firewalld and sets its target, or removes it, in the permanent configuration.',
  ansible: { modules: ['firewalld'] },
  params: z
    .strictObject({
      zone: z
        .string()
        .regex(/^[A-Za-z0-9_-]{1,17}$/, 'expected a name of at most 17 letters, digits, - and _')
        .describe('The name.'),
      target: z
        .enum(['default', 'ACCEPT', 'DROP', 'REJECT'])
        .optional()
        .describe('What happens to what no rule matches; default: unchanged.'),
      state: z.enum(['present', 'absent']).default('present').describe('Whether the zone exists.'),
      reload: z.boolean().default(false).describe('Whether firewalld is to load it now.'),
    })
    .refine(({ state, target }) => state === 'present' || target === undefined, {
      path: ['target'],
      error: "expected none with state: 'absent'",
    }),
  title: ({ zone, state }) => `${zone}${state === 'absent' ? ' absent' : ''}`,
  needs: firewalldNeeds,
  probe: ({ zone }) => ({
    scopes: output(zoneScript(zone), parseZoneScopes, {
      reads: ['/etc/firewalld'],
      state: `${stateName(zone)}/scopes`,
    }),
  }),
  plan: (params, { scopes }): readonly Change[] => {
    const { zone, target, state, reload } = params
    const { isRunning, permanent, runtime } = scopes
    const program = isRunning ? ['firewall-cmd', '--permanent'] : ['firewall-offline-cmd']
    const desired = target === 'REJECT' ? '%%REJECT%%' : target
    const step = (...options: string[]) => run(sh`${[...program, ...options]}`, { explain: explainRefusal })
    const changes: Change[] = []
    const note = isRunning ? 'permanent' : 'permanent; firewalld is stopped'
    const effects = [
      { tree: '/etc/firewalld' },
      { state: stateName(zone) },
      { state: `${stateName(zone)}/scopes` },
    ]
    if (state === 'absent' && permanent)
      changes.push({
        what: `zone ${zone}`,
        from: 'present',
        to: `absent (${note})`,
        steps: [step(`--delete-zone=${zone}`)],
        effects,
      })
    if (state === 'present' && !permanent)
      changes.push({
        what: `zone ${zone}`,
        from: 'absent',
        to: `present (${note})`,
        steps: [step(`--new-zone=${zone}`)],
        effects,
      })
    const current = permanent?.target ?? 'default'
    if (desired !== undefined && current !== desired)
      changes.push({
        what: `target of zone ${zone}`,
        from: current.replaceAll('%', ''),
        to: `${target} (${note})`,
        steps: [step(`--zone=${zone}`, `--set-target=${desired}`)],
        effects,
      })
    const isLoaded =
      state === 'absent' ? !runtime : runtime !== undefined && (desired ?? runtime.target) === runtime.target
    if (reload && isRunning && !isLoaded)
      changes.push({
        what: `zone ${zone} at runtime`,
        from: runtime ? (state === 'absent' ? 'present' : runtime.target.replaceAll('%', '')) : 'absent',
        to: state === 'absent' ? 'absent' : (target ?? 'present'),
        steps: [run(sh`firewall-cmd --reload`, { explain: explainRefusal })],
        effects,
      })
    return changes
  },
})
