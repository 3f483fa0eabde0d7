// Reads the state of a systemd unit, and the changes that all unit tasks share.

import {
  type Change,
  type Command,
  type CommandProbe,
  lastLines,
  type Needs,
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

const unitTypes = 'service|socket|target|timer|mount|automount|swap|path|slice|scope|device'

/** The name of one unit; without an ending it is a service. */
export const unitName = z
  .string()
  .regex(/^[A-Za-z0-9:_.\\@-]+$/, 'expected the name of one unit')
  .transform((name) => (new RegExp(`\\.(${unitTypes})$`).test(name) ? name : `${name}.service`))

/** What the tasks of units need. */
export const systemdNeeds: Needs = {
  root: true,
  tools: ['systemctl'],
  checks: [
    {
      what: 'systemd runs',
      command: sh`[ -d /run/systemd/system ]`,
      cure: 'Boot the host with systemd; a container without it cannot have units.',
    },
  ],
}

/** A unit as `systemctl show` tells it; `similar` names others where there is none of the name. */
export type Unit = {
  readonly load: string
  readonly active: string
  readonly sub: string
  readonly file: string
  readonly type: string
  readonly isOutdated: boolean
  /** The process that systemd takes for the unit's own; 0: none. */
  readonly mainPid: number
  readonly similar: readonly string[]
}

/** The state of a unit, in one call of systemctl (5 ms). Sources: systemctl(1), org.freedesktop.systemd1(5). */
export function unitState(name: string): CommandProbe<Unit> {
  const reads = ['/etc/systemd/system', '/usr/lib/systemd/system'].flatMap((folder) => [
    `${folder}/${name}`,
    `${folder}/${name}.d`,
  ])
  return output(showUnit(name), (result) => parseUnit(result, name), { reads, state: `units/${name}` })
}

/** The same of a unit that may not be meant at all. */
export function unitIfAny(name: string | undefined): Probe<Unit | undefined> {
  return name === undefined ? output(sh`:`, () => undefined, { reads: [] }) : unitState(name)
}

/** Whether a process runs as the desired unit, if there is one. */
export function isOfUnit(
  process: { readonly unit?: string | undefined },
  desired: string | undefined,
): boolean {
  return desired === undefined || process.unit === desired
}

export function isUp({ active }: Unit): boolean {
  return active === 'active' || active === 'reloading' || active === 'refreshing'
}

export function isDown({ active }: Unit): boolean {
  return active === 'inactive' || active === 'failed'
}

/** Has systemd read its files again, where `daemonReload` wants it: `auto` is where the unit's have changed. */
export function reloadChanges({ isOutdated }: Unit, daemonReload: boolean | 'auto' = 'auto'): Change[] {
  if (daemonReload === false || (daemonReload === 'auto' && !isOutdated)) return []
  const from = isOutdated ? 'outdated' : 'as read before'
  return [
    { what: "systemd's units", from, to: 'read again', steps: [systemctl(sh`systemctl daemon-reload`)] },
  ]
}

/**
 * Whether the unit starts at boot. A unit whose file is about to be written (`isNew`) need not be known yet.
 *
 * @throws PlaybookError E_NO_UNIT, E_UNIT_BAD, E_UNIT_STATIC
 */
export function enableChanges(
  name: string,
  enabled: boolean | undefined,
  unit: Unit,
  { isNew = false } = {},
): Change[] {
  if (enabled === undefined) return []
  const isEnabled = ['enabled', 'indirect', 'alias'].includes(unit.file)
  const isEnabledForNow = unit.file === 'enabled-runtime'
  if (enabled ? isEnabled : !isEnabled && !isEnabledForNow) return []
  if (!enabled && unit.file === 'indirect') return []
  if (!isNew) requireUnit(name, unit)
  if (enabled && !isNew && ['static', 'generated', 'transient'].includes(unit.file)) {
    throw new PlaybookError('E_UNIT_STATIC', `${name} is ${unit.file}: it cannot be enabled.`, {
      hint: 'It is started by the units that need it, or by a unit of your own with [Install] WantedBy=.',
    })
  }
  const words = enabled ? ['enable'] : isEnabledForNow ? ['disable', '--runtime'] : ['disable']
  return [
    {
      what: `unit ${name} at boot`,
      from: unit.file === '' ? 'not enabled' : unit.file,
      to: enabled ? 'enabled' : 'disabled',
      steps: [systemctl(sh`systemctl ${words} -- ${name}`)],
    },
  ]
}

/** @throws PlaybookError E_NO_UNIT, E_UNIT_BAD; not where its file is new to systemd, which a reload would find */
export function requireUnit(name: string, { load, isOutdated, similar }: Unit): void {
  if (load === 'not-found' && !isOutdated) {
    throw new PlaybookError('E_NO_UNIT', `There is no unit ${name} on this host.`, {
      hint:
        similar.length > 0
          ? `Did you mean ${similar.slice(0, 5).join(', ')}?`
          : 'Is the package that contains it installed?',
    })
  }
  if (load === 'error' || load === 'bad-setting') {
    throw new PlaybookError('E_UNIT_BAD', `systemd cannot read ${name}: ${load}.`, {
      hint: `systemd-analyze verify ${name}`,
    })
  }
}

export function maskedError(name: string): PlaybookError {
  return new PlaybookError('E_UNIT_MASKED', `${name} is masked: it cannot be started or enabled.`, {
    hint: 'masked: false unmasks it.',
  })
}

/** A call of systemctl whose failure is reported: `= reason` on standard error where the script knows one. */
export function systemctl(command: Command, name?: string): Step {
  return run(command, { explain: (result) => explain(result, name) })
}

function explain(result: Output, name: string | undefined): PlaybookError {
  const lines = splitLines(result.stderr.toString('utf8').trim())
  const at = lines.findIndex((line) => line.startsWith('= '))
  const reason = (at < 0 ? lines[0] : lines[at]!.slice(2)) ?? `exit code ${result.code}`
  const details = lines.slice(at + 1).filter((line) => line !== reason && line.trim() !== '')
  const subject = name === undefined ? 'systemctl' : name
  return new PlaybookError('E_SERVICE', `${subject}: ${reason}`, {
    details: details.slice(-15),
    ...(name === undefined ? {} : { hint: `journalctl -u ${name}` }),
  })
}

const properties = 'Id,LoadState,ActiveState,SubState,UnitFileState,NeedDaemonReload,Type,MainPID'

function showUnit(name: string): Command {
  return sh`unit=${name}
output=$(systemctl show --no-pager -p ${properties} -- "$unit" 2>&1) || { printf '= failed\n%s\n' "$output"; exit 0; }
printf '%s\n' "$output"
case $output in *LoadState=not-found*)
  echo '= units'
  systemctl list-unit-files --no-legend --no-pager --plain 2>/dev/null | cut -d' ' -f1
esac
exit 0`
}

function parseUnit(result: Output, name: string): Unit {
  const lines = splitLines(text(result))
  if (lines[0] === '= failed' || !lines.some((line) => line.startsWith('LoadState='))) {
    throw new PlaybookError('E_NO_SYSTEMD', 'systemd does not answer on this host.', {
      details: lastLines(result).filter((line) => line !== '= failed'),
      hint: `${name} is for hosts that were booted with systemd.`,
    })
  }
  const value = (key: string) => lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1) ?? ''
  const at = lines.indexOf('= units')
  return {
    load: value('LoadState'),
    active: value('ActiveState'),
    sub: value('SubState'),
    file: value('UnitFileState'),
    type: value('Type'),
    isOutdated: value('NeedDaemonReload') === 'yes',
    mainPid: Number(value('MainPID')),
    similar: at < 0 ? [] : similarUnits(name, lines.slice(at + 1)),
  }
}

/** Units whose name holds the other's, or begins as it does. */
function similarUnits(name: string, units: readonly string[]): string[] {
  const stem = (unit: string) => unit.replace(/\.[a-z]+$/, '').toLowerCase()
  const desired = stem(name)
  return units.filter((unit) => {
    const other = stem(unit)
    return other.includes(desired) || desired.includes(other) || other.slice(0, 4) === desired.slice(0, 4)
  })
}
