// packages: which package manager it takes, and which names it gives to that.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { PlaybookError } from '../../../src/index.ts'
import { packages } from '../../../tasks/packages/packages.ts'
import { inFolder, runShell, shells, type TestShell } from '../apply.ts'
import { outputOf } from '../outputOf.ts'

type Params = Parameters<typeof packages>[0]

/** What the task would do after the given output: the first line names the manager. */
function planned(params: Params, printed: string): string[] {
  const { params: parsed, spec } = packages(params)
  const found = spec.probe(parsed, undefined).found!.parse(outputOf(printed))
  return spec
    .plan(parsed, { found }, undefined)
    .flatMap(({ what, steps }) => [
      what,
      ...steps.map((step) => (step.kind === 'run' ? step.command.script : step.kind)),
    ])
}

const both = { debian: 'apache2', redhat: ['httpd', 'mod_ssl'] }
const simulated = '= unmet|apache2\n= simulation\nInst apache2 (2.4 Lab:stable [all])\n= code|0\n'

test('packages gives apt and dnf their names', () => {
  const [what, step] = planned({ name: both }, `apt\n${simulated}`)
  assert.is(what, 'package apache2')
  assert.match(step!, / install apache2$/)
  const missing = 'no package provides httpd\n= mod_ssl 2.4-1\n= again\npackage httpd is not installed\n'
  assert.equal(planned({ name: [both, { debian: 'x1', redhat: [] }] }, `dnf\n${missing}`), [
    'package httpd',
    'dnf -y install httpd',
  ])
})

test('packages has nothing to do where a family needs nothing', () => {
  assert.equal(planned({ name: { debian: [], redhat: 'httpd' } }, 'apt\n'), [])
  assert.equal(planned({ name: { debian: 'apache2', redhat: [] } }, 'dnf\n'), [])
})

const failures: readonly (readonly [Params, string, string, string])[] = [
  [
    { name: 'curl' },
    'auto\n/sbin/apk\n',
    'E_NO_PACKAGE_MANAGER',
    'This host has neither apt nor dnf, but apk.',
  ],
  [{ name: 'curl' }, 'auto\n', 'E_NO_PACKAGE_MANAGER', 'This host has neither apt nor dnf.'],
  [
    { name: ['curl', { debian: 'apache2' }] },
    'dnf\n= curl 8-1\n',
    'E_NO_PACKAGE_NAME',
    'No name of apache2 is given for redhat.',
  ],
]
for (const [params, printed, code, message] of failures)
  test(`packages says where it cannot: ${message}`, () =>
    assert.throws(
      () => planned(params, printed),
      (error: PlaybookError) => error.code === code && error.message === message,
    ))

const wrong: readonly (readonly [Params, string])[] = [
  [{ name: 'perl(JSON)' }, 'for debian: "perl(JSON)"'],
  [{ name: { debian: 'curl', redhat: 'php*' } }, 'for redhat: "php*": a pattern is not supported'],
  [{ name: { debian: 'curl', suse: 'curl' } as never }, 'suse'],
  [{ name: '*' }, "state: 'latest'"],
]
for (const [params, message] of wrong)
  test(`packages refuses ${JSON.stringify(params)}`, () =>
    assert.throws(
      () => packages(params),
      (error: PlaybookError) =>
        error.code === 'E_PARAMS' && [error.message, ...error.details].join().includes(message),
    ))

/** The first line of the script on a host with this /etc/os-release and these commands. */
function managerOf(release: string, commands: readonly string[], shell: TestShell): Promise<string> {
  return inFolder(async (folder) => {
    writeFileSync(join(folder, 'os-release'), release)
    for (const name of commands) writeFileSync(join(folder, name), '#!/bin/sh\n', { mode: 0o755 })
    const { params, spec } = packages({ name: { debian: [], redhat: [] } })
    const probe = spec.probe(params, undefined).found!
    if (probe.kind !== 'command') throw new Error('It is no command.')
    const script = probe.command.script.replaceAll('/etc/os-release', join(folder, 'os-release'))
    return (await runShell(script, { shell, path: folder })).stdout.toString()
  })
}

const hosts: readonly (readonly [title: string, release: string, commands: readonly string[], string])[] = [
  ['Debian', 'ID=debian\n', ['dnf', 'apt-get'], 'apt\n'],
  ['Mint', 'ID=linuxmint\nID_LIKE="ubuntu debian"\n', ['apt-get'], 'apt\n'],
  ['Rocky', 'ID="rocky"\nID_LIKE="rhel centos fedora"\n', ['dnf', 'apt-get'], 'dnf\n'],
  ['Fedora', 'ID=fedora\n', ['dnf'], 'dnf\n'],
  ['something with dnf', 'ID=other\n', ['dnf'], 'dnf\n'],
  ['something with apt-get', 'ID=other\n', ['apt-get'], 'apt\n'],
  ['Alpine', 'ID=alpine\n', ['apk'], 'auto\n{}/apk\n'],
]
for (const shell of shells.filter(([program]) => program !== 'busybox'))
  for (const [title, release, commands, expected] of hosts)
    test(`packages on ${title} finds ${expected.trim().replace('\n{}/', ', ')} (${shell[0]})`, async () =>
      assert.is((await managerOf(release, commands, shell)).replace(/^\/.*\//m, '{}/'), expected))

test.run()
