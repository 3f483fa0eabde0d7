// Reads and changes a zone of firewalld.

import {
  type Change,
  type Output,
  output,
  PlaybookError,
  type Probe,
  run,
  type Step,
  sh,
  text,
  z,
} from '../../src/index.ts'
import {
  parseZoneState,
  type ZoneConfiguration,
  type ZoneSettings,
  type ZoneState,
  zoneScript,
} from './zoneReading.ts'

/** A difference in one or both configurations, and firewall-cmd's options that resolve it. */
type ZoneDifference = {
  readonly what: string
  readonly from: string
  readonly to: string
  /** The options for each configuration that differs: `--add-port=8080/tcp`. */
  readonly options: { readonly [scope in ZoneConfiguration]?: readonly string[] }
}

/**
 * Reads what a zone has (`undefined`: the default zone), permanent and runtime, in one command that is
 * the same for all tasks of that zone. It asks over D-Bus (`busctl`, 5 ms a call); where that is missing
 * `firewall-cmd`, and where firewalld is stopped `firewall-offline-cmd` (each 0.25 s of Python).
 *
 * Sources: firewalld.dbus(5), firewall-cmd(1), busctl(1).
 *
 * @throws PlaybookError E_FIREWALLD_MISSING, E_FIREWALL_ZONE (naming the zones there are), E_FIREWALLD, when parsed
 */
export function zoneState(zone: string | undefined): Probe<ZoneState> {
  return output(zoneScript(zone ?? ''), parseZoneState, {
    reads: ['/etc/firewalld'],
    state: stateName(zone),
  })
}

/** The name that a dry run uses for a zone. */
export function stateName(zone = 'default'): string {
  return `firewall/${zone}`
}

/** The parameters that say which zone to change, and where. */
export const zoneParams = {
  zone: z
    .string()
    .regex(/^[A-Za-z0-9_/-]+$/, 'expected the name of a zone')
    .optional()
    .describe("Zone of firewalld; default: firewalld's default zone."),
  permanent: z.boolean().default(true).describe('Change the configuration that a restart reads.'),
  runtime: z.boolean().default(true).describe('Change the configuration that is in force now.'),
}

type ZoneParams = { readonly zone?: string; readonly permanent: boolean; readonly runtime: boolean }

export function hasScope({ permanent, runtime }: ZoneParams): boolean {
  return permanent || runtime
}

export const noScope = 'permanent and runtime cannot both be false'

/** Something a zone should or should not have, and firewall-cmd's options for it; none if nothing differs. */
type ZoneItem = {
  readonly what: string
  readonly from: string
  readonly to: string
  readonly options: (settings: ZoneSettings) => string[]
}

/** Names of a kind that a zone should have, or not, as `http` for `--add-service=http`. */
export function listedOptions(
  names: readonly string[],
  kind: 'service' | 'source',
  state: 'present' | 'absent',
): ZoneItem[] {
  return [...new Set(names)].map((name) => ({
    what: `${kind} ${name}`,
    from: state === 'present' ? 'absent' : 'present',
    to: state,
    options: (settings) => {
      const isPresent = settings[listNames[kind]].includes(name)
      if (isPresent === (state === 'present')) return []
      return [`--${isPresent ? 'remove' : 'add'}-${kind}=${name}`]
    },
  }))
}

const listNames = {
  port: 'ports',
  'rich-rule': 'rules',
  service: 'services',
  source: 'sources',
  'forward-port': 'forwards',
} as const

/**
 * The changes of a zone: one for each item that differs; the first has the commands, one for each configuration. Never
 * a reload, which would drop what is in the runtime configuration only.
 *
 * @throws PlaybookError E_FIREWALLD_STOPPED if only the runtime configuration is to be changed
 */
export function zoneChanges(
  state: ZoneState,
  params: ZoneParams,
  items: readonly ZoneItem[],
): readonly Change[] {
  const { zone, isRunning } = state
  const settings = scopesOf(state, params)
  const differences = items.flatMap(({ what, from, to, options }): ZoneDifference[] => {
    const differing = settings
      .map((each) => [each.scope, options(each.settings)] as const)
      .filter(([, words]) => words.length > 0)
    return differing.length === 0 ? [] : [{ what, from, to, options: Object.fromEntries(differing) }]
  })
  const scopes: readonly ZoneConfiguration[] = ['permanent', 'runtime']
  const becomes = changedZone(state, differences)
  const names = new Set([stateName(params.zone), stateName(zone)])
  const effects = [...names].map((name) => ({ state: name, becomes }))
  const steps = scopes.flatMap((scope) => {
    const options = differences.flatMap((difference) => difference.options[scope] ?? [])
    return options.length === 0 ? [] : [zoneStep(zone, scope, isRunning, options)]
  })
  return differences.map(({ what, from, to, options }, index) => {
    const where = scopes.filter((scope) => options[scope]).join(', ')
    const note = isRunning ? where : `${where}; firewalld is stopped`
    return { what, from, to: `${to} (${note})`, steps: index === 0 ? steps : [], effects }
  })
}

/** The zone after the differences are resolved. */
function changedZone(state: ZoneState, differences: readonly ZoneDifference[]): ZoneState {
  const after = (scope: ZoneConfiguration, settings: ZoneSettings): ZoneSettings =>
    differences.flatMap(({ options }) => options[scope] ?? []).reduce(withOption, settings)
  return {
    ...state,
    permanent: after('permanent', state.permanent),
    ...(state.runtime ? { runtime: after('runtime', state.runtime) } : {}),
  }
}

function withOption(settings: ZoneSettings, option: string): ZoneSettings {
  const [, verb, kind = '', value = ''] = /^--(add|remove)-([a-z-]+)(?:=(.*))?$/s.exec(option) ?? []
  if (kind === 'masquerade') return { ...settings, masquerade: verb === 'add' }
  const key = listNames[kind as keyof typeof listNames]
  const others = settings[key].filter((each) => each !== value)
  return { ...settings, [key]: verb === 'add' ? [...others, value] : others }
}

/** The configurations to change, without the runtime one while firewalld is stopped. */
function scopesOf(
  state: ZoneState,
  requested: ZoneParams,
): readonly { readonly scope: ZoneConfiguration; readonly settings: ZoneSettings }[] {
  if (!state.runtime && !requested.permanent) {
    throw new PlaybookError('E_FIREWALLD_STOPPED', 'firewalld is stopped: it has no runtime configuration.', {
      hint: "Start it first: service({ name: 'firewalld' }).",
    })
  }
  return [
    ...(requested.permanent ? [{ scope: 'permanent' as const, settings: state.permanent }] : []),
    ...(requested.runtime && state.runtime ? [{ scope: 'runtime' as const, settings: state.runtime }] : []),
  ]
}

function zoneStep(
  zone: string,
  scope: ZoneConfiguration,
  isRunning: boolean,
  options: readonly string[],
): Step {
  const program = isRunning ? 'firewall-cmd' : 'firewall-offline-cmd'
  const permanent = isRunning && scope === 'permanent' ? ['--permanent'] : []
  return run(sh`${program} ${[...permanent, `--zone=${zone}`, ...options]}`, { explain: explainRefusal })
}

/** firewall-cmd prints `Error: INVALID_PORT: …`. */
export function explainRefusal(result: Output): PlaybookError | undefined {
  const message = `${result.stderr.toString('utf8')}\n${text(result)}`
  const [, name, reason] = /(?:Error:\s*)?\b([A-Z]+_[A-Z_]+)(?::\s*(.*))?/.exec(message) ?? []
  if (!name) return undefined
  return new PlaybookError('E_FIREWALLD', `firewalld refused it: ${name}${reason ? `: ${reason}` : ''}`, {
    hint: refusalHints[name],
  })
}

const refusalHints: { readonly [name: string]: string | undefined } = {
  NOT_ENABLED:
    'An old firewalld cannot close part of an open range: close the whole range and open the rest.',
  ZONE_CONFLICT: 'The interface or source is in another zone.',
  INVALID_SERVICE: 'firewall-cmd --get-services lists the services it knows.',
  BUILTIN_ZONE: 'It is one of the zones that firewalld has itself.',
  INVALID_RULE: 'For the syntax of rich rules, see man firewalld.richlanguage.',
  MISSING_FAMILY: "A rule with an address needs a family: 'ipv4' or 'ipv6'.",
  NOT_AUTHORIZED: 'Only root may change the firewall: become: true',
}
