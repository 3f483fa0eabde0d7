// Tests apt: its script on real shells with described programs, plans, errors of apt 2.6.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { PlaybookError } from '../../../src/index.ts'
import { explainApt } from '../../../tasks/packages/apt/errors.ts'
import { apt } from '../../../tasks/packages/apt.ts'
import { inFolder, runShell, shells, type TestShell } from '../apply.ts'
import { outputOf } from '../outputOf.ts'

type Params = Parameters<typeof apt>[0]

/** dpkg's answer: `PACKAGE|ARCHITECTURE|VERSION|STATUS|PROVIDES`. */
const installed = [
  'bash|amd64|5.2-1|ii |',
  'libc6|i386|2.36-9|ii |',
  'nginx|amd64|1.24.0-2|ii |httpd, nginx-abi (= 1.24)',
  'held|all|1.0|hi |',
  'removed|all|1.0|rc |',
  'half|all|1.0|iF |',
  'broken|all|1.0|iiR|',
  'triggers|all|1.0|it |',
  'unknown|all||un |',
]

/** Format: /var/lib/apt/extended_states. */
const automatic = `Package: held
Architecture: amd64
Auto-Installed: 1

Package: bash
Architecture: amd64
Auto-Installed: 0

`

type Look = {
  readonly changes: readonly string[]
  readonly steps: readonly string[]
  /** What apt-get was called with, call by call. */
  readonly calls: readonly string[]
  readonly error: PlaybookError | undefined
}

/** What the task would do on a host where dpkg-query gives `installed`, and `apt-get -s` prints `simulated`. */
function look(params: Params, simulated = '', shell: TestShell = ['sh'], code = 0): Promise<Look> {
  return inFolder(async (folder) => {
    const program = (name: string, body: string) =>
      writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
    const calls = join(folder, 'calls')
    writeFileSync(calls, '')
    writeFileSync(join(folder, 'extended_states'), automatic)
    writeFileSync(join(folder, 'simulated'), simulated)
    program('dpkg', `case $1 in --print-architecture) echo amd64 ;; *) exec /usr/bin/dpkg "$@" ;; esac`)
    program('dpkg-query', `cat <<'END'\n${installed.join('\n')}\nEND`)
    program('apt-get', `echo "$*" >>${calls}; cat ${folder}/simulated; exit ${code}`)
    const { params: parsed, spec } = apt(params)
    const probe = spec.probe(parsed, undefined).state!
    if (probe.kind !== 'command') throw new Error('It is no command.')
    // busybox prefers its own programs to those on the PATH, but a function to both.
    const before = ['dpkg', 'dpkg-query'].map(
      (name) => `${name.replace('-', '_')}() { ${folder}/${name} "$@"; }`,
    )
    const script = probe.command.script
      .replaceAll('dpkg-query -W', 'dpkg_query -W')
      .replaceAll('/var/lib/apt/extended_states', join(folder, 'extended_states'))
    const state = probe.parse(
      await runShell(script, { shell, path: `${folder}:/usr/bin:/bin`, before: before.join('\n') }),
    )
    const planned = () => spec.plan(parsed, { state } as never, undefined)
    const called = readFileSync(calls, 'utf8').split('\n').filter(Boolean)
    try {
      const changes = planned()
      return {
        changes: changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
        steps: changes.flatMap(({ steps }) =>
          steps.map((step) => (step.kind === 'run' ? step.command.script : step.kind)),
        ),
        calls: called,
        error: undefined,
      }
    } catch (error) {
      return { changes: [], steps: [], calls: called, error: error as PlaybookError }
    }
  })
}

for (const shell of shells) {
  test(`apt does not start apt-get where all is as requested (${shell[0]})`, async () => {
    const name = ['bash', 'libc6:i386', 'nginx=1.24*', 'httpd', 'nginx-abi', 'held', 'triggers', 'bash=5.2-1']
    assert.equal((await look({ name }, '', shell)).calls, [])
    const absent = ['removed', 'unknown', 'nowhere', 'httpd']
    assert.equal((await look({ name: absent, state: 'absent' }, '', shell)).calls, [])
  })

  test(`apt simulates with what is not as requested alone (${shell[0]})`, async () => {
    const name = ['bash', 'libc6', 'bash=5.1*', 'half', 'broken', 'new', 'http']
    const { calls, changes } = await look({ name }, 'Inst new (1.0 Lab:stable [all])\n', shell)
    assert.equal(changes, ['package new: not installed → 1.0'])
    assert.is(calls.length, 1)
    assert.match(calls[0]!, /^-s .* install libc6 bash=5\.1\* half broken new http$/)
    const removed = await look({ name: ['removed', 'bash', 'half'], state: 'absent', purge: true }, '', shell)
    assert.match(removed.calls[0]!, / purge removed bash half$/)
  })
}

test('apt shows all that apt-get would do, and does the same in one step', async () => {
  const simulated = `Remv exim [4.96-1] [bash:amd64 ]
Inst lib (1:1.5-2 Lab:stable [all])
Inst nginx [1.24.0-2] (1.26.0-1 Lab:stable [amd64])
Conf lib (1:1.5-2 Lab:stable [all])
Conf half (1.0 Lab:stable [all])
Purg removed [1.0]
`
  const { changes, steps } = await look({ name: 'nginx=1.26*', installRecommends: false }, simulated)
  assert.equal(changes, [
    'package exim: 4.96-1 → not installed',
    'package lib: not installed → 1:1.5-2',
    'package nginx: 1.24.0-2 → 1.26.0-1',
    'package half: 1.0 not configured → 1.0 configured',
    'package removed: 1.0 → purged',
  ])
  assert.is(steps.length, 1)
  assert.match(
    steps[0]!,
    /DEBIAN_FRONTEND=noninteractive .*apt-get -q -y .*--force-confold.* install '?nginx=1\.26\*'?$/,
  )
  assert.match(steps[0]!, 'APT::Install-Recommends=no')
})

const words: readonly (readonly [Params, RegExp])[] = [
  [{ upgrade: 'yes' }, / --with-new-pkgs upgrade$/],
  [{ upgrade: 'dist' }, / dist-upgrade$/],
  [{ upgrade: true }, / --with-new-pkgs upgrade$/],
  [{ name: '*', state: 'latest' }, / --with-new-pkgs upgrade$/],
  [{ autoremove: true }, / autoremove$/],
  [{ name: 'bash', state: 'absent', autoremove: true }, / --auto-remove remove bash$/],
  [
    { name: 'bash', state: 'latest', defaultRelease: 'bookworm-backports' },
    / -t bookworm-backports install bash$/,
  ],
  [
    { name: 'new', lockTimeout: 5, allowDowngrade: true, onlyUpgrade: true },
    /Timeout=5 .*--only-upgrade --allow-downgrades install new$/,
  ],
  [
    { name: 'new', dpkgOptions: 'force-confnew,force-bad-path' },
    /--force-confnew .*--force-bad-path install new$/,
  ],
]
for (const [params, expected] of words)
  test(`apt ${JSON.stringify(params)} asks apt-get for it`, async () =>
    assert.match((await look(params)).calls[0]!, expected))

test('apt is quiet where apt-get has nothing to do, and says so where that cannot be', async () => {
  assert.equal((await look({ name: 'bash', state: 'latest' })).changes, [])
  assert.is((await look({ name: 'half' })).error?.code, 'E_APT')
})

test('apt marks what was installed automatically, once', async () => {
  const { changes, steps, calls } = await look({ name: ['held', 'held=1*', 'bash'] })
  assert.equal(changes, ['package held: installed automatically → installed on request'])
  assert.equal([steps, calls], [['apt-mark manual held'], []])
})

test('apt throws what the simulation says only when it plans, for a planned change may mend it', async () => {
  const { error } = await look({ name: 'new' }, 'E: Unable to locate package new\n', ['sh'], 100)
  assert.equal([error?.code, error?.message], ['E_NO_PACKAGE', 'No repository has new.'])
})

const wrong: readonly (readonly [Params, string])[] = [
  [{ name: 'nginx>=1.2' }, 'a comparison is not supported'],
  [{ name: 'php*' }, 'a pattern is not supported'],
  [{ name: 'nginx/bookworm-backports' }, 'a release is given as defaultRelease'],
  [{ name: '/tmp/a.deb' }, 'a .deb file is given as deb'],
  [{ name: '-y' }, 'expected the name of a package'],
  [{ name: '*' }, "state: 'latest'"],
  [{ name: 'aa=1', state: 'absent' }, 'without a version'],
  [{ name: 'aa', purge: true }, "only with state: 'absent'"],
  [{ name: 'aa', upgrade: 'dist' }, 'not together with name'],
  [{ name: 'aa', deb: '/a.deb' }, 'a task of its own'],
  [{ deb: 'a.deb' }, 'absolute path of a .deb file'],
  [{ deb: 'https://me:secret@host/a.deb' }, 'a URL without a password'],
  [{}, 'expected name, deb'],
  [{ name: 'aa', update_cache: true } as Params, 'It is called updateCache here.'],
  [{ pkg: 'aa' } as Params, 'It is called name here.'],
]
for (const [params, message] of wrong)
  test(`apt refuses ${JSON.stringify(params)}`, () =>
    assert.throws(
      () => apt(params),
      (error: PlaybookError) =>
        error.code === 'E_PARAMS' && [error.message, ...error.details].join().includes(message),
    ))

const failures: readonly (readonly [output: string, code: string, message: string])[] = [
  [
    'E: Unable to locate package a\nE: Unable to locate package b\n',
    'E_NO_PACKAGE',
    'No repository has a, b.',
  ],
  ["E: Version '7*' for 'nginx' was not found\n", 'E_NO_VERSION', 'No repository has version 7* of nginx.'],
  [
    "Package mta is a virtual package provided by:\n  exim 4.96\n  postfix 3.7\n\nE: Package 'mta' has no installation candidate\n",
    'E_VIRTUAL_PACKAGE',
    'mta is provided by several packages: exim, postfix.',
  ],
  [
    'The following held packages will be changed:\n  nginx\nE: Held packages were changed and -y was used without --allow-change-held-packages.\n',
    'E_PACKAGE_HELD',
    'On hold: nginx.',
  ],
  [
    'The following packages will be DOWNGRADED:\n  nginx\nE: Packages were downgraded and -y was used without --allow-downgrades.\n',
    'E_DOWNGRADE',
    'The installed version is newer: nginx.',
  ],
  [
    'The following packages have unmet dependencies:\n a : Depends: b but it is not installable\nE: Unable to correct problems, you have held broken packages.\n',
    'E_PACKAGE_CONFLICT',
    'The dependencies cannot be met: a : Depends: b but it is not installable.',
  ],
  [
    'dpkg: error processing package a (--configure):\n installed a package post-installation script subprocess returned error exit status 3\n',
    'E_PACKAGE_SCRIPT',
    'A script of the package a failed with exit status 3; the package is half-configured.',
  ],
  [
    'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 42 (unattended-upgr)\n',
    'E_PACKAGE_LOCK',
    'Another apt or dpkg is running (unattended-upgr, pid 42).',
  ],
  [
    'E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)\n',
    'E_NOT_ROOT',
    'apt needs root.',
  ],
  [
    "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem.\n",
    'E_DPKG_INTERRUPTED',
    'An earlier dpkg was interrupted, and has left packages half-configured.',
  ],
  [
    "W: GPG error: http://m stable InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 1234\nE: The repository 'http://m stable InRelease' is not signed.\n",
    'E_GPG',
    'The key 1234 that signs a repository is not known.',
  ],
  [
    "E: The repository 'http://m nope Release' does not have a Release file.\n",
    'E_REPOSITORY',
    'The repository http://m nope Release is not available.',
  ],
  [
    'W: Failed to fetch http://m/dists/stable/InRelease  Could not connect\n',
    'E_REPOSITORY',
    'The repository http://m/dists/stable/InRelease is not available.',
  ],
  ['E: Something new\n', 'E_APT', 'apt-get ended with exit code 100.'],
]
for (const [output, code, message] of failures)
  test(`a failed apt-get is explained as ${code}: ${message}`, () => {
    const error = explainApt(outputOf(output, 100))
    assert.equal([error.code, error.message], [code, message])
  })

test.run()
