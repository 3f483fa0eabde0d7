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
} from '../../src/index.ts'

/** What a zone holds: ports as firewalld writes them (`8080/tcp`, `8000-8100/tcp`), rich rules in its own words. */
export type ZoneSettings = { readonly ports: readonly string[]; readonly rules: readonly string[] }

/** A zone as it is now (absent while firewalld is stopped) and as it is after a restart. */
export type ZoneState = {
  readonly zone: string
  readonly isRunning: boolean
  readonly runtime?: ZoneSettings
  readonly permanent: ZoneSettings
}

/** Which of a zone's two configurations a task means. */
export type Scope = 'permanent' | 'runtime'

/** One thing that differs, in one or both configurations, and firewall-cmd's option that closes it. */
export type ZoneDifference = {
  readonly what: string
  readonly from: string
  readonly to: string
  /** Per configuration in which it differs, the options for it: `--add-port=8080/tcp`. */
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

/** What a dry run calls a zone, as a task names it. */
function stateName(zone = 'default'): string {
  return `firewall/${zone}`
}

/**
 * The changes of a zone: one a difference, the commands with the first of them, as few as there are (all options of a
 * configuration in one call). Never a reload, which would drop what stands only at runtime.
 */
export function zoneChanges(
  state: ZoneState,
  requestedZone: string | undefined,
  differences: readonly ZoneDifference[],
): readonly Change[] {
  const { zone, isRunning } = state
  const scopes: readonly Scope[] = ['permanent', 'runtime']
  const becomes = changedZone(state, differences)
  const names = new Set([stateName(requestedZone), stateName(zone)])
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

/** The zone as the options of the differences leave it. */
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

/**
 * In which configurations a task has to look: what it asks for, without the runtime one while firewalld is stopped.
 *
 * @throws PlaybookError E_FIREWALLD_STOPPED where only the runtime one is asked for
 */
export function scopesOf(
  state: ZoneState,
  requested: { readonly permanent: boolean; readonly runtime: boolean },
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

/** firewall-cmd says `Error: INVALID_PORT: …`; the word is its error's name. */
function explainRefusal(result: Output): PlaybookError | undefined {
  const message = `${result.stderr.toString('utf8')}\n${text(result)}`
  const [, name, reason] = /(?:Error:\s*)?\b([A-Z]+_[A-Z_]+)(?::\s*(.*))?/.exec(message) ?? []
  if (!name) return undefined
  return new PlaybookError('E_FIREWALLD', `firewalld refuses it: ${name}${reason ? `: ${reason}` : ''}`, {
    hint: refusalHints[name],
  })
}

const refusalHints: { readonly [name: string]: string | undefined } = {
  NOT_ENABLED: 'An old firewalld cannot close a part of an open range: close the whole range, open the rest.',
  ZONE_CONFLICT: 'The interface or source stands in another zone.',
  INVALID_RULE: 'The language of rich rules: man firewalld.richlanguage',
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
    zone=\${zone#s \\"}; zone=\${zone%\\"}
  fi
  printf '= bus\\n= zone %s\\n= zones %s\\n= runtime\\n' "$zone" "$zones"
  ask --json=short $path $name.zone getZoneSettings2 s "$zone" 2>&1
  echo '= permanent'
  object=$(ask $path/config $name.config getZoneByName s "$zone" 2>&1) || { printf '%s\\n' "$object"; exit 0; }
  object=\${object#o \\"}
  ask --json=short "\${object%\\"}" $name.config.zone getSettings2 2>&1
  exit 0
fi
if ! command -v firewall-cmd >/dev/null 2>&1; then
  echo '= missing'
elif firewall-cmd --state >/dev/null 2>&1; then
  [ -n "$zone" ] || zone=$(firewall-cmd --get-default-zone)
  printf '= text\\n= zone %s\\n= zones %s\\n= runtime\\n' "$zone" "$(firewall-cmd --get-zones)"
  firewall-cmd --zone="$zone" --list-all 2>&1
  echo '= permanent'
  firewall-cmd --permanent --zone="$zone" --list-all 2>&1
  exit 0
else
  [ -n "$zone" ] || zone=$(firewall-offline-cmd --get-default-zone) || exit
  printf '= offline\\n= zone %s\\n= zones %s\\n= permanent\\n' "$zone" "$(firewall-offline-cmd --get-zones)"
  firewall-offline-cmd --zone="$zone" --list-all 2>&1
  exit 0
fi`
}

/** What `zoneScript` printed, as a state. */
export function parseZoneState(result: Output): ZoneState {
  const lines = splitLines(text(result))
  const way = lines[0]?.replace(/^= /, '')
  if (way === 'missing') {
    throw new PlaybookError('E_FIREWALLD_MISSING', 'firewalld is not installed: there is no firewall-cmd.', {
      hint: "Install it first: dnf({ name: 'firewalld' }).",
    })
  }
  if (way !== 'bus' && way !== 'text' && way !== 'offline') {
    throw new PlaybookError('E_FIREWALLD', 'firewalld does not answer.', {
      details: splitLines(result.stderr.toString('utf8').trim()),
      hint: 'Only root may ask it: become: true',
    })
  }
  const zone = headingValue(lines, 'zone')
  const zones =
    way === 'bus' ? busZones(headingValue(lines, 'zones')) : headingValue(lines, 'zones').split(/\s+/)
  const parse = (part: readonly string[], scope: Scope) =>
    way === 'bus' ? busSettings(part, zone, zones, scope) : listedSettings(part, zone, zones, scope)
  const permanent = parse(section(lines, 'permanent'), 'permanent')
  if (way === 'offline') return { zone, isRunning: false, permanent }
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

/** What `--list-all` prints: `  ports: 80/tcp 443/tcp`, and the rich rules one a line behind a tab. */
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
    return new PlaybookError('E_FIREWALLD', `firewalld does not tell what zone "${zone}" holds.`, {
      details: lines.filter((line) => line !== '').slice(-5),
    })
  }
  const isKnown = zones.includes(zone)
  return new PlaybookError(
    'E_FIREWALL_ZONE',
    scope === 'runtime'
      ? `Zone "${zone}" of firewalld stands in its permanent configuration only.`
      : `Zone "${zone}" of firewalld ${isKnown ? 'exists at runtime only' : 'does not exist'}.`,
    {
      details: [`Zones: ${zones.join(', ')}`],
      hint:
        scope === 'runtime'
          ? 'A zone made with --permanent is there only after a firewall-cmd --reload.'
          : undefined,
    },
  )
}
