// Reads a zone of firewalld: the script, and parsing its output.

import {
  type Command,
  type Needs,
  type Output,
  PlaybookError,
  sh,
  splitLines,
  text,
} from '../../src/index.ts'

/** What a zone has, each as firewalld prints it (`8000-8100/tcp`, `port=80:proto=tcp:toport=8080:toaddr=`). */
export type ZoneSettings = {
  readonly ports: readonly string[]
  readonly rules: readonly string[]
  readonly services: readonly string[]
  readonly sources: readonly string[]
  readonly forwards: readonly string[]
  readonly masquerade: boolean
  /** `default`, `ACCEPT`, `DROP` or `%%REJECT%%`. */
  readonly target: string
}

/** A zone in the runtime configuration (undefined while firewalld is stopped) and in the permanent one. */
export type ZoneState = {
  readonly zone: string
  readonly isRunning: boolean
  readonly runtime?: ZoneSettings
  readonly permanent: ZoneSettings
}

export type ZoneConfiguration = 'permanent' | 'runtime'

/** Prints both configurations of a zone; the default zone for ''. */
export function zoneScript(zone: string): Command {
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
  const { zone, isRunning, parse } = partsOf(result)
  const permanent = parse('permanent')
  return { zone, isRunning, runtime: isRunning ? parse('runtime') : undefined, permanent }
}

/** As `parseZoneState`, but a configuration without such a zone is undefined. */
export function parseZoneScopes(result: Output): {
  readonly isRunning: boolean
  readonly permanent?: ZoneSettings
  readonly runtime?: ZoneSettings
} {
  const { isRunning, parse } = partsOf(result)
  const scope = (name: ZoneConfiguration) => {
    try {
      return parse(name)
    } catch (error) {
      if (error instanceof PlaybookError && error.code === 'E_FIREWALL_ZONE') return undefined
      throw error
    }
  }
  return { isRunning, permanent: scope('permanent'), runtime: isRunning ? scope('runtime') : undefined }
}

/** What all tasks of firewalld need. */
export const firewalldNeeds: Needs = { root: true, tools: ['firewall-cmd'] }

/** @throws PlaybookError E_FIREWALLD_MISSING, E_FIREWALLD */
function partsOf(result: Output) {
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
  const parse = (scope: ZoneConfiguration): ZoneSettings => {
    const part = section(lines, scope)
    return source === 'bus' ? busSettings(part, zone, zones, scope) : listedSettings(part, zone, zones, scope)
  }
  return { zone, isRunning: source !== 'offline', parse }
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
  scope: ZoneConfiguration,
): ZoneSettings {
  const json = lines.find((line) => line.startsWith('{'))
  if (!json) throw zoneError(lines, zone, zones, scope)
  const [settings] = (JSON.parse(json) as { data: [{ [key: string]: { data: unknown } | undefined }] }).data
  const list = <T>(name: string) => (settings[name]?.data ?? []) as T[]
  return {
    ports: list<[string, string]>('ports').map(([port, protocol]) => `${port}/${protocol}`),
    rules: list<string>('rules_str'),
    services: list<string>('services'),
    sources: list<string>('sources'),
    forwards: list<[string, string, string, string]>('forward_ports').map(
      ([port, protocol, toPort, toAddress]) =>
        `port=${port}:proto=${protocol}:toport=${toPort}:toaddr=${toAddress}`,
    ),
    masquerade: settings.masquerade?.data === true,
    target: String(settings.target?.data ?? 'default'),
  }
}

/** `--list-all` prints `  ports: 80/tcp 443/tcp`, and each rich rule on a line after a tab. */
function listedSettings(
  lines: readonly string[],
  zone: string,
  zones: readonly string[],
  scope: ZoneConfiguration,
): ZoneSettings {
  const value = (name: string) =>
    lines
      .find((line) => line.startsWith(`  ${name}:`))
      ?.slice(name.length + 3)
      .trim()
  const words = (name: string) => (value(name) ?? '').split(/\s+/).filter(Boolean)
  if (value('ports') === undefined) throw zoneError(lines, zone, zones, scope)
  const below = (name: string) => {
    const heading = lines.findIndex((line) => line.startsWith(`  ${name}:`))
    const rest = heading === -1 ? [] : lines.slice(heading + 1)
    const end = rest.findIndex((line) => /^ {2}\S/.test(line))
    return rest
      .slice(0, end === -1 ? rest.length : end)
      .map((line) => line.trim())
      .filter((line) => line !== '')
  }
  return {
    ports: words('ports'),
    rules: below('rich rules').filter((line) => /^rule\b/.test(line)),
    services: words('services'),
    sources: words('sources'),
    forwards: [...words('forward-ports'), ...below('forward-ports')],
    masquerade: value('masquerade') === 'yes',
    target: value('target') ?? 'default',
  }
}

function zoneError(
  lines: readonly string[],
  zone: string,
  zones: readonly string[],
  scope: ZoneConfiguration,
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
