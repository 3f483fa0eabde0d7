// The task firewallRichRule: adds and removes rich rules of firewalld.

import { defineTask, PlaybookError, z } from '../../src/index.ts'
import { oneOrMany } from '../params/oneOrMany.ts'
import { scopesOf, type ZoneDifference, type ZoneSettings, zoneChanges, zoneState } from './firewalld.ts'
import { normalizeRule } from './richRule.ts'

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
 *   protocol="tcp" accept`. They are compared in the order and with the quotes that firewalld prints, so how they are
 *   written does not matter.
 * - `sources`, `ports`, `services`, `action` instead of `rules`: one rule for each source with each port and service.
 *   `sources` are addresses or networks, v4 or v6; `ports` are `'8009/tcp'`; `action` is `accept` (default), `reject` or `drop`.
 * - `zone`: a zone's name; the default zone if not given.
 * - `state`: `present` (the default) or `absent`.
 * - `permanent`, `runtime`: which configurations; both true by default.
 *
 * While firewalld is stopped the permanent configuration is written by firewall-offline-cmd, and the change says so.
 *
 * @throws PlaybookError E_PARAMS (a rule that cannot be read), E_FIREWALLD_MISSING, E_FIREWALL_ZONE, E_FIREWALLD_STOPPED,
 *   E_FIREWALLD (what firewalld refused)
 * @example firewallRichRule({ sources: ['10.98.0.21', '10.98.0.22'], ports: ['8009/tcp'] })
 *
 * Sources: firewalld.richlanguage(5), firewall-cmd(1).
 */
export const firewallRichRule = defineTask({
  name: 'firewallRichRule',
  summary: 'Adds or removes rich rules of firewalld, in the permanent configuration and at runtime.',
  params: z
    .strictObject({
      rules: oneOrMany(ruleText)
        .optional()
        .describe("Rules in firewalld's rich language. Instead of sources, ports and services."),
      sources: oneOrMany(addressText).optional().describe('Addresses or networks from which to allow.'),
      ports: oneOrMany(portText).optional().describe("Ports to allow: '8009/tcp'."),
      services: oneOrMany(z.string().regex(/^[\w.-]+$/, 'expected the name of a service of firewalld'))
        .optional()
        .describe('Services of firewalld to allow: ssh.'),
      action: z
        .enum(['accept', 'reject', 'drop'])
        .default('accept')
        .describe('What to do with what matches.'),
      zone: z
        .string()
        .regex(/^[A-Za-z0-9_/-]+$/, 'expected the name of a zone')
        .optional()
        .describe('Zone of firewalld; its default zone if not given.'),
      state: z.enum(['present', 'absent']).default('present').describe('Whether the rules shall be there.'),
      permanent: z.boolean().default(true).describe('In the configuration that a restart reads.'),
      runtime: z.boolean().default(true).describe('In the configuration that is in force now.'),
    })
    .refine(({ permanent, runtime }) => permanent || runtime, 'permanent and runtime cannot both be false')
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
  probe: ({ zone }) => ({ zone: zoneState(zone) }),
  plan: (params, { zone }) => {
    const scopes = scopesOf(zone, params).map(({ scope, settings }) => ({
      scope,
      listed: listedRules(settings),
    }))
    const differences = rulesOf(params).flatMap((rule): ZoneDifference[] => {
      const options = Object.fromEntries(
        scopes
          .map(({ scope, listed }) => [scope, ruleOptions(rule, params.state, listed)] as const)
          .filter(([, each]) => each.length > 0),
      )
      if (Object.keys(options).length === 0) return []
      return [
        { what: rule, from: params.state === 'present' ? 'absent' : 'present', to: params.state, options },
      ]
    })
    return zoneChanges(zone, params.zone, differences)
  },
})

type RuleParams = {
  readonly rules?: readonly string[]
  readonly sources?: readonly string[]
  readonly ports?: readonly string[]
  readonly services?: readonly string[]
  readonly action: string
}

/** The rules meant, in firewalld's own form, each once. */
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

/** Each rule of a zone in firewalld's own form, with the words of the one there is. */
type ListedRules = readonly (readonly [normal: string, listed: string])[]

function listedRules({ rules }: ZoneSettings): ListedRules {
  return rules.map((listed) => [listedRule(listed), listed])
}

/** firewall-cmd's options that give a rule its state; none if it has it. Removal needs the words of the one there is. */
function ruleOptions(rule: string, state: 'present' | 'absent', listed: ListedRules): string[] {
  const same = listed.filter(([normal]) => normal === rule)
  if (state === 'present') return same.length > 0 ? [] : [`--add-rich-rule=${rule}`]
  return same.map(([, words]) => `--remove-rich-rule=${words}`)
}

/** A rule as firewalld lists it; one in words that are not known here is itself, and equals no other. */
function listedRule(listed: string): string {
  try {
    return normalizeRule(listed)
  } catch (thrown) {
    if (thrown instanceof PlaybookError) return listed
    throw thrown
  }
}
