// Tests dnf: plans over recorded output, the scripts on real shells, errors of dnf 4 and 5.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { type Output, PlaybookError } from '../../../src/index.ts'
import { dnf } from '../../../tasks/packages/dnf.ts'
import type { PackageState } from '../../../tasks/packages/installedPackages.ts'
import { compareRpm, parseRpmVersion } from '../../../tasks/packages/rpmVersion.ts'
import { failure, inFolder, runShell, shells } from '../apply.ts'
import { outputOf } from '../outputOf.ts'
import { type DnfRow, dnf5Failures, dnf5Rows } from './dnf5Rows.ts'

type Params = Parameters<typeof dnf>[0]

/** What the task makes of rpm's and dnf's words. */
function plannedAfter(params: Params, words: string) {
  const { params: parsed, spec } = dnf(params)
  const { installed } = spec.probe(parsed, undefined)
  const changes = spec.plan(parsed, { installed: installed!.parse(outputOf(words) as never) }, undefined)
  return {
    changes: changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
    steps: changes.flatMap(({ steps }) =>
      steps.map((step) => (step.kind === 'run' ? step.command.script : step.kind)),
    ),
  }
}

const rows: readonly DnfRow[] = [
  ...dnf5Rows,
  {
    title: 'is quiet where vim is provided by vim-enhanced',
    params: { name: ['vim', 'wget'] },
    printed: '= vim-enhanced 8.2.2637-1\n= wget 1.21.1-1\n',
    changes: [],
    steps: [],
  },
  {
    title: 'installs all that is missing in one transaction',
    params: { name: 'vim, wget, tar' },
    printed:
      'no package provides vim\n= wget 1.21.1-1\nno package provides tar\n= again\npackage vim is not installed\n= wget 1.21.1-1\npackage tar is not installed\n',
    changes: ['package vim: not installed → installed', 'package tar: not installed → installed'],
    steps: ['dnf -y install vim tar'],
  },
  {
    title: 'knows names with version and architecture, which only rpm -q NAME knows',
    params: { name: ['wget-1.21.1', 'wget.noarch'] },
    printed:
      'no package provides wget-1.21.1\nno package provides wget.noarch\n= again\n= wget 1.21.1-1\n= wget 1.21.1-1\n',
    changes: [],
    steps: [],
  },
  {
    title: 'knows files that a package holds, that none holds, and that are not there',
    params: { name: ['/usr/bin/wget', '/usr/bin/env', '/usr/bin/rotatelogs'] },
    printed:
      '= wget 1.21.1-1\nfile /usr/bin/env is not owned by any package\nerror: file /usr/bin/rotatelogs: No such file or directory\n= again\npackage /usr/bin/wget is not installed\npackage /usr/bin/env is not installed\npackage /usr/bin/rotatelogs is not installed\n',
    changes: [
      'package /usr/bin/env: not installed → installed',
      'package /usr/bin/rotatelogs: not installed → installed',
    ],
    steps: ['dnf -y install /usr/bin/env /usr/bin/rotatelogs'],
  },
  {
    title: 'does not look for updates unless asked to',
    params: { name: 'wget' },
    printed: '= wget 1.0-1\n',
    changes: [],
    steps: [],
  },
  {
    title: 'updates what is older and installs what is missing',
    params: { name: ['wget', 'vim'], state: 'latest' },
    printed:
      '= wget 1.20-1\nno package provides vim\n= again\n= wget 1.20-1\npackage vim is not installed\n= updates\n\nwget.noarch     1:1.21.1-1     lab\n= code 100\n',
    changes: ['package vim: not installed → installed', 'package wget: 1.20-1 → 1.21.1-1'],
    steps: ['dnf -y install vim', 'dnf -y upgrade wget'],
  },
  {
    title: 'reads updates whose long names dnf breaks into two lines',
    params: { name: ['long', 'b'], state: 'latest' },
    printed:
      '= a-really-long-name 1.0-1\n= b 1-1\n= updates\n\na-really-long-name.noarch\n                        2.0-1       lab\nb.x86_64   2-1  lab\nObsoleting Packages\nc.x86_64 1-1 lab\n    d.x86_64 1-1 @System\n= code 100\n',
    changes: ['package a-really-long-name: 1.0-1 → 2.0-1', 'package b: 1-1 → 2-1'],
    steps: ['dnf -y upgrade a-really-long-name b'],
  },
  {
    title: 'updates everything with *',
    params: { name: '*', state: 'latest' },
    printed: `= transaction
Dependencies resolved.
================================================================================
 Package              Architecture      Version           Repository       Size
================================================================================
Installing:
 new-name             noarch            1.0-1             more            6.0 k
     replacing  old-name.noarch 1:1.0-1
Upgrading:
 wget                 noarch            1.21.1-1          lab             5.4 k

Transaction Summary
================================================================================
Install  1 Package
Upgrade  1 Package

Operation aborted.
= code 1
`,
    changes: [
      'package new-name: not installed → 1.0-1',
      'package old-name: 1.0-1 → not installed',
      'package wget: older → 1.21.1-1',
    ],
    steps: ['dnf -y upgrade'],
  },
  {
    title: 'removes what provides the names',
    params: { name: ['vim', 'make'], state: 'absent' },
    printed:
      '= vim-enhanced 8.2.2637-1\nno package provides make\n= again\npackage vim is not installed\npackage make is not installed\n',
    changes: ['package vim-enhanced: 8.2.2637-1 → not installed'],
    steps: ['dnf -y remove vim-enhanced'],
  },
  {
    title: 'removes nothing that is not there',
    params: { name: 'make', state: 'absent' },
    printed: 'no package provides make\n= again\npackage make is not installed\n',
    changes: [],
    steps: [],
  },
  {
    title: 'knows an .rpm file whose package is installed',
    params: { name: ['/tmp/a-1.0.rpm', '/tmp/b-1.0.rpm'] },
    printed: '= file 0 0:1.0-1\n= has 0 0:1.0-1\n= file 1 0:1.0-1\n',
    changes: ['package /tmp/b-1.0.rpm: not installed → installed'],
    steps: ['dnf -y install /tmp/b-1.0.rpm'],
  },
  {
    title: 'installs from a URL what is missing or older, and leaves a newer version alone',
    params: { name: ['https://m.example/a.rpm', 'https://m.example/b-1.rpm', '/tmp/c.rpm'] },
    printed:
      '= file 0 0:2.0-1\n= has 0 0:1.9-3\n= file 1 0:1.0-1\n= has 1 0:1.0~rc1-1\n= has 1 1:0.1-1\n= file 2 0:1-1\n',
    changes: [
      'package https://m.example/a.rpm: 1.9-3 → installed',
      'package /tmp/c.rpm: not installed → installed',
    ],
    steps: ['dnf -y install https://m.example/a.rpm /tmp/c.rpm'],
  },
  {
    title: 'replaces newer versions where it may',
    params: { name: ['httpd-2.4.57-5.el9', '/tmp/c.rpm'], allowDowngrade: true },
    printed:
      'no package provides httpd-2.4.57-5.el9\n= again\npackage httpd-2.4.57-5.el9 is not installed\n= base httpd 0:2.4.62-1.el9\n= file 0 0:1-1\n= has 0 0:2-1\n',
    changes: ['package httpd-2.4.57-5.el9: 2.4.62-1.el9 → installed', 'package /tmp/c.rpm: 2-1 → installed'],
    steps: ['dnf -y install httpd-2.4.57-5.el9 /tmp/c.rpm'],
  },
  {
    title: 'replaces older versions, and installs a kernel beside a newer one',
    params: { name: ['httpd-2.4.62', 'kernel-5.14.0-1.el9.x86_64'] },
    printed:
      'no package provides httpd-2.4.62\nno package provides kernel-5.14.0-1.el9.x86_64\n= again\npackage httpd-2.4.62 is not installed\npackage kernel-5.14.0-1.el9.x86_64 is not installed\n= base httpd 0:2.4.57-5.el9\n= base kernel 0:6.1-1.el9\n',
    changes: [
      'package httpd-2.4.62: 2.4.57-5.el9 → installed',
      'package kernel-5.14.0-1.el9.x86_64: not installed → installed',
    ],
    steps: ['dnf -y install httpd-2.4.62 kernel-5.14.0-1.el9.x86_64'],
  },
  {
    title: 'with updateOnly adds nothing',
    params: { name: ['wget', 'vim'], state: 'latest', updateOnly: true },
    printed:
      '= wget 1.20-1\nno package provides vim\n= again\n= wget 1.20-1\npackage vim is not installed\n= updates\n\nwget.noarch     1:1.21.1-1     lab\n= code 100\n',
    changes: ['package wget: 1.20-1 → 1.21.1-1'],
    steps: ['dnf -y upgrade wget'],
  },
  {
    title: 'does with groups and modules what dnf shows, in the transaction of what is missing',
    params: { name: ['vim', '@Lab Tools', '@lab-node:18'] },
    printed: `no package provides vim
= again
package vim is not installed
= transaction
Dependencies resolved.
================================================================================
 Package             Architecture      Version             Repository      Size
================================================================================
Installing group/module packages:
 lab-node            noarch            1:18.0-1            lab            5.4 k
 a-name-that-is-too-long-for-one-line
                     noarch            2.0-1               lab            5.4 k
Upgrading:
 libtool             noarch            2.4.6-1             lab              0  
Installing module profiles:
 lab-node/common                                                               
Enabling module streams:
 lab-node                              18                                      
Installing Groups:
 Lab Tools                                                                     

Transaction Summary
================================================================================
Install  1 Package

Total download size: 5.4 k
Operation aborted.
= code 1
`,
    changes: [
      'package vim: not installed → installed',
      'package lab-node: not installed → 18.0-1',
      'package a-name-that-is-too-long-for-one-line: not installed → 2.0-1',
      'package libtool: older → 2.4.6-1',
      'profile lab-node/common: not installed → installed',
      'module lab-node: not enabled → 18',
    ],
    steps: ["dnf -y install vim '@Lab Tools' @lab-node:18"],
  },
  {
    title: 'is quiet where a group has all its packages, though dnf would note it again',
    params: { name: '@lab-tools' },
    printed:
      '= transaction\nDependencies resolved.\nInstalling Groups:\n Lab Tools  \n\nTransaction Summary\nOperation aborted.\n= code 1\n',
    changes: [],
    steps: [],
  },
  {
    title: 'reads tables through what plugins print, colours and a high debuglevel',
    params: { name: '@lab-db:15' },
    printed: `= transaction
Updating Subscription Management repositories.
Unable to read consumer identity

This system is not registered with an entitlement server. You can use subscription-manager to register.

DNF version: 4.14.0
Extra commands: ['--assumeno', 'install', '@lab-db:15']
Errors during downloading metadata for repository 'epel':
  - Curl error (6): Couldn't resolve host name
Ignoring repositories: epel
Last metadata expiration check: 0:24:38 ago on Mon Nov 30 20:04:33 2026.
--> Starting dependency resolution
---> Package lab-db15.noarch 15.4-1 will be installed
timer: depsolve: 8 ms
Dependencies resolved.
================================================================================
 Package             Architecture      Version             Repository      Size
================================================================================
Installing group/module packages:
 \x1b[1m\x1b[32mlab-db15           \x1b(B\x1b[m noarch            15.4-1              lab            5.4 k
Installing module profiles:
 lab-db/common                                                                 
Enabling module streams:
 lab-db                                15                                      

Transaction Summary
================================================================================
Install  1 Package

Operation aborted.
= code 1
`,
    changes: [
      'package lab-db15: not installed → 15.4-1',
      'profile lab-db/common: not installed → installed',
      'module lab-db: not enabled → 15',
    ],
    steps: ['dnf -y install @lab-db:15'],
  },
  {
    title: 'reads lists of updates through what plugins print',
    params: { name: ['wget', 'kernel-core', 'a-name-that-is-too-long-for-one-line'], state: 'latest' },
    printed: `= wget 1.20-1
= kernel-core 5.14.0-427.el9
= a-name-that-is-too-long-for-one-line 1-1
= updates
Updating Subscription Management repositories.

This system is not registered with an entitlement server. You can use "rhc" or "subscription-manager" to register.

\x1b[1mwget\x1b(B\x1b[m.noarch         1:1.21.1-1      lab
kernel-core.x86_64          5.14.0-503.el9      baseos
a-name-that-is-too-long-for-one-line.noarch
                            2.0-1               lab
Security: kernel-core-5.14.0-503.el9.x86_64 is an installed security update
Security: kernel-core-5.14.0-427.el9.x86_64 is the currently running version
= code 100
Errors during downloading metadata for repository 'epel':
`,
    changes: [
      'package wget: 1.20-1 → 1.21.1-1',
      'package kernel-core: 5.14.0-427.el9 → 5.14.0-503.el9',
      'package a-name-that-is-too-long-for-one-line: 1-1 → 2.0-1',
    ],
    steps: ['dnf -y upgrade wget kernel-core a-name-that-is-too-long-for-one-line'],
  },
  {
    title: 'removes a module with its profiles',
    params: { name: '@lab-db', state: 'absent' },
    printed:
      '= transaction\nRemoving:\n lab-db15  noarch  15.4-1  @lab  0  \nDisabling module profiles:\n lab-db/server  \n\nOperation aborted.\n= code 1\n',
    changes: ['package lab-db15: 15.4-1 → not installed', 'profile lab-db/server: installed → not installed'],
    steps: ['dnf -y remove @lab-db'],
  },
  {
    title: 'removes what nothing needs any more',
    params: { autoremove: true },
    printed:
      '= transaction\nRemoving:\n java-headless  noarch  17.0.15-1  @lab  89  \n\nOperation aborted.\n= code 1\n',
    changes: ['package java-headless: 17.0.15-1 → not installed'],
    steps: ['dnf -y autoremove'],
  },
  {
    title: 'brings only fixes of vulnerabilities',
    params: { name: '*', state: 'latest', security: true },
    printed: '= transaction\nUpgrading:\n wget  noarch  1.21.1-1  lab  5.4 k\nOperation aborted.\n= code 1\n',
    changes: ['package wget: older → 1.21.1-1'],
    steps: ['dnf -y upgrade --security'],
  },
  {
    title: 'is quiet where nothing of what is missing can be installed, and it may be left out',
    params: { name: ['nope', '/usr/bin/nope'], skipBroken: true },
    printed:
      'no package provides nope\nerror: file /usr/bin/nope: No such file or directory\n= again\npackage nope is not installed\npackage /usr/bin/nope is not installed\n= transaction\nNo match for argument: nope\nNo match for argument: /usr/bin/nope\n\nNothing to do.\n= code 0\n',
    changes: [],
    steps: [],
  },
  {
    title: 'hands its options to dnf',
    params: {
      name: 'gcc',
      enablerepo: ['crb', 'epel'],
      disablerepo: 'lab',
      exclude: 'kernel*',
      disableExcludes: ['main', 'all'],
      enablePlugin: 'versionlock',
      disablePlugin: ['local'],
      disableGpgCheck: true,
      allowErasing: true,
      nobest: true,
      skipBroken: true,
      weakDeps: false,
      updateCache: true,
      releasever: '9.6',
    },
    printed:
      'no package provides gcc\n= again\npackage gcc is not installed\n= transaction\nInstalling:\n gcc  x86_64  11.5.0-5.el9  appstream  32 M\nRemoving dependent packages:\n clang  x86_64  19.1-1  @appstream  9 M\nOperation aborted.\n= code 1\n',
    changes: ['package gcc: not installed → 11.5.0-5.el9', 'package clang: 19.1-1 → not installed'],
    steps: [
      "dnf -y install '--disableplugin=local' '--enableplugin=versionlock' '--disablerepo=lab' '--enablerepo=crb' '--enablerepo=epel' '--exclude=kernel*' '--setopt=disable_excludes=main,all,*' '--releasever=9.6' --refresh --nogpgcheck --allowerasing --nobest '--setopt=strict=False' '--setopt=install_weak_deps=False' gcc",
    ],
  },
]

for (const row of rows) {
  test(`dnf ${row.title}`, () => {
    const { changes, steps } = plannedAfter(row.params, row.printed)
    assert.equal(changes, row.changes)
    assert.equal(steps, row.steps)
  })
}

const wrong: readonly (readonly [Params, string])[] = [
  [{ name: '@Development Tools', state: 'latest' }, 'no group'],
  [{ name: '@' }, 'expected @ and the name'],
  [{ name: 'a', security: true }, "only with state: 'latest'"],
  [{ name: 'a', install_weak_deps: true } as never, 'It is called weakDeps here.'],
  [{ name: 'file:///tmp/epel.rpm' }, 'expected the http, https or ftp URL'],
  [{ name: 'https://me:secret@mirror.example/epel.rpm' }, 'a URL without a password'],
  [{ name: 'https://mirror.example/epel.rpm', state: 'absent' }, 'name the package'],
  [{ name: 'a', updateOnly: true }, "only with state: 'latest'"],
  [{ name: 'a', installroot: '/mnt' } as never, 'There is no such option'],
  [{ name: 'php-*' }, 'a pattern is not supported'],
  [{ name: 'gcc>=11' }, 'a comparison is not supported'],
  [{ name: 'vim wget' }, 'one name without blanks'],
  [{ name: '--nogpgcheck' }, 'does not begin with a dash'],
  [{ name: '*' }, "state: 'latest'"],
  [{ name: '/tmp/a.rpm', state: 'absent' }, 'name the package'],
  [{ name: [] }, 'name'],
  [{}, 'expected name, or autoremove'],
]

for (const [params, message] of wrong) {
  test(`dnf refuses ${JSON.stringify(params)}`, () => {
    assert.throws(
      () => dnf(params),
      (error: PlaybookError) =>
        error.code === 'E_PARAMS' && [error.message, ...error.details].join().includes(message),
    )
  })
}

test('dnf does not take a module for absent where its repository cannot be read', () => {
  assert.throws(
    () =>
      plannedAfter(
        { name: '@lab-db:15', state: 'absent' },
        "= transaction\nIgnoring repositories: lab\nWarning: Module or Group 'lab-db:15' is not installed.\nNothing to do.\n= code 0\n",
      ),
    (error: PlaybookError) => error.code === 'E_REPOSITORY',
  )
})

for (const [params, line] of [
  [{ state: 'absent' }, 'No groups to remove for argument: lab-db:15'],
  [{ skipBroken: true }, 'No match for argument: lab-db:15'],
] as const)
  test(`dnf 5 does not pass over a module with ${JSON.stringify(params)}`, () => {
    assert.throws(
      () =>
        plannedAfter(
          { name: '@lab-db:15', ...params },
          `= transaction\n${line}\n\nNothing to do.\n= code 0\n`,
        ),
      (error: PlaybookError) =>
        error.code === 'E_NO_MODULES' && /module enable lab-db:/.test(error.hint ?? ''),
    )
  })

test('dnf says so where there is no rpm', () => {
  assert.throws(
    () => plannedAfter({ name: 'vim' }, '= no rpm\n'),
    (error: PlaybookError) => error.code === 'E_NO_RPM',
  )
})

test('dnf refuses to replace a newer version by the one that is named, and says what it could not read', () => {
  const newer = 'no package provides a-1.0\n= again\npackage a-1.0 is not installed\n= base a 0:1.0.1-1\n'
  assert.throws(
    () => plannedAfter({ name: 'a-1.0' }, newer),
    (error: PlaybookError) =>
      error.code === 'E_DOWNGRADE' && error.message === 'a-1.0 is older than 1.0.1-1, which is installed.',
  )
  const url = 'https://m.example/a.rpm'
  assert.throws(
    () => plannedAfter({ name: url }, '= unread 0 curl: (22) The requested URL returned error: 404\n'),
    (error: PlaybookError) => error.code === 'E_NO_PACKAGE' && /404/.test(error.details.join()),
  )
})

// From the tests of rpm: rpmvercmp.at.
const versions: [one: string, sign: '<' | '=' | '>', other: string][] = [
  ['1.0', '=', '1.0'],
  ['1.0', '<', '2.0'],
  ['2.0.1a', '>', '2.0.1'],
  ['5.5p1', '<', '5.5p10'],
  ['10xyz', '<', '10.1xyz'],
  ['xyz10', '<', 'xyz10.1'],
  ['xyz.4', '<', '8'],
  ['1.0.0', '>', '1.0'],
  ['10.0001', '=', '10.1'],
  ['4.999.9', '<', '5.0'],
  ['2_0', '=', '2.0'],
  ['a+', '=', 'a_'],
  ['1.0~rc1', '<', '1.0'],
  ['1.0~rc1', '>', '1.0~rc1~git123'],
  ['1.0^', '>', '1.0'],
  ['1.0^git1', '<', '1.01'],
  ['1.0^git1', '<', '1.0^git2'],
  ['1.0~rc1^git1', '>', '1.0~rc1'],
  ['1.0^git1~pre', '<', '1.0^git1'],
  ['1:1.0-1', '>', '0:2.0-1'],
  ['2.0-1', '<', '0:2.0-2'],
  ['2.0', '=', '0:2.0-2'],
]
for (const [one, sign, other] of versions)
  test(`version ${one} ${sign} ${other}`, () => {
    const is = Math.sign(compareRpm(parseRpmVersion(one), parseRpmVersion(other)))
    assert.is(is, { '<': -1, '=': 0, '>': 1 }[sign])
    assert.is(Math.sign(compareRpm(parseRpmVersion(other), parseRpmVersion(one))), -is + 0)
  })

test('dnf says so where dnf cannot look for updates', () => {
  const words =
    '= wget 1-1\n= updates\nError: There are no enabled repositories in "/etc/yum.repos.d".\n= code 1\n'
  assert.throws(
    () => plannedAfter({ name: 'wget', state: 'latest' }, words),
    (error: PlaybookError) => error.code === 'E_NO_REPOSITORY',
  )
})

const failures: readonly (readonly [stdout: string, stderr: string, code: string, message: string])[] = [
  [
    'No match for argument: nothere\nNo match for argument: neither\n',
    'Error: Unable to find a match: nothere neither\n',
    'E_NO_PACKAGE',
    'No repository has nothere, neither.',
  ],
  [
    '',
    'Failed to resolve the transaction:\nNo match for argument: nothere\nYou can try to add to command line:\n',
    'E_NO_PACKAGE',
    'No repository has nothere.',
  ],
  [
    '',
    'Error: There are no enabled repositories in "/etc/yum.repos.d", "/etc/yum/repos.d".\n',
    'E_NO_REPOSITORY',
    'dnf has no enabled repository on this host.',
  ],
  [
    '',
    "Module or Group 'nope' is not available.\nError: Nothing to do.\n",
    'E_NO_PACKAGE',
    'No repository has the group or module nope.',
  ],
  [
    'All matches were filtered out by modular filtering for argument: node\nError: Unable to find a match: node\n',
    '',
    'E_NO_PACKAGE',
    'node belongs to a stream of a module, and that stream is not enabled.',
  ],
  [
    '',
    'All matches were filtered out by exclude filtering for argument: wget\nError: Unable to find a match: wget\n',
    'E_NO_PACKAGE',
    'wget is excluded on this host.',
  ],
  ['', 'Operation aborted.\n', 'E_DNF', 'dnf is configured to answer its question with no.'],
  ['', 'Error: Unable to find a match: nothere\n', 'E_NO_PACKAGE', 'No repository has nothere.'],
  [
    "Dependencies resolved.\nThe operation would result in switching of module 'lab-db' stream '15' to stream '16'\nError: It is not possible to switch enabled streams of a module unless explicitly enabled via configuration option module_stream_switch.\n",
    '',
    'E_MODULE_STREAM',
    'The stream 15 of the module lab-db is enabled, and dnf does not switch to 16.',
  ],
  [
    "Cannot enable multiple streams for module 'lab-db'\nUnable to resolve argument lab-db:16\nError: Unable to find a match\n",
    '',
    'E_MODULE_STREAM',
    'Only one stream of the module lab-db can be enabled.',
  ],
  [
    "All matches for argument 'lab-db:15' in module 'lab-db:15' are not active\nError: Unable to find a match\n",
    '',
    'E_MODULE_STREAM',
    'Only one stream of the module lab-db can be enabled.',
  ],
  [
    "Argument 'lab-db' matches 2 streams ('15', '16') of module 'lab-db', but none of the streams are enabled or default\nUnable to resolve argument lab-db\nError: Unable to find a match\n",
    '',
    'E_NO_PACKAGE',
    'The module lab-db has no default stream; it has 15, 16.',
  ],
  [
    "Unable to match profile for argument lab-db:15/nope. Available profiles for 'lab-db:15': common, server\nModule or Group 'lab-db:15/nope' is not available.\nError: Nothing to do.\n",
    '',
    'E_NO_PACKAGE',
    'The module lab-db:15 has no profile nope; it has common, server.',
  ],
  ['', "Error: Unknown repo: 'nope'\n", 'E_REPOSITORY', 'The repository nope is not available.'],
  [
    '',
    "Errors during downloading metadata for repository 'lab':\n  - Curl error (7)\nError: Failed to download metadata for repo 'lab': Cannot download repomd.xml\n",
    'E_REPOSITORY',
    'The repository lab is not available.',
  ],
  [
    'No match for argument: gcc\n',
    'Ignoring repositories: lab\nError: Unable to find a match: gcc\n',
    'E_REPOSITORY',
    'The repository lab is not available.',
  ],
  [
    '',
    'Package wget-1.21.1-1.noarch.rpm is not signed\nError: GPG check FAILED\n',
    'E_GPG',
    'A signature cannot be verified: wget-1.21.1-1.noarch.rpm',
  ],
  [
    'You have enabled checking of packages via GPG keys. This is a good thing.\nHowever, …\n\nProblem repository: [rpdemo]\nbandwidth: 0\n',
    '',
    'E_GPG',
    'The repository rpdemo has gpgcheck=1 and no gpgkey=, and its packages are not signed.',
  ],
  [
    '',
    'Error: Transaction test error:\n  installing package x needs 12MB\n  At least 12MB more space needed on the / filesystem.\n',
    'E_DISK_FULL',
    'The disk is full: 12MB more needed on /.',
  ],
  [
    '',
    "error: can't create transaction lock on /var/lib/rpm/.rpm.lock\n",
    'E_PACKAGE_LOCK',
    'Another dnf or rpm is running.',
  ],
  [
    '',
    'Error: This command has to be run with superuser privileges (under the root user on most systems).\n',
    'E_NOT_ROOT',
    'dnf needs root.',
  ],
  [
    '',
    'Error: \n Problem: problem with installed package a\n  - package b conflicts\n',
    'E_PACKAGE_CONFLICT',
    'The packages conflict: problem with installed package a.',
  ],
  [
    'Can not load RPM file: /tmp/nofile.rpm.\n',
    'Could not open: /tmp/nofile.rpm\n',
    'E_NO_PACKAGE',
    '/tmp/nofile.rpm does not exist on the host, or is not a package.',
  ],
  [
    '  Preparing        :      1/1\n  Running scriptlet: broken-pre-1.0-1.noarch      1/1\nno way\nerror: %prein(broken-pre-1.0-1.noarch) scriptlet failed, exit status 1\nError: Transaction failed\n',
    '',
    'E_PACKAGE_SCRIPT',
    'The script %prein of broken-pre-1.0-1.noarch failed with exit status 1.',
  ],
  ['', 'Something new\n', 'E_DNF', 'dnf ended with exit code 1.'],
]

/** The command that installs what is missing, and its failure as an error. */
function installation(params: Params) {
  const { params: parsed, spec } = dnf(params)
  const installed: PackageState = { missing: ['x'], found: [], updates: [], others: [], predicted: [] }
  const step = spec.plan(parsed, { installed }, undefined)[0]!.steps[0]!
  if (step.kind !== 'run') throw new Error('It runs nothing.')
  return {
    script: step.command.script,
    explained: (output: Output) =>
      step.explain?.(output) ?? new PlaybookError('E_TEST', 'It explains nothing.'),
  }
}

for (const [stdout, stderr, code, message] of failures) {
  test(`a failed dnf is reported as ${code}: ${message}`, () => {
    const error = installation({ name: 'x' }).explained(outputOf(stdout, 1, stderr))
    assert.equal([error.code, error.message], [code, message])
  })
}

for (const [printed, code, message, groups = ['@greek']] of dnf5Failures) {
  test(`a failed dnf 5 is reported as ${code}: ${message}`, () => {
    const { explained } = installation({ name: ['x', ...groups] })
    for (const output of [outputOf('', 1, printed), outputOf(printed, 1)]) {
      const error = explained(output)
      assert.equal([error.code, error.message], [code, message])
      assert.not.match(error.details.join('\n'), /Repositories loaded|100%/)
    }
  })
}

const fakeRpm = `for word; do last=$word; done
case "$*" in
  *-qp*) [ "$last" = /tmp/b.rpm ] && echo error: open failed || echo "= $(basename "$last" .rpm).noarch 0:1-1" ;;
  *--whatprovides*) echo '= vim-enhanced 8.2-1'; echo 'no package provides wget.noarch'; exit 1 ;;
  '-q --qf = has '*) [ "$last" = a.noarch ] && echo "$3" | sed 's/%.*/0:1-1/' || echo package is not installed ;;
  '-q --qf = base '*) echo '= base lab 0:2-1'; echo 'package x is not installed' ;;
  *) echo 'package vim is not installed'; echo '= wget 1.21-1'; exit 1 ;;
esac`
const fakeDnf = `echo; echo "$*" >>"$0.printed"; echo 'wget.noarch 1.22-1 lab'; exit 100`

const waitingDnf5 = `case $1 in --version) echo 'dnf5 version 5.4.6.0'; exit ;; esac
echo 'Updating and loading repositories:'
printf '%s\\n' 'Waiting for a lock on the system repository. The following processes are currently accessing it:' '20374	dnf -y install slow' 'Use the "--skip-file-locks" option to bypass the lock.' >&2
exec sleep 60`
const failingDnf5 = `case $1 in --version) echo 'dnf5 version 5.4.6.0'; exit ;; esac
echo 'Waiting for a lock on the system repository.'
echo 'Repositories loaded.'
echo "$*"
printf 'No match for argument: x'
exit 1`
const lockedDnf4 = `case $1 in --version) echo 4.14.0; exit ;; esac
echo "$*"
exit 200`

for (const shell of shells)
  for (const [version, program, lockTimeout, code, message] of [
    ['5', waitingDnf5, 0, 'E_PACKAGE_LOCK', 'Another dnf or rpm is running (pid 20374).'],
    ['5 that has the lock', failingDnf5, 300, 'E_NO_PACKAGE', 'No repository has x.'],
    ['4', lockedDnf4, 0, 'E_PACKAGE_LOCK', 'Another dnf or rpm is running.'],
  ] as const)
    test(`lockTimeout ends the wait of dnf ${version} (${shell[0]})`, () =>
      inFolder(async (folder) => {
        writeFileSync(join(folder, 'dnf'), `#!/bin/sh\n${program}\n`, { mode: 0o755 })
        const { script, explained } = installation({ name: 'x', lockTimeout })
        const printed = await runShell(script, { shell, path: `${folder}:/usr/bin:/bin` })
        const error = explained(printed)
        assert.equal([error.code, error.message], [code, message])
        assert.not.match(printed.stdout.toString(), /^= /m)
      }))

for (const shell of shells) {
  test(`the script asks rpm twice at most, and dnf for updates of the packages' own names (${shell[0]})`, () =>
    inFolder(async (folder) => {
      // busybox prefers its own rpm to that on the PATH, but a function to both.
      const before = `rpm() { ${folder}/rpm "$@"; }`
      const program = (name: string, body: string) =>
        writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
      const look = async (params: Params): Promise<PackageState> => {
        const { params: parsed, spec } = dnf(params)
        const probe = spec.probe(parsed, undefined).installed!
        if (probe.kind !== 'command') throw new Error('It is no command.')
        const path = `${folder}:/usr/bin:/bin`
        return probe.parse(await runShell(probe.command.script, { shell, path, before })) as PackageState
      }
      program('rpm', fakeRpm)
      program('dnf', fakeDnf)
      const found = [
        { name: 'vim-enhanced', version: '8.2-1' },
        { name: 'wget', version: '1.21-1' },
      ]
      const name = ['vim', 'wget.noarch', '/tmp/a.rpm', '/tmp/b.rpm', 'https://m/c.rpm']
      const nothing = { updates: [], others: [], predicted: [] }
      assert.equal(await look({ name }), { missing: ['/tmp/b.rpm', 'https://m/c.rpm'], found, ...nothing })
      const latest = await look({ name: ['vim', 'wget.noarch'], state: 'latest' })
      assert.equal(latest, { missing: [], found, ...nothing, updates: [{ name: 'wget', version: '1.22-1' }] })
      program(
        'rpm',
        '[ "$2" = --whatprovides ] && [ "$3" = vim ] || { echo "package is not installed"; exit 1; }',
      )
      program('dnf', `echo " $*" >>"$0.printed"; echo Nothing to do.`)
      assert.equal((await look({ name: ['vim', 'nope', 'perl(X)'], allowErasing: true })).predicted, [])
      assert.match(
        readFileSync(join(folder, 'dnf.printed'), 'utf8'),
        / install --allowerasing nope perl\(X\)\n/,
      )
      program('dnf', 'echo broken; exit 1')
      assert.is((await failure(() => look({ name: '*', state: 'latest' }))).code, 'E_DNF')
    }))
}

test.run()
