// Tests systemdUnit: plans, and the check of a new file by a fake systemd-analyze.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { FileState, PlaybookError } from '../../../src/index.ts'
import { planned } from '../../../src/testing/index.ts'
import type { Unit } from '../../../tasks/services/systemd.ts'
import { systemdUnit } from '../../../tasks/services/systemdUnit.ts'
import { inFolder, runShell, shells } from '../apply.ts'
import { absent, fileWith } from '../fileStates.ts'

const content = '[Service]\nExecStart=/opt/app\n\n[Install]\nWantedBy=multi-user.target\n'

const up: Unit = {
  ...{ load: 'loaded', active: 'active', sub: 'running', file: 'enabled', type: 'simple' },
  ...{ isOutdated: false, mainPid: 812, similar: [] },
}
const none: Unit = { ...up, load: 'not-found', active: 'inactive', sub: 'dead', file: '', mainPid: 0 }

type Params = Omit<Parameters<typeof systemdUnit>[0], 'name'>

type Row = {
  readonly title: string
  readonly params: Params
  readonly current: FileState
  readonly unit: Unit | undefined
  readonly changes: readonly string[]
  readonly steps: readonly string[]
}

const path = '/etc/systemd/system/app.service'

const rows: readonly Row[] = [
  {
    title: 'writes a new unit, has it read, and enables it',
    params: { content, enabled: true },
    current: absent,
    unit: none,
    changes: [`${path}: absent → 67 bytes`, 'unit app.service at boot: not enabled → enabled'],
    steps: [`write ${path}`, 'systemctl daemon-reload', 'systemctl enable -- app.service'],
  },
  {
    title: 'is quiet where all is so',
    params: { content, enabled: true },
    current: fileWith(content),
    unit: up,
    changes: [],
    steps: [],
  },
  {
    title: 'has a file read that somebody else has written',
    params: { content },
    current: fileWith(content),
    unit: { ...up, isOutdated: true },
    changes: ["systemd's units: outdated → read again"],
    steps: ['systemctl daemon-reload'],
  },
  {
    title: 'leaves the links of an enabled unit alone where its [Install] is the same',
    params: { content, enabled: true },
    current: fileWith(content.replace('/opt/app', '/opt/old')),
    unit: up,
    changes: [`${path}: 67 bytes → 67 bytes, other content`],
    steps: [`write ${path}`, 'systemctl daemon-reload'],
  },
  {
    title: 'enables again where its [Install] changes',
    params: { content, enabled: true },
    current: fileWith(content.replace('multi-user', 'graphical')),
    unit: up,
    changes: [`${path}: 66 bytes → 67 bytes`],
    steps: [`write ${path}`, 'systemctl daemon-reload', 'systemctl reenable -- app.service'],
  },
  {
    title: 'gives a file that others may write its mode',
    params: { content },
    current: fileWith(content, { mode: 0o666 }),
    unit: up,
    changes: [`${path} mode: 0666 → 0644`],
    steps: [`rp_attributes ${path} '' 0644`],
  },
  {
    title: 'makes the folder of a drop-in',
    params: { content: '[Service]\nLimitNOFILE=9\n', dropIn: 'limits.conf' },
    current: absent,
    unit: up,
    changes: [`${path}.d/limits.conf: absent → 24 bytes`],
    steps: [`mkdir -p -- ${path}.d`, `write ${path}.d/limits.conf`, 'systemctl daemon-reload'],
  },
  {
    title: 'stops, disables, removes and forgets what shall be absent',
    params: { state: 'absent' },
    current: fileWith(content),
    unit: up,
    changes: [
      'unit app.service: active → stopped',
      'unit app.service at boot: enabled → disabled',
      `${path}: present → absent`,
    ],
    steps: [
      'systemctl stop -- app.service',
      'systemctl disable -- app.service',
      `rm -f -- ${path}`,
      'systemctl daemon-reload',
      'systemctl reset-failed -- app.service 2>/dev/null || :',
    ],
  },
  {
    title: 'only removes a drop-in that shall be absent',
    params: { state: 'absent', dropIn: 'limits' },
    current: fileWith('[Service]\n'),
    unit: up,
    changes: [`${path}.d/limits.conf: present → absent`],
    steps: [
      `rm -f -- ${path}.d/limits.conf`,
      `rmdir -- ${path}.d 2>/dev/null || :`,
      'systemctl daemon-reload',
    ],
  },
  {
    title: 'is quiet about what is absent',
    params: { state: 'absent' },
    current: absent,
    unit: undefined,
    changes: [],
    steps: [],
  },
]

for (const { title, params, current, unit, changes, steps } of rows) {
  test(`systemdUnit ${title}`, () => {
    const result = planned(systemdUnit, { name: 'app', ...params }, { current, unit })
    assert.equal(
      result.changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
      changes,
    )
    assert.equal(result.steps, steps)
  })
}

const faults: readonly (readonly [title: string, unit: Unit, code: string])[] = [
  ['a unit that is masked', { ...none, load: 'masked' }, 'E_UNIT_MASKED'],
  ['a unit that systemd cannot read', { ...up, load: 'bad-setting' }, 'E_UNIT_BAD'],
]

for (const [title, unit, code] of faults) {
  test(`systemdUnit refuses ${title}`, () => {
    assert.throws(
      () => planned(systemdUnit, { name: 'app', content }, { current: fileWith(content), unit }),
      (error: PlaybookError) => error.code === code,
    )
  })
}

const wrong: readonly object[] = [
  { name: 'app' },
  { name: 'app', content, state: 'absent' },
  { name: 'app', state: 'absent', enabled: false },
  { name: 'app@.service', content, enabled: true },
  { name: 'app', content, dropIn: '../x' },
]

for (const params of wrong) {
  test(`systemdUnit refuses ${JSON.stringify(params)}`, () => {
    assert.throws(
      () => systemdUnit(params as { name: string; content: string }),
      (error: PlaybookError) => error.code === 'E_PARAMS',
    )
  })
}

/** What the pretended systemd-analyze says of the folder it is given; $1: verify, $2: --man=no, $3: the file. */
const analyze = `#!/bin/sh
cp -r "\${3%/*}" "$0.seen"
printf '%s:2: Unknown key name, ignoring.\\n' "$3"
printf 'app.service: Command /opt/app is not executable\\nother.service: is not ours\\n'
exit 1
`

for (const shell of shells) {
  test(`a new file is checked under its own name, and only what concerns it counts (${shell.join(' ')})`, () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'systemd-analyze'), analyze, { mode: 0o755 })
      writeFileSync(join(folder, 'new'), content)
      const options = { shell, path: `${folder}:/usr/bin:/bin` }
      const printed = await runShell(checkOf({ content }, join(folder, 'new')), options)
      assert.is(printed.code, 1)
      assert.equal(printed.stderr.toString().split('\n'), [
        'line 2: Unknown key name, ignoring.',
        'Command /opt/app is not executable',
        '',
      ])
      assert.is(readFileSync(join(folder, 'systemd-analyze.seen/app.service'), 'utf8'), content)
      const lenient = await runShell(checkOf({ content, strict: false }, join(folder, 'new')), options)
      assert.is(lenient.stderr.toString(), 'Command /opt/app is not executable\n')
    }))
}

test('a host without systemd-analyze is trusted', () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, 'new'), content)
    const { code } = await runShell(checkOf({ content }, join(folder, 'new')), { path: folder })
    assert.is(code, 0)
    assert.not.ok(existsSync(join(folder, 'app.service')))
  }))

/** The check that goes with the file's write step, on a file. */
function checkOf(params: Params, file: string): string {
  const task = systemdUnit({ name: 'app', ...params })
  const changes = systemdUnit.spec.plan(
    task.params as never,
    { current: absent, unit: none } as never,
    undefined as never,
  )
  const step = changes.flatMap(({ steps }) => steps).find(({ kind }) => kind === 'write')
  return step?.kind === 'write' ? step.validate!(file).script : ''
}

test.run()
