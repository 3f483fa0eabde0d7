// The task systemdUnit: writes or removes a unit file or drop-in of systemd.

import { posix } from 'node:path'
import {
  type Change,
  type Command,
  defineTask,
  type FileState,
  file,
  fileChanges,
  output,
  type Probe,
  quote,
  revealed,
  run,
  Secret,
  type Step,
  sh,
  shellText,
  z,
} from '../../src/index.ts'
import { withEffects } from './effects.ts'
import {
  enableChanges,
  isDown,
  maskedError,
  reloadChanges,
  requireUnit,
  systemctl,
  systemdNeeds,
  type Unit,
  unitName,
  unitState,
} from './systemd.ts'

const folder = '/etc/systemd/system'

/**
 * A unit file of your own, or a drop-in that changes a unit of a package: `/etc/systemd/system/NAME`, or
 * `NAME.d/DROPIN.conf` there. `systemd-analyze verify` checks the file before it is used, and systemd reads it at once
 * (daemon-reload); also if somebody else changed the file without a daemon-reload.
 *
 * - `name`: the unit (`backup.timer`; without a suffix it is a service), or a template (`worker@`). `dropIn`: the name of
 *   a drop-in.
 * - `content`: the whole text. A `Secret` is never shown, and its file gets mode 0600; but systemd shows a unit's settings
 *   to every user of the host, so a password belongs in a file that `EnvironmentFile=` or `LoadCredential=` names.
 * - `enabled`: whether the unit starts at boot. It is reenabled if its `[Install]` changes, so no old link stays.
 * - `state: 'absent'`: the unit is stopped and disabled, its file is removed, and systemd forgets it; a drop-in is only
 *   removed.
 * - `strict` (default true): false accepts what systemd would not understand and ignore: settings of a newer systemd.
 *
 * It starts nothing, and a running unit keeps the old settings: use `service` for that, as a task or as a handler.
 *
 * @throws PlaybookError E_WRITE (the check's output, with the line), E_UNIT_MASKED, E_UNIT_STATIC, E_UNIT_BAD, E_SERVICE,
 *   E_NO_SYSTEMD
 * @example
 * systemdUnit({ name: 'app', enabled: true, content: '[Service]\nExecStart=/opt/app/bin/app\n\n[Install]\nWantedBy=multi-user.target\n' },
 *   { notify: service({ name: 'app', state: 'restarted' }) })
 * @example systemdUnit({ name: 'nginx', dropIn: 'limits', content: '[Service]\nLimitNOFILE=65536\n' })
 * @example systemdUnit({ name: 'app', state: 'absent' })
 *
 * Sources: systemd.unit(5), systemd-analyze(1), systemctl(1).
 */
export const systemdUnit = defineTask({
  name: 'systemdUnit',
  summary: 'Writes a unit file or drop-in of systemd and has systemd read it, or removes one.',
  params: z
    .strictObject({
      name: unitName.describe('Unit: app, or with its suffix: backup.timer.'),
      content: z
        .union([z.string().min(1), z.instanceof(Secret)])
        .optional()
        .describe('The whole text of the file. A secret is never shown.'),
      dropIn: z
        .string()
        .regex(/^[\w@:.-]+$/, 'expected a file name')
        .transform((name) => name.replace(/\.conf$/, ''))
        .optional()
        .describe('Name of a drop-in, NAME.d/DROPIN.conf, instead of the unit itself.'),
      state: z.enum(['present', 'absent']).default('present').describe('Whether the file exists.'),
      enabled: z.boolean().optional().describe('Whether the unit starts at boot.'),
      strict: z.boolean().default(true).describe('Whether settings that systemd would ignore are an error.'),
    })
    .refine(({ content, state }) => (content === undefined) === (state === 'absent'), {
      path: ['content'],
      error: "expected a text, or none with state: 'absent'",
    })
    .refine(({ enabled, name }) => enabled === undefined || !name.includes('@.'), {
      path: ['enabled'],
      error: 'a template is enabled by its instances: service({ name: "app@one", enabled: true })',
    })
    .refine(({ enabled, state }) => enabled === undefined || state === 'present', {
      path: ['enabled'],
      error: 'an absent unit cannot be enabled',
    }),
  title: ({ name, dropIn, state }) =>
    [
      name.replace(/\.service$/, ''),
      ...(dropIn === undefined ? [] : [dropIn]),
      ...(state === 'absent' ? ['absent'] : []),
    ].join(' '),
  needs: systemdNeeds,
  probe: (params) => ({ current: file(pathOf(params), { content: true }), unit: stateOf(params) }),
  plan: (params, { current, unit }): readonly Change[] =>
    withEffects(
      [{ state: `units/${instanceOf(params.name)}` }],
      params.content === undefined
        ? absentChanges(params, current, unit)
        : presentChanges({ ...params, content: params.content }, current, unit),
    ),
})

type Params = {
  readonly name: string
  readonly dropIn?: string
  readonly enabled?: boolean
  readonly strict: boolean
}

function pathOf({ name, dropIn }: Pick<Params, 'name' | 'dropIn'>): string {
  return dropIn === undefined ? `${folder}/${name}` : `${folder}/${name}.d/${dropIn}.conf`
}

/** For `absent`, reads nothing if the file is missing: most hosts never had it. */
function stateOf(params: Pick<Params, 'name' | 'dropIn'> & { state: string }): Probe<Unit | undefined> {
  const probe = unitState(instanceOf(params.name))
  if (params.state === 'present') return probe
  const script = `[ -e ${quote(pathOf(params))} ] || exit 0\n${probe.command.script}`
  const parse = (result: Parameters<typeof probe.parse>[0]) =>
    result.stdout.length === 0 ? undefined : probe.parse(result)
  return output(shellText(script), parse, { reads: [...(probe.reads ?? []), probe.state!] })
}

/** systemd knows a template only by its instances. */
function instanceOf(name: string): string {
  return name.replace('@.', '@any.')
}

function presentChanges(
  params: Params & { readonly content: string | Secret },
  current: FileState,
  unit: Unit | undefined,
): Change[] {
  const { name, dropIn, content, enabled } = params
  if (unit === undefined) return []
  if (unit.load === 'masked') throw maskedError(name)
  const path = pathOf(params)
  const desired = {
    path,
    content,
    mode: content instanceof Secret ? 0o600 : 0o644,
    owner: 'root',
    group: 'root',
    validate: verified(params),
  }
  const [first, ...attributes] = fileChanges(current, desired)
  const isWritten = first?.steps.some(({ kind }) => kind === 'write') === true
  if (!first || !isWritten) {
    if (dropIn === undefined && !unit.isOutdated) requireUnit(name, unit)
    const differing = first ? [first, ...attributes] : attributes
    return [...differing, ...reloadChanges(unit), ...enableChanges(name, enabled, unit)]
  }
  const making = dropIn === undefined ? [] : [run(sh`mkdir -p -- ${posix.dirname(path)}`)]
  const again = enabled && installOf(current) !== installOf(revealed(content)) && unit.file === 'enabled'
  const steps: Step[] = [
    ...making,
    ...first.steps,
    systemctl(sh`systemctl daemon-reload`),
    ...(again ? [systemctl(sh`systemctl reenable -- ${name}`)] : []),
  ]
  return [{ ...first, steps }, ...attributes, ...enableChanges(name, enabled, unit, { isNew: true })]
}

function absentChanges(params: Params, current: FileState, unit: Unit | undefined): Change[] {
  if (current.type === 'absent') return []
  const { name, dropIn } = params
  const path = pathOf(params)
  const emptied = dropIn === undefined ? [] : [run(sh`rmdir -- ${posix.dirname(path)} 2>/dev/null || :`)]
  const removal: Change = {
    what: path,
    from: 'present',
    to: 'absent',
    steps: [run(sh`rm -f -- ${path}`), ...emptied, systemctl(sh`systemctl daemon-reload`)],
    effects: [{ path, becomes: { type: 'absent' } }],
  }
  if (dropIn !== undefined || unit === undefined) return [removal]
  const stopping: Change[] =
    isDown(unit) && !name.includes('@.')
      ? []
      : [
          {
            what: `unit ${name}`,
            from: unit.active,
            to: 'stopped',
            steps: [systemctl(sh`systemctl stop -- ${name.replace('@.', '@*.')}`, name)],
          },
        ]
  // A failed unit would stay listed after its file is gone.
  const forgotten = systemctl(sh`systemctl reset-failed -- ${name} 2>/dev/null || :`)
  return [
    ...stopping,
    ...enableChanges(name, false, unit),
    { ...removal, steps: [...removal.steps, forgotten] },
  ]
}

/** The section that says which links an enabled unit has. */
function installOf(text: FileState | string): string {
  const content = typeof text === 'string' ? text : text.type === 'file' ? String(text.content) : ''
  return /^\[Install\][^[]*/m.exec(content)?.[0].trim() ?? ''
}

/**
 * systemd goes by names, so the new file is verified under its own name, in a folder of its own. Only messages about it
 * count; those about units that it names may have other causes. A host without systemd-analyze is trusted.
 */
function verified({ name, dropIn, strict }: Params): (path: string) => Command {
  return (path) =>
    shellText(`name=${quote(name)} new=${quote(path)}
command -v systemd-analyze >/dev/null 2>&1 || exit 0
folder=$(mktemp -d) || exit 1
trap 'rm -rf -- "$folder"' EXIT
${dropIn === undefined ? asUnit : asDropIn(dropIn)}
output=$(systemd-analyze verify --man=no "$folder/$name" 2>&1)
wrong=$(printf '%s\\n' "$output" | while read -r line; do
  case $line in
    ${strict ? '' : '*ignoring*) ;;'}
    "$folder/$file:"*) printf 'line %s\\n' "\${line#"$folder/$file:"}" ;;
    "$name: "*) printf '%s\\n' "\${line#"$name: "}" ;;
  esac
done)
[ -n "$wrong" ] || exit 0
printf '%s\\n' "$wrong" >&2
exit 1`)
}

const asUnit = `file=$name
cat -- "$new" >"$folder/$file" || exit 1`

/** Beside the unit that it changes; without one there is nothing to look at. */
function asDropIn(dropIn: string): string {
  return `unit=$(systemctl show --no-pager -p FragmentPath --value -- "$name") && [ -n "$unit" ] || exit 0
file=$name.d/${dropIn}.conf
mkdir "$folder/$name.d" && cat -- "$unit" >"$folder/$name" && cat -- "$new" >"$folder/$file" || exit 1`
}
