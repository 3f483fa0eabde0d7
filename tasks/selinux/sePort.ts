// The task sePort: gives ports a type of the policy of SELinux.

import {
  type Change,
  defineTask,
  type Effect,
  output,
  shellText,
  splitLines,
  text,
  z,
} from '../../src/index.ts'
import {
  isOff,
  levelText,
  policyName,
  policyReads,
  selinuxNeeds,
  semanageStep,
  toolMissing,
  withPolicy,
} from './policy.ts'
import { lineFor, type PortRecord, parsePorts, type Range, rangeText, withTypes } from './ports.ts'

const portSpec = z
  .union([z.number().int(), z.string()])
  .transform(String)
  .refine((value) => {
    const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(value) ?? []
    return first !== undefined && Number(first) >= 1 && Number(first) <= Number(last) && Number(last) <= 65535
  }, "expected a port or a range such as '8009' or '4000-4002'")

/**
 * Gives ports a type of the policy of SELinux, so that programs allowed to use ports of that type can use them. Where
 * SELinux is off there is nothing to do.
 *
 * - `ports`: a port, a range `'4000-4002'`, or a list of them: they are set in one transaction.
 * - `proto`: `tcp` (default), `udp`, `sctp` or `dccp`. Ansible's has no default.
 * - `setype`: the type, such as `http_port_t`.
 * - `selevel`: level or range of an MLS policy; default `s0`.
 * - `state`: `present` (default), or `absent`: the site's own setting is removed, and the policy's applies again.
 *
 * A port that the policy itself, or a range of the site, gives this type needs nothing. A port that has another type
 * gets this one instead, because a port has only one: programs that need the other type lose the port.
 *
 * @throws PlaybookError E_SELINUX_TOOLS (no semanage), E_SELINUX (what semanage refused: no such type, say)
 * @example sePort({ ports: [8010, 8011], setype: 'http_port_t' })
 *
 * Sources: semanage-port(8), semanage-import(8); community.general.seport.
 */
export const sePort = defineTask({
  name: 'sePort',
  summary: 'Gives ports a type of the policy of SELinux.',
  ansible: {
    modules: ['community.general.seport', 'seport'],
    params: {
      port: 'ports',
      reload: 'The policy is always loaded.',
      ignore_selinux_state: 'Where SELinux is off, there is nothing to do.',
    },
  },
  params: z.strictObject({
    ports: z
      .union([portSpec, z.array(portSpec).min(1)])
      .transform((value) => [value].flat())
      .describe("A port, a range '4000-4002', or a list of them."),
    proto: z.enum(['tcp', 'udp', 'sctp', 'dccp']).default('tcp').describe('The protocol.'),
    setype: policyName.describe('The type of the ports.'),
    selevel: levelText.default('s0').describe('Level or range of an MLS policy.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the ports have the type.'),
  }),
  title: ({ ports, proto, setype, state }) =>
    `${ports.map((each) => `${each}/${proto}`).join(' ')} ${setype}${state === 'absent' ? ' absent' : ''}`,
  needs: selinuxNeeds('semanage'),
  probe: () => ({ known: portRecords }),
  plan: (params, { known }): readonly Change[] => {
    if (known === undefined) return []
    if (!known.hasTools) throw toolMissing('semanage', ['Only it lists the types of ports.'])
    const lines = [...new Set(params.ports)].flatMap((each) => {
      const [first = 0, last = first] = each.split('-').map(Number)
      const range: Range = { first, last, protocol: params.proto }
      const found = lineFor(range, params, known)
      return found ? [{ range, ...found }] : []
    })
    const step = semanageStep(lines.map(({ line }) => line))
    const becomes = withTypes(
      known,
      lines.map(({ range }) => range),
      params,
    )
    return lines.map(({ range, from, to }, index) => ({
      what: `type of port ${rangeText(range)}`,
      from,
      to,
      steps: index === 0 ? [step] : [],
      effects: [{ state: 'selinux/ports', ...(becomes && { becomes }) }],
    }))
  },
  effects: (): readonly Effect[] => [{ state: 'selinux/ports' }],
})

/** Python starts once for all tasks; the site's own settings are a file. */
const portRecords = output(
  shellText(`${withPolicy}command -v semanage >/dev/null || { echo = none; exit 0; }
semanage port -l -n || exit
echo = local
cat "/var/lib/selinux/$policy/active/ports.local" 2>/dev/null || cat "/etc/selinux/$policy/active/ports.local" 2>/dev/null
:`),
  (result): PortRecord | undefined => parsePorts(splitLines(text(result)), result),
  { reads: policyReads, state: 'selinux/ports', holds: isOff },
)
