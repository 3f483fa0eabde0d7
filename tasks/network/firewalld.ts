// Reads and changes a zone of firewalld.

import {
  type Change,
  type Command,
  type Output,
  output,
  PlaybookError,
  type Probe,
  run,
  type Step,
  sh,
  splitLines,
  text,
  z,
} from '../../src/index.ts'

/** The ports and rich rules of a zone, as firewalld prints them (`8080/tcp`, `8000-8100/tcp`). */
export type ZoneSettings = { readonly ports: readonly string[]; readonly rules: readonly string[] }

/** A zone in the runtime configuration (undefined while firewalld is stopped) and in the permanent one. */
export type ZoneState = {
  readonly zone: string
  readonly isRunning: boolean
  readonly runtime?: ZoneSettings
  readonly permanent: ZoneSettings
}

type Scope = 'permanent' | 'runtime'

/** A difference in one or both configurations, and firewall-cmd's options that resolve it. */
type ZoneDifference = {
  readonly what: string
  readonly from: string
  readonly to: string
  /** The options for each configuration that differs: `--add-port=8080/tcp`. */
  readonly options: { readonly [scope in Scope]?: readonly string[] }
}

/**
 * Reads ports and rich rules of a zone (`undefined`: the default zone), permanent and runtime, in one command that is
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
function stateName(zone = 'default'): string {
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
  const scopes: readonly Scope[] = ['permanent', 'runtime']
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
  const after = (scope: Scope, settings: ZoneSettings): ZoneSettings =>
    differences.flatMap(({ options }) => options[scope] ?? []).reduce(withOption, settings)
  return {
    ...state,
    permanent: after('permanent', state.permanent),
    ...(state.runtime ? { runtime: after('runtime', state.runtime) } : {}),
  }
}

function withOption(settings: ZoneSettings, option: string): ZoneSettings {
  const [, verb, kind, value = ''] = /^--(add|remove)-(port|rich-rule)=(.*)$/s.exec(option) ?? []
  const key = kind === 'port' ? 'ports' : 'rules'
  const others = settings[key].filter((each) => each !== value)
  return { ...settings, [key]: verb === 'add' ? [...others, value] : others }
}

/** The configurations to change, without the runtime one while firewalld is stopped. */
function scopesOf(
  state: ZoneState,
  requested: ZoneParams,
): readonly { readonly scope: Scope; readonly settings: ZoneSettings }[] {
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

function zoneStep(zone: string, scope: Scope, isRunning: boolean, options: readonly string[]): Step {
  const program = isRunning ? 'firewall-cmd' : 'firewall-offline-cmd'
  const permanent = isRunning && scope === 'permanent' ? ['--permanent'] : []
  return run(sh`${program} ${[...permanent, `--zone=${zone}`, ...options]}`, { explain: explainRefusal })
}

/** firewall-cmd prints `Error: INVALID_PORT: …`. */
function explainRefusal(result: Output): PlaybookError | undefined {
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
  INVALID_RULE: 'For the syntax of rich rules, see man firewalld.richlanguage.',
  MISSING_FAMILY: "A rule with an address needs a family: 'ipv4' or 'ipv6'.",
  NOT_AUTHORIZED: 'Only root may change the firewall: become: true',
}

function zoneScript(zone: string): Command {
  return sh`zone=${zone}
name=org.fedoraproject.FirewallD1
path=/org/fedoraproject/FirewallD1
ask() { busctl --system --auto-start=no call "$name" "$@"; }
if zones=$(ask --json=short $path $name.zone getZones 2>/dev/null); then
  if [ -z "$zone" ]; then
    zone=$(ask $path $name getDefaultZone) || exit
    zone=\${zone#s \"}; zone=\${zone%\"}
  fi
  printf '= bus\n= zone %s\n= zones %s\n= runtime\n' "$zone" "$zones"
  ask --json=short $path $name.zone getZoneSettings2 s "$zone" 2>&1
  echo '= permanent'
  object=$(ask $path/config $name.config getZoneByName s "$zone" 2>&1) || { printf '%s\n' "$object"; exit 0; }
  object=\${object#o \"}
  ask --json=short "\${object%\"}" $name.config.zone getSettings2 2>&1
  exit 0
fi
if ! command -v firewall-cmd >/dev/null 2>&1; then
  echo '= missing'
elif firewall-cmd --state >/dev/null 2>&1; then
  [ -n "$zone" ] || zone=$(firewall-cmd --get-default-zone)
  printf '= text\n= zone %s\n= zones %s\n= runtime\n' "$zone" "$(firewall-cmd --get-zones)"
  firewall-cmd --zone="$zone" --list-all 2>&1
  echo '= permanent'
  firewall-cmd --permanent --zone="$zone" --list-all 2>&1
  exit 0
else
  [ -n "$zone" ] || zone=$(firewall-offline-cmd --get-default-zone) || exit
  printf '= offline\n= zone %s\n= zones %s\n= permanent\n' "$zone" "$(firewall-offline-cmd --get-zones)"
  firewall-offline-cmd --zone="$zone" --list-all 2>&1
  exit 0
fi`
}

/** Parses the output of `zoneScript`. */
export function parseZoneState(result: Output): ZoneState {
  const lines = splitLines(text(result))
  const source = lines[0]?.replace(/^= /, '')
  if (source === 'missing') {
    throw new PlaybookError('E_FIREWALLD_MISSING', 'firewalld is not installed: there is no firewall-cmd.', {
      hint: "Install it first: dnf({ name: 'firewalld' }).",
    })
  }
  if (source !== 'bus' && source !== 'text' && source !== 'offline') {
    throw new PlaybookError('E_FIREWALLD', 'firewalld does not answer.', {
      details: splitLines(result.stderr.toString('utf8').trim()),
      hint: 'Only root may query it: become: true',
    })
  }
  const zone = headingValue(lines, 'zone')
  const zones =
    source === 'bus' ? busZones(headingValue(lines, 'zones')) : headingValue(lines, 'zones').split(/\s+/)
  const parse = (part: readonly string[], scope: Scope) =>
    source === 'bus' ? busSettings(part, zone, zones, scope) : listedSettings(part, zone, zones, scope)
  const permanent = parse(section(lines, 'permanent'), 'permanent')
  if (source === 'offline') return { zone, isRunning: false, permanent }
  return { zone, isRunning: true, runtime: parse(section(lines, 'runtime'), 'runtime'), permanent }
}

function headingValue(lines: readonly string[], name: string): string {
  return lines.find((line) => line.startsWith(`= ${name} `))?.slice(name.length + 3) ?? ''
}

function section(lines: readonly string[], name: string): string[] {
  const begin = lines.indexOf(`= ${name}`)
  const rest = lines.slice(begin + 1)
  const end = rest.findIndex((line) => line.startsWith('= '))
  return begin < 0 ? [] : rest.slice(0, end < 0 ? rest.length : end)
}

function busZones(json: string): string[] {
  return (JSON.parse(json) as { data: [string[]] }).data[0]
}

/** `{"type":"a{sv}","data":[{"ports":{"type":"a(ss)","data":[["8080","tcp"]]},"rules_str":{…}}]}` */
function busSettings(
  lines: readonly string[],
  zone: string,
  zones: readonly string[],
  scope: Scope,
): ZoneSettings {
  const json = lines.find((line) => line.startsWith('{'))
  if (!json) throw zoneError(lines, zone, zones, scope)
  const [settings] = (JSON.parse(json) as { data: [{ [key: string]: { data: unknown } | undefined }] }).data
  const ports = (settings.ports?.data ?? []) as [string, string][]
  return {
    ports: ports.map(([port, protocol]) => `${port}/${protocol}`),
    rules: (settings.rules_str?.data ?? []) as string[],
  }
}

/** `--list-all` prints `  ports: 80/tcp 443/tcp`, and each rich rule on a line after a tab. */
function listedSettings(
  lines: readonly string[],
  zone: string,
  zones: readonly string[],
  scope: Scope,
): ZoneSettings {
  const ports = lines.find((line) => /^ {2}ports:/.test(line))
  if (ports === undefined) throw zoneError(lines, zone, zones, scope)
  const heading = lines.findIndex((line) => /^ {2}rich rules:/.test(line))
  return {
    ports: ports
      .replace(/^ {2}ports:/, '')
      .split(/\s+/)
      .filter(Boolean),
    rules: lines
      .slice(heading + 1)
      .filter((line) => /^\s+rule\b/.test(line))
      .map((line) => line.trim()),
  }
}

function zoneError(
  lines: readonly string[],
  zone: string,
  zones: readonly string[],
  scope: Scope,
): PlaybookError {
  if (!lines.some((line) => line.includes('INVALID_ZONE'))) {
    return new PlaybookError('E_FIREWALLD', `firewalld does not show what zone "${zone}" contains.`, {
      details: lines.filter((line) => line !== '').slice(-5),
    })
  }
  const isKnown = zones.includes(zone)
  return new PlaybookError(
    'E_FIREWALL_ZONE',
    scope === 'runtime'
      ? `Zone "${zone}" of firewalld exists in the permanent configuration only.`
      : `Zone "${zone}" of firewalld ${isKnown ? 'exists at runtime only' : 'does not exist'}.`,
    {
      details: [`Zones: ${zones.join(', ')}`],
      hint:
        scope === 'runtime'
          ? 'A zone made with --permanent is used only after firewall-cmd --reload.'
          : undefined,
    },
  )
}
