// The task firewallRichRule: adds and removes rich rules of firewalld.

import { defineTask, PlaybookError, z } from '../../src/index.ts'
import { oneOrMany } from '../params/oneOrMany.ts'
import { hasScope, noScope, zoneChanges, zoneParams, zoneState } from './firewalld.ts'
import { normalizeRule } from './richRule.ts'
import { firewalldNeeds, type ZoneSettings } from './zoneReading.ts'

const ruleText = z.string().transform((value, context) => {
  try {
    return normalizeRule(value)
  } catch (thrown) {
    context.addIssue({ code: 'custom', message: (thrown as PlaybookError).message })
    return z.NEVER
  }
})

const portText = z
  .string()
  .regex(/^\d{1,5}(-\d{1,5})?\/(tcp|udp|sctp|dccp)$/, 'expected PORT/PROTOCOL such as 8009/tcp')

const addressText = z.string().regex(/^[0-9A-Fa-f.:]+(\/[0-9.]+)?$/, 'expected an address or network')

/**
 * Adds rich rules to a zone of firewalld, or removes them, in the permanent configuration and at runtime at once.
 *
 * - `rules`: rules in firewalld's language, `rule family="ipv4" source address="10.0.0.0/24" port port="8009"
 *   protocol="tcp" accept`. They are compared in the form that firewalld prints, so order and quotes do not matter.
 * - `sources`, `ports`, `services`, `action` instead of `rules`: one rule for each source with each port and service.
 *   `sources` are addresses or networks, v4 or v6; `ports` are `'8009/tcp'`; `action` is `accept` (default), `reject` or `drop`.
 * - `zone`: the name of a zone; default: firewalld's default zone.
 * - `state`: `present` (default) or `absent`.
 * - `permanent`, `runtime`: which configurations to change; both true by default.
 *
 * While firewalld is stopped, firewall-offline-cmd writes the permanent configuration, and the change says so.
 *
 * @throws PlaybookError E_PARAMS (a rule that cannot be parsed), E_FIREWALLD_MISSING, E_FIREWALL_ZONE,
 *   E_FIREWALLD_STOPPED, E_FIREWALLD (what firewalld refused)
 * @example firewallRichRule({ sources: ['10.98.0.21', '10.98.0.22'], ports: ['8009/tcp'] })
 *
 * Sources: firewalld.richlanguage(5), firewall-cmd(1).
 */
export const firewallRichRule = defineTask({
  name: 'firewallRichRule',
  summary: 'Adds or removes rich rules of firewalld, in the permanent configuration and at runtime.',
  ansible: { modules: ['firewalld'] },
  params: z
    .strictObject({
      rules: oneOrMany(ruleText)
        .optional()
        .describe("Rules in firewalld's rich language. Instead of sources, ports and services."),
      sources: oneOrMany(addressText).optional().describe('Addresses or networks the rules apply to.'),
      ports: oneOrMany(portText).optional().describe("Ports: '8009/tcp'."),
      services: oneOrMany(z.string().regex(/^[\w.-]+$/, 'expected the name of a service of firewalld'))
        .optional()
        .describe('Services of firewalld: ssh.'),
      action: z.enum(['accept', 'reject', 'drop']).default('accept').describe('The action for what matches.'),
      state: z.enum(['present', 'absent']).default('present').describe('Whether the zone has the rules.'),
      ...zoneParams,
    })
    .refine(hasScope, noScope)
    .refine(
      ({ rules, sources, ports, services }) =>
        (rules === undefined) === Boolean(sources ?? ports ?? services),
      'expected either rules, or sources, ports and services',
    ),
  title: (params) => {
    const [first, ...others] = rulesOf(params)
    const more = others.length > 0 ? ` and ${others.length} more` : ''
    return `${first}${more}${params.state === 'absent' ? ' absent' : ''}`
  },
  needs: firewalldNeeds,
  probe: ({ zone }) => ({ zone: zoneState(zone) }),
  plan: (params, { zone }) => {
    const { state } = params
    const from = state === 'present' ? 'absent' : 'present'
    const normalize = memoize(normalizedOrSame)
    const items = rulesOf(params).map((rule) => ({
      what: rule,
      from,
      to: state,
      options: ({ rules }: ZoneSettings) =>
        ruleOptions(
          rule,
          state,
          rules.filter((listed) => normalize(listed) === rule),
        ),
    }))
    return zoneChanges(zone, params, items)
  },
})

type RuleParams = {
  readonly rules?: readonly string[]
  readonly sources?: readonly string[]
  readonly ports?: readonly string[]
  readonly services?: readonly string[]
  readonly action: string
}

/** The normalized rules, each once. */
function rulesOf({ rules, sources, ports = [], services = [], action }: RuleParams): string[] {
  if (rules) return [...new Set(rules)]
  const elements = [
    ...ports.map((port) => `port port="${port.split('/')[0]}" protocol="${port.split('/')[1]}"`),
    ...services.map((service) => `service name="${service}"`),
  ]
  const origins = sources?.map(
    (source) => `family="${source.includes(':') ? 'ipv6' : 'ipv4'}" source address="${source}"`,
  )
  const made = (origins ?? ['']).flatMap((origin) =>
    (elements.length > 0 ? elements : ['']).map((element) =>
      normalizeRule(`rule ${origin} ${element} ${action}`),
    ),
  )
  return [...new Set(made)]
}

/** firewall-cmd's options that add or remove a rule; to remove one takes the texts that firewalld lists it as. */
function ruleOptions(rule: string, state: 'present' | 'absent', listed: readonly string[]): string[] {
  if (state === 'present') return listed.length > 0 ? [] : [`--add-rich-rule=${rule}`]
  return listed.map((text) => `--remove-rich-rule=${text}`)
}

/** Every rule is compared with every listed one, and parsing is what takes time. */
function memoize(work: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>()
  return (text) => {
    const result = known.get(text) ?? work(text)
    known.set(text, result)
    return result
  }
}

/** A rule that firewalld lists, normalized; unchanged if it has parts that are unknown here. */
function normalizedOrSame(listed: string): string {
  try {
    return normalizeRule(listed)
  } catch (thrown) {
    if (thrown instanceof PlaybookError) return listed
    throw thrown
  }
}
