// The task ufw: a rule of ufw, its policies, its logging, and whether it is on.

import { type Change, defineTask, lastLines, output, PlaybookError, run, sh, z } from '../../src/index.ts'
import { allowsConnection } from './ufwAccess.ts'
import { parseUfwState, type UfwState, ufwStateCommand } from './ufwState.ts'

const policy = z.enum(['allow', 'deny', 'reject']).optional()
const address = z
  .string()
  .regex(/^(any|[0-9a-fA-F.:]+(\/[0-9.]+)?)$/, 'expected an address, a network or any')
const port = z
  .union(
    [z.int().min(1).max(65535), z.string().regex(/^\d+(:\d+)?(,\d+(:\d+)?)*$/)],
    'expected a port (1-65535), a range such as 6000:6007, or a list such as 80,443',
  )
  .transform(String)
const interfaceName = z.string().regex(/^[A-Za-z0-9_.:+-]{1,15}$/, 'expected the name of an interface')

/**
 * Changes ufw, the firewall of Debian and Ubuntu. What is not given stays as it is; policies and logging come first, then
 * the rule, then `state`.
 *
 * - `rule`: `'allow'`, `'deny'`, `'limit'` or `'reject'`. `port`, `proto` (`'tcp'`, `'udp'`, …), `from`, `fromPort`,
 *   `to`: what it applies to; without addresses, IPv4 and IPv6. `app`: an application profile in place of ports.
 * - `direction` (default `'in'`) and `interface`; with `route: true`, `interfaceIn` and `interfaceOut`.
 * - `comment`; `insert`: its position, from 1, for a new rule. `delete: true` removes the rule.
 * - `default`: `{ incoming, outgoing, routed }`, each `'allow'`, `'deny'` or `'reject'`.
 * - `logging`: `'off'`, `'on'`, `'low'`, `'medium'`, `'high'` or `'full'`.
 * - `state`: `'enabled'` or `'disabled'`, now and at the next start.
 *
 * ufw's own dry run tells whether a rule would change anything, so it does not matter how a rule was written. A change
 * after which the active firewall would let in no ssh connection like the present one is refused; `force: true` makes
 * it nevertheless.
 *
 * Errors: E_UFW with the message of ufw, E_UFW_CUT_OFF.
 *
 * @example [ufw({ rule: 'limit', port: 22, proto: 'tcp' }), ufw({ default: { incoming: 'deny' }, state: 'enabled' })]
 * @example ufw({ rule: 'allow', from: '10.0.0.0/8', port: 5432, proto: 'tcp', comment: 'database' })
 * @see https://docs.ansible.com/ansible/latest/collections/community/general/ufw_module.html
 *
 * Source: ufw(8).
 */
export const ufw = defineTask({
  name: 'ufw',
  summary: 'Changes ufw: rules, policies, logging, and whether it is on.',
  ansible: {
    modules: ['ufw', 'community.general.ufw'],
    params: {
      from_ip: 'from',
      src: 'from',
      to_ip: 'to',
      dest: 'to',
      to_port: 'port',
      policy: 'default',
      if: 'interface',
      if_in: 'interfaceIn',
      if_out: 'interfaceOut',
      protocol: 'proto',
      name: 'app',
      log: 'There is no such option: logging sets the level for all rules.',
    },
  },
  params: z
    .strictObject({
      rule: z
        .enum(['allow', 'deny', 'limit', 'reject'])
        .optional()
        .describe('The action for matching connections.'),
      port: port.optional().describe('Ports on the host: 22, 6000:6007, 80,443.'),
      proto: z.enum(['tcp', 'udp', 'ipv6', 'esp', 'ah', 'gre', 'igmp']).optional().describe('The protocol.'),
      from: address.default('any').describe('The source address.'),
      fromPort: port.optional().describe('Source ports.'),
      to: address.default('any').describe('The destination address.'),
      app: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9 _.+-]*$/, 'expected the name of a profile')
        .optional()
        .describe('An application profile, in place of ports.'),
      direction: z
        .enum(['in', 'out'])
        .default('in')
        .describe('Whether the rule is for incoming or outgoing connections.'),
      interface: interfaceName.optional().describe('Only on this interface.'),
      route: z.boolean().default(false).describe('Whether the rule is for forwarded packets.'),
      interfaceIn: interfaceName.optional().describe('With route: the interface by which packets come in.'),
      interfaceOut: interfaceName.optional().describe('With route: the interface by which packets go out.'),
      comment: z
        .string()
        .regex(/^[^'\r\n\0]+$/, "expected a line without '")
        .optional()
        .describe('A comment.'),
      insert: z.int().min(1).optional().describe('The position of a new rule.'),
      delete: z.boolean().default(false).describe('Whether to remove the rule.'),
      default: z
        .strictObject({ incoming: policy, outgoing: policy, routed: policy })
        .optional()
        .describe('What happens where no rule matches.'),
      logging: z
        .enum(['off', 'on', 'low', 'medium', 'high', 'full'])
        .optional()
        .describe('How much is logged.'),
      state: z
        .enum(['enabled', 'disabled'])
        .optional()
        .describe('Whether ufw is on, now and at the next start.'),
      force: z
        .boolean()
        .default(false)
        .describe('Whether to go on even if that cuts off our own connection.'),
    })
    .superRefine((params, { addIssue }) => {
      const problem = problemOf(params)
      if (problem) addIssue({ code: 'custom', message: problem })
    }),
  title: (params) => (params.rule ? ruleWords(params).join(' ') : [params.state ?? 'settings'].join(' ')),
  needs: { root: true, tools: ['ufw'] },
  probe: (params) => ({
    found: output(ufwStateCommand(params.rule ? triedWords(params) : undefined), parseUfwState, {
      reads: ['/etc/ufw', '/etc/default/ufw', 'packages'],
    }),
  }),
  plan: (params, { found }): Change[] => {
    if (found.refusal !== undefined) throw new PlaybookError('E_UFW', `ufw: ${found.refusal}`)
    const changes = [
      ...policyChanges(params, found),
      ...loggingChange(params, found),
      ...ruleChange(params, found),
      ...stateChange(params, found),
    ]
    if (changes.length > 0) requireAccess(params, found)
    return changes
  },
  effects: () => effects,
})

type Params = {
  rule?: string | undefined
  port?: string | undefined
  proto?: string | undefined
  from: string
  fromPort?: string | undefined
  to: string
  app?: string | undefined
  direction: string
  interface?: string | undefined
  route: boolean
  interfaceIn?: string | undefined
  interfaceOut?: string | undefined
  comment?: string | undefined
  insert?: number | undefined
  delete: boolean
  default?: { [direction: string]: string | undefined } | undefined
  logging?: string | undefined
  state?: string | undefined
  force: boolean
}

const effects = [{ tree: '/etc/ufw' }, { tree: '/etc/default/ufw' }]

function problemOf(params: Params): string | undefined {
  const { rule, port, proto, app, route, insert, delete: isDeleted } = params
  if (!rule && !params.default && !params.logging && !params.state)
    return 'expected one of rule, default, logging and state'
  if (!rule && (port ?? app ?? proto ?? insert ?? params.comment) !== undefined)
    return 'expected a rule with these parameters'
  if (app !== undefined && (port ?? proto) !== undefined) return 'expected app, or port and proto, not both'
  if (port !== undefined && /[,:]/.test(port) && proto !== 'tcp' && proto !== 'udp')
    return 'expected proto tcp or udp with several ports'
  if (route && params.interface)
    return 'expected interfaceIn or interfaceOut with route, in place of interface'
  if (!route && (params.interfaceIn ?? params.interfaceOut))
    return 'expected route: true with interfaceIn and interfaceOut'
  return isDeleted && insert !== undefined ? 'expected insert or delete, not both' : undefined
}

/** As ufw takes it: `allow in from any to any port 22 proto tcp`. */
function ruleWords(params: Params): string[] {
  const { rule = '', from, fromPort, to, port, proto, app, direction, interfaceIn, interfaceOut } = params
  const on = params.route
    ? [
        ...(interfaceIn ? ['in', 'on', interfaceIn] : []),
        ...(interfaceOut ? ['out', 'on', interfaceOut] : []),
      ]
    : [direction, ...(params.interface ? ['on', params.interface] : [])]
  return [
    ...[rule, ...on, 'from', from],
    ...(fromPort === undefined ? [] : ['port', fromPort]),
    ...['to', to],
    ...(port === undefined ? [] : ['port', port]),
    ...(app === undefined ? [] : ['app', app]),
    ...(proto === undefined ? [] : ['proto', proto]),
  ]
}

function triedWords(params: Params): string[] {
  const { route, insert, delete: isDeleted, comment } = params
  const position = insert === undefined ? [] : ['insert', String(insert)]
  const note = comment === undefined || isDeleted ? [] : ['comment', comment]
  return [...(route ? ['route'] : []), ...(isDeleted ? ['delete'] : position), ...ruleWords(params), ...note]
}

function ruleChange(params: Params, { rules, after }: UfwState): Change[] {
  if (!params.rule) return []
  const [before, desired] = [
    [...rules.v4, ...rules.v6],
    [...after.v4, ...after.v6],
  ]
  const removed = before.filter((rule) => !desired.includes(rule))
  const added = desired.filter((rule) => !before.includes(rule))
  if (removed.length === 0 && added.length === 0) return []
  const shown = (list: readonly string[]) => list.map(ruleText).join('; ') || 'absent'
  return [change(`rule ${ruleWords(params).join(' ')}`, shown(removed), shown(added), triedWords(params))]
}

/** The comment of a rule is written in hexadecimal digits. */
function ruleText(tuple: string): string {
  return tuple.replace(/comment=([0-9a-f]+)/, (_, hex: string) => `comment ${Buffer.from(hex, 'hex')}`)
}

function policyChanges(params: Params, { policies }: UfwState): Change[] {
  return Object.entries(params.default ?? {}).flatMap(([direction, desired]) =>
    desired === undefined || policies[direction] === desired
      ? []
      : [
          change(`default ${direction}`, policies[direction] ?? 'unknown', desired, [
            'default',
            desired,
            direction,
          ]),
        ],
  )
}

function loggingChange({ logging }: Params, { logging: current }: UfwState): Change[] {
  const isSame = logging === undefined || logging === current || (logging === 'on' && current !== 'off')
  return isSame ? [] : [change('logging', current, logging === 'on' ? 'low' : logging, ['logging', logging])]
}

function stateChange({ state }: Params, { isActive, isEnabled }: UfwState): Change[] {
  const isRight = state === 'enabled' ? isActive && isEnabled : !isActive && !isEnabled
  if (state === undefined || isRight) return []
  const from = isActive === isEnabled ? (isActive ? 'enabled' : 'disabled') : 'enabled, but not in effect'
  return [change('ufw', from, state, ['--force', state === 'enabled' ? 'enable' : 'disable'])]
}

/** @throws PlaybookError E_UFW_CUT_OFF */
function requireAccess(params: Params, { ssh, after, policies, isActive }: UfwState): void {
  const isOn = params.state === undefined ? isActive : params.state === 'enabled'
  const incoming = params.default?.incoming ?? policies.incoming
  if (!isOn || !ssh || params.force || allowsConnection(ssh, after, incoming)) return
  throw new PlaybookError(
    'E_UFW_CUT_OFF',
    `After this change ufw would let in no ssh connection like this one, from ${ssh.from} to port ${ssh.port}.`,
    {
      hint: `Put ufw({ rule: 'limit', port: ${ssh.port}, proto: 'tcp' }) before this task, or give force: true.`,
    },
  )
}

function change(what: string, from: string, to: string, words: readonly string[]): Change {
  const step = run(sh`LC_ALL=C ufw ${words}`, {
    explain: (result) => {
      const lines = lastLines(result)
      return new PlaybookError('E_UFW', lines.at(-1) ?? `ufw ended with exit code ${result.code}.`, {
        details: lines.slice(0, -1),
      })
    },
  })
  return { what, from, to, steps: [step], effects }
}
