// Tests service: plans, output of systemctl 252, and a start with a fake systemctl.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { Output, PlaybookError } from '../../../src/index.ts'
import { planned } from '../../../src/testing/index.ts'
import { service } from '../../../tasks/services/service.ts'
import type { Unit } from '../../../tasks/services/systemd.ts'
import { applied, failure, inFolder, shells } from '../apply.ts'
import { outputOf } from '../outputOf.ts'

const up: Unit = {
  load: 'loaded',
  active: 'active',
  sub: 'running',
  file: 'enabled',
  type: 'notify',
  isOutdated: false,
  mainPid: 0,
  similar: [],
}
const down: Unit = { ...up, active: 'inactive', sub: 'dead', file: 'disabled' }
const masked: Unit = { ...down, load: 'masked', file: 'masked' }
const none: Unit = { ...down, load: 'not-found', file: '', similar: ['firewalld.service'] }

type Params = Omit<Parameters<typeof service>[0], 'name'>

/** A step in short: its systemctl, or the verb of a start that is looked after. */
function verbs(steps: readonly string[]): string[] {
  return steps.map((step) => /output=\$\(systemctl (\S+)/.exec(step)?.[1] ?? step)
}

type Row = {
  readonly title: string
  readonly params: Params
  readonly unit: Unit
  readonly changes: readonly string[]
  readonly steps: readonly string[]
}

const rows: readonly Row[] = [
  {
    title: 'is quiet where all is so',
    params: { state: 'started', enabled: true },
    unit: up,
    changes: [],
    steps: [],
  },
  {
    title: 'enables and starts',
    params: { state: 'started', enabled: true },
    unit: down,
    changes: ['unit a.service at boot: disabled → enabled', 'unit a.service: inactive (dead) → started'],
    steps: ['systemctl enable -- a.service', 'start'],
  },
  {
    title: 'starts what failed',
    params: { state: 'started' },
    unit: { ...down, active: 'failed', sub: 'failed' },
    changes: ['unit a.service: failed → started'],
    steps: ['start'],
  },
  {
    title: 'waits for one that is starting, by starting it',
    params: { state: 'started' },
    unit: { ...up, active: 'activating', sub: 'start' },
    changes: ['unit a.service: activating (start) → started'],
    steps: ['start'],
  },
  {
    title: 'stops and disables',
    params: { state: 'stopped', enabled: false },
    unit: up,
    changes: ['unit a.service at boot: enabled → disabled', 'unit a.service: active (running) → stopped'],
    steps: ['systemctl disable -- a.service', 'systemctl stop -- a.service'],
  },
  {
    title: 'takes a failed unit for stopped',
    params: { state: 'stopped' },
    unit: { ...down, active: 'failed' },
    changes: [],
    steps: [],
  },
  {
    title: 'restarts each time',
    params: { state: 'restarted' },
    unit: up,
    changes: ['unit a.service: active (running) → restarted'],
    steps: ['restart'],
  },
  {
    title: 'reloads what runs',
    params: { state: 'reloaded' },
    unit: up,
    changes: ['unit a.service: active (running) → reloaded'],
    steps: ['reload'],
  },
  {
    title: 'starts what shall be reloaded and does not run',
    params: { state: 'reloaded' },
    unit: down,
    changes: ['unit a.service: inactive (dead) → reloaded'],
    steps: ['start'],
  },
  {
    title: 'reads files that changed before anything else',
    params: { state: 'restarted' },
    unit: { ...up, isOutdated: true },
    changes: ["systemd's units: outdated → read again", 'unit a.service: active (running) → restarted'],
    steps: ['systemctl daemon-reload', 'restart'],
  },
  {
    title: 'leaves files that changed unread if told to',
    params: { state: 'started', daemonReload: false },
    unit: { ...up, isOutdated: true },
    changes: [],
    steps: [],
  },
  {
    title: 'tries a unit whose file is new to systemd',
    params: { state: 'started' },
    unit: { ...none, isOutdated: true },
    changes: ["systemd's units: outdated → read again", 'unit a.service: inactive (dead) → started'],
    steps: ['systemctl daemon-reload', 'start'],
  },
  {
    title: 'stops and disables before it masks',
    params: { state: 'stopped', enabled: false, masked: true },
    unit: up,
    changes: [
      'unit a.service: active (running) → stopped',
      'unit a.service at boot: enabled → disabled',
      'unit a.service: not masked → masked',
    ],
    steps: ['systemctl stop -- a.service', 'systemctl disable -- a.service', 'systemctl mask -- a.service'],
  },
  {
    title: 'unmasks before it enables and starts',
    params: { state: 'started', enabled: true, masked: false },
    unit: masked,
    changes: [
      'unit a.service: masked → not masked',
      'unit a.service at boot: masked → enabled',
      'unit a.service: inactive (dead) → started',
    ],
    steps: ['systemctl unmask -- a.service', 'systemctl enable -- a.service', 'start'],
  },
  {
    title: 'is quiet about a masked one that shall be stopped and disabled',
    params: { state: 'stopped', enabled: false, masked: true },
    unit: masked,
    changes: [],
    steps: [],
  },
  {
    title: 'masks a unit that is not there',
    params: { masked: true },
    unit: none,
    changes: ['unit a.service: not masked → masked'],
    steps: ['systemctl mask -- a.service'],
  },
  {
    title: 'takes static and indirect units for what they are',
    params: { enabled: false },
    unit: { ...up, file: 'static' },
    changes: [],
    steps: [],
  },
  {
    title: 'takes an indirect unit for enabled',
    params: { enabled: true },
    unit: { ...up, file: 'indirect' },
    changes: [],
    steps: [],
  },
  {
    title: 'enables for good what is enabled until the next boot',
    params: { enabled: true },
    unit: { ...up, file: 'enabled-runtime' },
    changes: ['unit a.service at boot: enabled-runtime → enabled'],
    steps: ['systemctl enable -- a.service'],
  },
]

for (const { title, params, unit, changes, steps } of rows) {
  test(`service ${title}`, () => {
    const result = planned(service, { name: 'a', ...params }, { unit })
    assert.equal(
      result.changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
      changes,
    )
    assert.equal(verbs(result.steps), steps)
  })
}

const faults: readonly (readonly [title: string, params: Params, unit: Unit, code: string])[] = [
  ['a unit that is not there', { state: 'started' }, none, 'E_NO_UNIT'],
  ['to enable a unit that is not there', { enabled: true }, none, 'E_NO_UNIT'],
  ['to stop a unit that is not there', { state: 'stopped' }, none, 'E_NO_UNIT'],
  ['a masked unit', { state: 'started' }, masked, 'E_UNIT_MASKED'],
  ['to enable a masked unit', { enabled: true }, masked, 'E_UNIT_MASKED'],
  ['to enable a static unit', { enabled: true }, { ...up, file: 'static' }, 'E_UNIT_STATIC'],
  ['a unit that systemd cannot read', { state: 'started' }, { ...down, load: 'bad-setting' }, 'E_UNIT_BAD'],
]

for (const [title, params, unit, code] of faults) {
  test(`service refuses ${title}`, () => {
    assert.throws(
      () => planned(service, { name: 'a', ...params }, { unit }),
      (error: PlaybookError) => error.code === code,
    )
  })
}

test('service says which unit may have been meant', () => {
  assert.throws(
    () => planned(service, { name: 'a', state: 'started' }, { unit: none }),
    (error: PlaybookError) => error.hint === 'Did you mean firewalld.service?',
  )
})

const wrong: readonly { readonly name: string; readonly [key: string]: unknown }[] = [
  { name: 'a' },
  { name: 'a*', state: 'started' },
  { name: 'a b', state: 'started' },
  { name: 'a', state: 'started', masked: true },
]

for (const params of wrong) {
  test(`service refuses ${JSON.stringify(params)}`, () => {
    assert.throws(
      () => service(params as { name: string }),
      (error: PlaybookError) => error.code === 'E_PARAMS',
    )
  })
}

/** What the task makes of systemctl's words. */
function unitOf(name: string, words: Output): Unit {
  const { params, spec } = service({ name, state: 'started' })
  return spec.probe(params, undefined).unit!.parse(words as never) as Unit
}

test("service reads systemctl's words", () => {
  const shown =
    'Type=dbus\nResult=success\nId=firewalld.service\nLoadState=loaded\nActiveState=active\nSubState=running\nUnitFileState=enabled\nNeedDaemonReload=no\n'
  assert.equal(unitOf('firewalld', outputOf(shown)), { ...up, type: 'dbus' })
  const missing =
    'Type=\nId=firewald.service\nLoadState=not-found\nActiveState=inactive\nSubState=dead\nUnitFileState=\nNeedDaemonReload=no\n= units\nauditd.service\nfirewalld.service\nsshd.service\n'
  assert.equal(unitOf('firewald', outputOf(missing)), { ...none, type: '' })
  assert.throws(
    () =>
      unitOf(
        'a',
        outputOf(
          "= failed\nSystem has not been booted with systemd as init system (PID 1). Can't operate.\n",
        ),
      ),
    (error: PlaybookError) => error.code === 'E_NO_SYSTEMD' && error.details[0]!.startsWith('System has not'),
  )
})

test('a name without an ending is a service, an instance too', () => {
  const names = ['firewalld', 'getty@tty1', 'dnf-makecache.timer', 'a.b']
  const full = names.map((name) => (service({ name, state: 'started' }).params as { name: string }).name)
  assert.equal(full, ['firewalld.service', 'getty@tty1.service', 'dnf-makecache.timer', 'a.b.service'])
  assert.is(service({ name: 'sshd', state: 'restarted' }).title, 'service sshd restarted')
})

const fakeSystemctl = `case "$1" in
  start) [ -z "$REFUSED" ] || { echo "Job for a.service failed." >&2; exit 1; }; echo "$AFTER" >"$0.state" ;;
  show) printf 'LoadState=loaded\\nUnitFileState=enabled\\nNeedDaemonReload=no\\nType=simple\\nResult=success\\n'
    [ ! -e "$0.state" ] && printf 'ActiveState=inactive\\nSubState=dead\\n' || cat "$0.state" ;;
esac`

const outcomes: readonly (readonly [string, string, string | undefined])[] = [
  ['ActiveState=active\nSubState=running', '', undefined],
  ['ActiveState=failed\nSubState=failed', '', 'a.service: It failed right after its start.'],
  [
    'ActiveState=activating\nSubState=auto-restart',
    '',
    'a.service: It ended right after its start, and is being restarted.',
  ],
  ['ActiveState=inactive\nSubState=dead', '', 'a.service: It ended right after its start.'],
  ['', 'yes', 'a.service: Job for a.service failed.'],
]

for (const shell of shells) {
  test(`a unit that was started must be up after a while (${shell[0]})`, async () => {
    for (const [after, refused, message] of shell === shells[0] ? outcomes : outcomes.slice(0, 2)) {
      await inFolder(async (folder) => {
        const program = (name: string, body: string) =>
          writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
        program('systemctl', fakeSystemctl)
        program('journalctl', 'echo "a[1]: cannot open /etc/a"; echo noise >&2')
        const options = {
          shell,
          path: `${folder}:/usr/bin:/bin`,
          before: `export AFTER='${after}' REFUSED=${refused}`,
        }
        const start = () => applied(service, { name: 'a', state: 'started', settle: 0 }, options)
        if (message === undefined) return assert.equal((await start()).again, [])
        const error = await failure(start)
        assert.equal([error.code, error.message], ['E_SERVICE', message])
        assert.equal(error.details, ['a[1]: cannot open /etc/a'])
      })
    }
  })
}

test.run()
