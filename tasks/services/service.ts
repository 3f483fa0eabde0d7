// The task service: starts, stops, enables and masks a systemd unit.

import { type Change, type Command, defineTask, type Effect, sh, z } from '../../src/index.ts'
import { withEffects } from './effects.ts'
import {
  enableChanges,
  isDown,
  isUp,
  maskedError,
  reloadChanges,
  requireUnit,
  systemctl,
  systemdNeeds,
  type Unit,
  unitName,
  unitState,
} from './systemd.ts'

/**
 * Sets whether a systemd unit runs, starts at boot, or is masked. One call (5 ms) reads everything needed; then, in this
 * order: daemon-reload, unmask, enable, state; or state, disable, mask.
 *
 * - `name`: a unit (`firewalld`; without a suffix it is a service), an alias of one, or an instance (`getty@tty1`).
 * - `state`: `started`, `stopped`; or `restarted`, `reloaded`, which act every time (`reloaded` starts a unit that is
 *   down). Default: unchanged.
 * - `enabled`: whether it starts at boot. `masked`: whether it cannot be started at all.
 * - `daemonReload`: `auto` (default) has systemd read its files again if the unit's have changed; `true` always, `false`
 *   never.
 * - `settle`: seconds (0.5) after which a started unit must still run.
 *
 * After a start, it checks that the unit is really up: if it dies at once, the task fails with the end of its journal. A
 * `oneshot` only has to have succeeded.
 *
 * @throws PlaybookError E_NO_UNIT (with units of similar names), E_UNIT_MASKED, E_UNIT_STATIC (cannot be enabled),
 *   E_UNIT_BAD (systemd cannot read it), E_SERVICE (did not start, stop or reload; with the journal), E_NO_SYSTEMD
 * @example service({ name: 'firewalld', state: 'started', enabled: true })
 *
 * Sources: systemctl(1), systemd.unit(5), org.freedesktop.systemd1(5).
 */
export const service = defineTask({
  name: 'service',
  summary: 'Starts, stops, restarts, enables or masks a systemd unit.',
  ansible: { modules: ['service', 'systemd', 'systemd_service'], params: { unit: 'name', service: 'name' } },
  params: z
    .strictObject({
      name: unitName.describe('Unit: firewalld, or with its suffix: dnf-makecache.timer.'),
      state: z
        .enum(['started', 'stopped', 'restarted', 'reloaded'])
        .optional()
        .describe('Its state; restarted and reloaded act every time.'),
      enabled: z.boolean().optional().describe('Whether it starts at boot.'),
      masked: z.boolean().optional().describe('Whether it cannot be started at all.'),
      daemonReload: z
        .union([z.boolean(), z.literal('auto')])
        .default('auto')
        .describe(
          "Whether systemd reads its files again: if the unit's have changed (auto), always, or never.",
        ),
      settle: z.number().min(0).default(0.5).describe('Seconds after a start at which it must still run.'),
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
  needs: systemdNeeds,
  probe: ({ name }) => ({ unit: unitState(name) }),
  plan: (params, { unit }): readonly Change[] => {
    const { name, enabled, masked, daemonReload } = params
    const changes = [
      maskChanges(params, unit),
      enableChanges(name, enabled, unit),
      stateChanges(params, unit),
    ]
    const isEnabling = changes[1]!.length > 0
    return withEffects(effects(params, unit, { isEnabling }), [
      ...reloadChanges(unit, daemonReload),
      ...(masked ? changes.reverse() : changes).flat(),
    ])
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

/** The unit's state after the changes; unknown if it ends by itself or was masked. */
function effects(params: ServiceParams, unit: Unit, { isEnabling }: { isEnabling: boolean }): Effect[] {
  const { name, state, enabled, masked, daemonReload } = params
  const isToRun = state === undefined ? undefined : state !== 'stopped'
  const isUnmasking = masked === false && unit.file.startsWith('masked')
  const isKnown = !isUnmasking && !(isToRun && unit.type === 'oneshot')
  const becomes: Unit = {
    ...unit,
    load: masked ? 'masked' : 'loaded',
    file: masked ? 'masked' : isEnabling ? (enabled ? 'enabled' : 'disabled') : unit.file,
    isOutdated: daemonReload === false && unit.isOutdated,
    ...(isToRun === undefined
      ? {}
      : { active: isToRun ? 'active' : 'inactive', sub: isToRun ? 'running' : 'dead' }),
  }
  return [
    { state: `units/${name}`, ...(isKnown ? { becomes } : {}) },
    ...(state === undefined ? [] : [{ state: 'listening' }]),
  ]
}

function maskChanges({ name, masked, enabled, state }: ServiceParams, unit: Unit): Change[] {
  const isMasked = unit.load === 'masked' || unit.file.startsWith('masked')
  const isUsed = enabled === true || (state !== undefined && state !== 'stopped')
  if (isMasked && masked !== false && isUsed) throw maskedError(name)
  if (masked === undefined || masked === isMasked) return []
  const verb = masked ? 'mask' : 'unmask'
  const runtime = !masked && unit.file === 'masked-runtime' ? ['--runtime'] : []
  return [
    {
      what: `unit ${name}`,
      from: isMasked ? 'masked' : 'not masked',
      to: masked ? 'masked' : 'not masked',
      steps: [systemctl(sh`systemctl ${[verb, ...runtime]} -- ${name}`)],
    },
  ]
}

function stateChanges({ name, state, settle }: ServiceParams, unit: Unit): Change[] {
  if (state === undefined) return []
  if (state === 'started' && isUp(unit)) return []
  if (state === 'stopped' && isDown(unit) && unit.load !== 'not-found') return []
  requireUnit(name, unit)
  const what = `unit ${name}`
  const from = unit.active === unit.sub || unit.sub === '' ? unit.active : `${unit.active} (${unit.sub})`
  if (state === 'stopped')
    return [{ what, from, to: 'stopped', steps: [systemctl(sh`systemctl stop -- ${name}`, name)] }]
  const verb =
    state === 'started' ? 'start' : state === 'restarted' ? 'restart' : isUp(unit) ? 'reload' : 'start'
  return [{ what, from, to: state, steps: [systemctl(startAndCheck(verb, name, settle), name)] }]
}

/** Starts it and checks later that it is up: a `simple` service counts as started before it fails. */
function startAndCheck(verb: string, name: string, settle: number): Command {
  return sh`unit=${name}
fail() {
  echo "= $1" >&2
  journalctl -u "$unit" --since "@$began" --no-pager -o short-iso 2>/dev/null | tail -n 15 >&2 # with -n it gives the first ones
  exit 1
}
began=$(date +%s)
output=$(systemctl ${verb} -- "$unit" 2>&1) || fail "$output"
sleep ${settle}
state=$(systemctl show --no-pager -p ActiveState,SubState,Type,Result -- "$unit")
case $state in
  *SubState=auto-restart*) fail "It ended right after its start, and is being restarted." ;;
  *ActiveState=failed*) fail "It failed right after its start." ;;
  *ActiveState=active*|*ActiveState=reloading*|*ActiveState=refreshing*|*ActiveState=activating*|*Type=oneshot*) ;;
  *) fail "It ended right after its start." ;;
esac`
}
