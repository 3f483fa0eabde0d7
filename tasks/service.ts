// The task that starts, stops, enables and masks a unit of systemd.

import {
  type Change,
  type Command,
  defineTask,
  lastLines,
  type Output,
  output,
  PlaybookError,
  run,
  type Step,
  sh,
  splitLines,
  text,
  z,
} from '../src/index.ts'

const unitTypes = 'service|socket|target|timer|mount|automount|swap|path|slice|scope|device'

/**
 * A unit of systemd runs or does not, starts at boot or does not, is masked or not. All that has to be known is asked in
 * one call (5 ms); in order: daemon-reload, unmask, enable, state; or state, disable, mask.
 *
 * - `name`: a unit (`firewalld`; without an ending it is a service), an alias of one, or an instance (`getty@tty1`).
 * - `state`: `started`, `stopped`; or `restarted`, `reloaded`, which act each time (`reloaded` starts one that does not
 *   run). Left as it is if not given.
 * - `enabled`: whether it starts at boot. `masked`: whether it cannot be started at all.
 * - `daemonReload`: `auto` (the default) reads systemd's files again where the unit's have changed; `true` always,
 *   `false` never.
 * - `settle`: seconds (0.5) after which a unit that was started must still run.
 *
 * After a start it is looked whether the unit is really up: one that dies at once fails the task, with the end of its
 * journal. A `oneshot` only has to have ended well.
 *
 * @throws PlaybookError E_NO_UNIT (with units of a like name), E_UNIT_MASKED, E_UNIT_STATIC (cannot be enabled),
 *   E_UNIT_BAD (systemd cannot read it), E_SERVICE (did not start, stop or reload; with the journal), E_NO_SYSTEMD
 * @example service({ name: 'firewalld', state: 'started', enabled: true })
 *
 * Sources: systemctl(1), systemd.unit(5), org.freedesktop.systemd1(5).
 */
export const service = defineTask({
  name: 'service',
  summary: 'Starts, stops, restarts, enables or masks a unit of systemd.',
  params: z
    .strictObject({
      name: z
        .string()
        .regex(/^[A-Za-z0-9:_.\\@-]+$/, 'expected the name of one unit')
        .transform((name) => (new RegExp(`\\.(${unitTypes})$`).test(name) ? name : `${name}.service`))
        .describe('Unit: firewalld, or with its ending: dnf-makecache.timer.'),
      state: z
        .enum(['started', 'stopped', 'restarted', 'reloaded'])
        .optional()
        .describe('What it shall do; restarted and reloaded act each time.'),
      enabled: z.boolean().optional().describe('Whether it starts at boot.'),
      masked: z.boolean().optional().describe('Whether it cannot be started at all.'),
      daemonReload: z
        .union([z.boolean(), z.literal('auto')])
        .default('auto')
        .describe("Read systemd's files again: where the unit's have changed (auto), always, or never."),
      settle: z.number().min(0).default(0.5).describe('Seconds after a start when it must still run.'),
    })
    .refine(
      ({ state, enabled, masked, daemonReload }) =>
        state !== undefined || enabled !== undefined || masked !== undefined || daemonReload === true,
      'expected state, enabled, masked or daemonReload',
    )
    .refine(
      ({ state, masked }) => !(masked && state !== undefined && state !== 'stopped'),
      'a masked unit cannot be started',
    ),
  title: ({ name, state, enabled, masked }) =>
    [
      name.replace(/\.service$/, ''),
      ...(state === undefined ? [] : [state]),
      ...(enabled === undefined ? [] : [enabled ? 'enabled' : 'disabled']),
      ...(masked === undefined ? [] : [masked ? 'masked' : 'unmasked']),
    ].join(' '),
  probe: ({ name }) => ({
    unit: output(showUnit(name), (result) => parseUnit(result, name), {
      reads: ['/etc/systemd/system', '/usr/lib/systemd/system'].flatMap((folder) => [
        `${folder}/${name}`,
        `${folder}/${name}.d`,
      ]),
    }),
  }),
  plan: (params, { unit }): readonly Change[] => {
    const changes = [maskChanges(params, unit), enableChanges(params, unit), stateChanges(params, unit)]
    return [...reloadChanges(params, unit), ...(params.masked ? changes.reverse() : changes).flat()]
  },
  verify: false,
})

type ServiceParams = {
  readonly name: string
  readonly state?: 'started' | 'stopped' | 'restarted' | 'reloaded'
  readonly enabled?: boolean
  readonly masked?: boolean
  readonly daemonReload: boolean | 'auto'
  readonly settle: number
}

/** A unit as `systemctl show` tells it; `similar` names others where there is none of the name. */
export type Unit = {
  readonly load: string
  readonly active: string
  readonly sub: string
  readonly file: string
  readonly type: string
  readonly isOutdated: boolean
  readonly similar: readonly string[]
}

const properties = 'Id,LoadState,ActiveState,SubState,UnitFileState,NeedDaemonReload,Type'

function reloadChanges({ daemonReload }: ServiceParams, { isOutdated }: Unit): Change[] {
  if (daemonReload === false || (daemonReload === 'auto' && !isOutdated)) return []
  const from = isOutdated ? 'outdated' : 'as read before'
  return [{ what: "systemd's units", from, to: 'read again', steps: [act(sh`systemctl daemon-reload`)] }]
}

function maskChanges({ name, masked, state }: ServiceParams, unit: Unit): Change[] {
  const isMasked = unit.load === 'masked' || unit.file.startsWith('masked')
  if (masked === undefined) {
    if (isMasked && state !== undefined && state !== 'stopped') throw maskedFault(name)
    return []
  }
  if (masked === isMasked) return []
  const verb = masked ? 'mask' : 'unmask'
  const runtime = !masked && unit.file === 'masked-runtime' ? ['--runtime'] : []
  return [
    {
      what: `unit ${name}`,
      from: isMasked ? 'masked' : 'not masked',
      to: masked ? 'masked' : 'not masked',
      steps: [act(sh`systemctl ${[verb, ...runtime]} -- ${name}`)],
    },
  ]
}

function enableChanges({ name, enabled, masked }: ServiceParams, unit: Unit): Change[] {
  if (enabled === undefined) return []
  const isEnabled = ['enabled', 'indirect', 'alias'].includes(unit.file)
  const isEnabledForNow = unit.file === 'enabled-runtime'
  if (enabled ? isEnabled : !isEnabled && !isEnabledForNow) return []
  if (!enabled && unit.file === 'indirect') return []
  requireUnit(name, unit)
  if (enabled && unit.file.startsWith('masked') && masked !== false) throw maskedFault(name)
  if (enabled && ['static', 'generated', 'transient'].includes(unit.file)) {
    throw new PlaybookError('E_UNIT_STATIC', `${name} is ${unit.file}: it cannot be enabled.`, {
      hint: 'It is started by what needs it, or by a unit of its own that says [Install] WantedBy=.',
    })
  }
  const words = enabled ? ['enable'] : isEnabledForNow ? ['disable', '--runtime'] : ['disable']
  return [
    {
      what: `unit ${name} at boot`,
      from: unit.file === '' ? 'not enabled' : unit.file,
      to: enabled ? 'enabled' : 'disabled',
      steps: [act(sh`systemctl ${words} -- ${name}`)],
    },
  ]
}

function stateChanges({ name, state, settle }: ServiceParams, unit: Unit): Change[] {
  if (state === undefined) return []
  const isUp = unit.active === 'active' || unit.active === 'reloading' || unit.active === 'refreshing'
  const isDown = unit.active === 'inactive' || unit.active === 'failed'
  if ((state === 'started' && isUp) || (state === 'stopped' && isDown && unit.load !== 'not-found')) return []
  requireUnit(name, unit)
  const what = `unit ${name}`
  const from = unit.active === unit.sub || unit.sub === '' ? unit.active : `${unit.active} (${unit.sub})`
  if (state === 'stopped')
    return [{ what, from, to: 'stopped', steps: [act(sh`systemctl stop -- ${name}`, name)] }]
  const verb = state === 'started' ? 'start' : state === 'restarted' ? 'restart' : isUp ? 'reload' : 'start'
  return [{ what, from, to: state, steps: [act(startAndLook(verb, name, settle), name)] }]
}

/** @throws PlaybookError E_NO_UNIT, E_UNIT_BAD; not where its file is new to systemd, which a reload would find */
function requireUnit(name: string, { load, isOutdated, similar }: Unit): void {
  if (load === 'not-found' && !isOutdated) {
    throw new PlaybookError('E_NO_UNIT', `There is no unit ${name} on this host.`, {
      hint:
        similar.length > 0
          ? `Did you mean ${similar.slice(0, 5).join(', ')}?`
          : 'Is the package that brings it installed?',
    })
  }
  if (load === 'error' || load === 'bad-setting') {
    throw new PlaybookError('E_UNIT_BAD', `systemd cannot read ${name}: ${load}.`, {
      hint: `systemd-analyze verify ${name}`,
    })
  }
}

function maskedFault(name: string): PlaybookError {
  return new PlaybookError('E_UNIT_MASKED', `${name} is masked: it cannot be started or enabled.`, {
    hint: 'masked: false unmasks it.',
  })
}

function showUnit(name: string): Command {
  return sh`unit=${name}
said=$(systemctl show --no-pager -p ${properties} -- "$unit" 2>&1) || { printf '= failed\\n%s\\n' "$said"; exit 0; }
printf '%s\\n' "$said"
case $said in *LoadState=not-found*)
  echo '= units'
  systemctl list-unit-files --no-legend --no-pager --plain 2>/dev/null | cut -d' ' -f1
esac
exit 0`
}

function parseUnit(result: Output, name: string): Unit {
  const said = splitLines(text(result))
  if (said[0] === '= failed' || !said.some((line) => line.startsWith('LoadState='))) {
    throw new PlaybookError('E_NO_SYSTEMD', 'systemd does not answer on this host.', {
      details: lastLines(result).filter((line) => line !== '= failed'),
      hint: 'service is for hosts that were booted with systemd.',
    })
  }
  const value = (key: string) => said.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1) ?? ''
  const at = said.indexOf('= units')
  return {
    load: value('LoadState'),
    active: value('ActiveState'),
    sub: value('SubState'),
    file: value('UnitFileState'),
    type: value('Type'),
    isOutdated: value('NeedDaemonReload') === 'yes',
    similar: at < 0 ? [] : similarUnits(name, said.slice(at + 1)),
  }
}

/** Units whose name holds the other's, or begins as it does. */
function similarUnits(name: string, units: readonly string[]): string[] {
  const stem = (unit: string) => unit.replace(/\.[a-z]+$/, '').toLowerCase()
  const wanted = stem(name)
  return units.filter((unit) => {
    const other = stem(unit)
    return other.includes(wanted) || wanted.includes(other) || other.slice(0, 4) === wanted.slice(0, 4)
  })
}

/** Starts it, and looks after a while whether it is up: a `simple` service counts as started before it has failed. */
function startAndLook(verb: string, name: string, settle: number): Command {
  return sh`unit=${name}
fail() {
  echo "= $1" >&2
  journalctl -u "$unit" --since "@$began" --no-pager -o short-iso 2>/dev/null | tail -n 15 >&2 # with -n it gives the first ones
  exit 1
}
began=$(date +%s)
said=$(systemctl ${verb} -- "$unit" 2>&1) || fail "$said"
sleep ${settle}
state=$(systemctl show --no-pager -p ActiveState,SubState,Type,Result -- "$unit")
case $state in
  *SubState=auto-restart*) fail "It ended right after its start, and is being restarted." ;;
  *ActiveState=failed*) fail "It failed right after its start." ;;
  *ActiveState=active*|*ActiveState=reloading*|*ActiveState=refreshing*|*ActiveState=activating*|*Type=oneshot*) ;;
  *) fail "It ended right after its start." ;;
esac`
}

function act(command: Command, name?: string): Step {
  return run(command, { explain: (result) => explain(result, name) })
}

function explain(result: Output, name: string | undefined): PlaybookError {
  const said = splitLines(result.stderr.toString('utf8').trim())
  const at = said.findIndex((line) => line.startsWith('= '))
  const reason = (at < 0 ? said[0] : said[at]!.slice(2)) ?? `exit code ${result.code}`
  const details = said.slice(at + 1).filter((line) => line !== reason && line.trim() !== '')
  const subject = name === undefined ? 'systemctl' : name
  return new PlaybookError('E_SERVICE', `${subject}: ${reason}`, {
    details: details.slice(-15),
    ...(name === undefined ? {} : { hint: `journalctl -u ${name}` }),
  })
}
