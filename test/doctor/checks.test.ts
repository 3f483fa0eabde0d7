// Tests each check of every host on output of Rocky, RHEL and hardened hosts.

import { test } from '#test'
import * as assert from 'uvu/assert'
import type { HostSummary } from '../../src/doctor/checks/check.ts'
import { hostChecks } from '../../src/doctor/checks/hostChecks.ts'
import { needChecks } from '../../src/doctor/checks/needChecks.ts'
import { examineHost } from '../../src/doctor/examineHost.ts'
import { findingsInContext } from '../../src/doctor/findingsInContext.ts'
import type { NeededCheck, Provided } from '../../src/doctor/neededChecks.ts'
import type { PlayPlan } from '../../src/engine/plan/planPlays.ts'
import type { HostSession } from '../../src/engine/session/hostSession.ts'
import { ProbeTimeout } from '../../src/engine/session/probeTimeout.ts'
import { missingTool } from '../../src/model/needs/tools.ts'
import type { Output } from '../../src/model/probe.ts'
import { sh } from '../../src/model/shell/command.ts'
import type { ScriptEntry } from '../../src/wire/script.ts'

const rocky: HostSummary = {
  os: { family: 'RedHat', id: 'rocky' },
  packageManager: 'dnf',
  arrivedAt: 1_000_000_000_000,
}
const output = (text: string, code = 0): Output => ({
  stdout: Buffer.from(text),
  stderr: Buffer.alloc(0),
  code,
})
const df = (free: number, used: string, path: string) => `/dev/x 10000000 1 ${free} ${used}% ${path}`
const mounts = (tmp: string, root = 'rw') =>
  `/dev/x / xfs ${root},relatime 0 0\ntmpfs /tmp tmpfs ${tmp} 0 0\n`

/** level and text; undefined where nothing is shown. */
const rows: [
  check: string,
  stdout: string,
  expected: string | undefined,
  seen?: Partial<HostSummary['os']>,
][] = [
  ['user', 'root\nlogin=deploy\n', 'ok root, become by deploy'],
  ['user', 'root\nlogin=\n', 'ok root'],
  ['clock', '1000000003', 'ok agrees with this machine'],
  ['clock', '1000000060', 'warning 60 s ahead of this machine'],
  ['clock', '999999000', 'problem 1000 s behind this machine'],
  ['shell', 'sh=/usr/bin/bash\npython=\n', 'ok /usr/bin/bash; no python, which is not needed'],
  ['shell', 'sh=/bin/sh\npython=/usr/bin/python3\nmissing=sha256sum\n', 'problem there is no sha256sum'],
  ['temporary folders', `/tmp /tmp \n/var/tmp / \n\n${mounts('rw')}`, 'ok can be written'],
  [
    'temporary folders',
    `/tmp /tmp \n/var/tmp / \n\n${mounts('rw,nosuid,nodev,noexec')}`,
    'ok can be written; /tmp noexec, which is enough',
  ],
  [
    'temporary folders',
    `/tmp /tmp unwritable\n/var/tmp / \n\n${mounts('rw')}`,
    'problem /tmp cannot be written',
  ],
  ['temporary folders', `/tmp /tmp \n/var/tmp / \n\n${mounts('rw', 'ro')}`, 'problem / is mounted read-only'],
  ['disk space', `k ${df(5_000_000, '40', '/')}\ni ${df(5000, '3', '/')}\n`, 'ok enough'],
  [
    'disk space',
    `k ${df(5_000_000, '40', '/')}\nk ${df(90_000, '99', '/var')}\n`,
    'warning /var: 88 MiB free',
  ],
  ['disk space', `k ${df(0, '100', '/')}\n`, 'problem /: 0 MiB free'],
  [
    'disk space',
    `k ${df(5_000_000, '40', '/')}\ni ${df(0, '100', '/')}\n`,
    'problem /: 100% of its inodes are used',
  ],
  ['lock', 'folder=/run/run-playbook\n', 'ok /run/run-playbook'],
  [
    'lock',
    'folder=/run/run-playbook\nis=0 700 directory\nexpected=0 700 directory\n',
    'ok /run/run-playbook',
  ],
  [
    'lock',
    'folder=/tmp/run-playbook-7\nis=8 777 directory\nexpected=7 700 directory\n',
    'warning /tmp/run-playbook-7 cannot be used: two runs could change the host at once',
  ],
  [
    'lock',
    'folder=/run/run-playbook\nflock=no\n',
    'warning no flock: two runs could change the host at once',
  ],
  ['open files', '256', 'warning a process may open 256 files'],
  ['open files', '262144', 'ok 262144'],
  ['locale', 'lang=ko_KR.UTF-8\nall=C C.utf8 ko_KR.utf8 POSIX\n', 'ok ko_KR.UTF-8'],
  ['locale', 'lang=ko_KR.UTF-8\nall=C C.utf8 POSIX\n', 'warning LANG=ko_KR.UTF-8 is not installed'],
  ['own name', 'name=was-01\naddress=\n', 'warning was-01 does not resolve on the host itself'],
  ['own name', 'name=was-01\naddress=10.0.0.1 was-01\n', 'ok resolves'],
  ['service manager', 'state=degraded\n', 'ok systemd, degraded'],
  ['service manager', 'state=offline\n', 'warning systemd is offline'],
  ['service manager', '', 'ok not systemd'],
  ['time synchronization', 'synchronized=no\n', 'warning the clock is not synchronized'],
  ['time synchronization', '', undefined],
  ['packages', 'dnf=/usr/bin/dnf-3\nenabled=4\n', 'ok dnf, 4 repositories are enabled'],
  [
    'packages',
    'dnf=/usr/bin/dnf-3\nenabled=0\n',
    'warning the host is not registered, and no repository is enabled',
    { id: 'rhel' },
  ],
  [
    'packages',
    'dnf=/usr/bin/dnf-3\nenabled=0\nregistered=yes\n',
    'warning no repository is enabled',
    { id: 'rhel' },
  ],
  ['SELinux', 'enforce=\n', 'ok off'],
  [
    'SELinux',
    'selinuxfs /sys/fs/selinux selinuxfs rw 0 0\nenforce=1\npolicyvers=33\nSELINUX=enforcing\nSELINUXTYPE=targeted\n',
    'ok enforcing, policy targeted',
  ],
  [
    'SELinux',
    'selinuxfs /sys/fs/selinux selinuxfs rw 0 0\nenforce=1\npolicyvers=33\nSELINUX=enforcing\nSELINUXTYPE=targeted\ntool=semanage\n',
    'warning enforcing, policy targeted, and there is no semanage: seContext, sePort and seBoolean would fail',
  ],
  ['firewall', 'firewalld\n', 'ok firewalld'],
  ['firewall', '', 'ok no firewall service is active'],
  ['fapolicyd', '', undefined],
  [
    'fapolicyd',
    'active\npermissive=0\n',
    'warning active: programs that no package installed are refused until they are trusted, and so are Python and jars to users other than root',
  ],
  ['fapolicyd', 'active\npermissive=1\n', 'ok active, permissive: it refuses nothing'],
  ['FIPS', '0', undefined],
  ['FIPS', '1', 'warning on: MD5 checksums and Ed25519 keys are refused by the host'],
]

test('the answers of hosts', () => {
  const checks = new Map(hostChecks().map((check) => [check.name, check]))
  for (const [name, stdout, expected, os] of rows) {
    const result = checks.get(name)!.interpret(output(stdout), { ...rocky, os: { ...rocky.os, ...os } })
    assert.is(result && `${result.level} ${result.text}`, expected, name)
  }
})

const networkRows: [
  check: Parameters<typeof needChecks>[0],
  stdout: string,
  code: number,
  expected: string,
][] = [
  [{ ports: { 8080: 'java' } }, '', 0, 'ok free'],
  [{ ports: { 8080: 'java' } }, 'LISTEN 0 100 *:8080 *:* users:(("java",pid=7,fd=3))', 0, 'ok java listens'],
  [
    { ports: { 80: 'httpd' } },
    'LISTEN 0 511 *:80 *:* users:(("nginx",pid=7,fd=3))',
    0,
    'problem nginx listens on it',
  ],
  [
    { ports: { 80: 'httpd' } },
    'LISTEN 0 511 *:80 *:*',
    0,
    'warning something listens on 80, and only root sees what',
  ],
  [{ multicast: ['228.0.0.4'] }, 'eth0\n2: eth0: <BROADCAST,MULTICAST,UP> mtu 1500', 0, 'ok by eth0'],
  [
    { multicast: ['228.0.0.4'] },
    'wg0\n2: wg0: <POINTOPOINT,UP> mtu 1420',
    0,
    'problem wg0 takes no multicast',
  ],
  [
    { multicast: ['228.0.0.4'] },
    'RTNETLINK answers: Network is unreachable',
    1,
    'problem no route: RTNETLINK answers: Network is unreachable',
  ],
  [
    { reach: ['10.0.0.1:4000'] },
    'bash: connect: Connection refused',
    1,
    'ok refuses connections: nothing listens, no firewall is in between',
  ],
  [{ reach: ['10.0.0.1:4000'] }, 'bash: connect: No route to host', 1, 'problem no answer: No route to host'],
  [{ reach: ['10.0.0.1:4000'] }, '', 124, 'problem no answer'],
  [{ urls: ['https://u:p@a.example/x'] }, 'http 404', 0, 'problem http 404'],
  [
    { urls: [['https://a.example/x', 'https://b.example/x']] },
    'curl: (28) Timeout http 000\nhttp 200',
    0,
    'ok answers (https://b.example/x)',
  ],
  [{ root: true }, '1000\napp', 0, 'problem it runs as app'],
  [{ tools: ['firewall-cmd'] }, '', 0, 'problem not installed'],
]

test('the answers about what tasks need', () => {
  for (const [needs, stdout, code, expected] of networkRows) {
    const [check] = needChecks(needs)
    const result = check!.interpret(output(stdout, code), rocky)!
    assert.is(`${result.level} ${result.text}`, expected)
    assert.not.match(check!.name + check!.command.script, 'u:p@')
  }
})

test('what is missing is named with its package, on hosts and in errors alike', () => {
  const [check] = needChecks({ tools: ['semanage'] })
  assert.is(check!.interpret(output(''), rocky)!.cure, 'dnf install policycoreutils-python-utils')
  const { code, message, hint } = missingTool('crontab', 'which cron needs')
  assert.equal([code, message], ['E_TOOL', 'The host has no crontab, which cron needs.'])
  assert.is(hint, 'Install it before this task: its package is called cronie, on Debian cron.')
  assert.is(missingTool(['curl', 'wget']).message, 'The host has neither curl nor wget.')
})

const java = { level: 'problem', text: 'not installed', packages: ['java-17-openjdk'] } as const
const bzip2 = { level: 'problem', text: 'not installed', packages: ['bzip2'] } as const
const port = { level: 'problem', text: 'no answer', port: { host: '10.0.0.2', port: 4000 } } as const
const broughtRows: [
  result: typeof java | typeof bzip2 | typeof port,
  brought: Partial<Provided>,
  level: string,
][] = [
  [java, { packages: ['java-17-openjdk'] }, 'later'],
  [java, { packages: ['java-21-openjdk-devel'] }, 'later'],
  [java, { packages: ['java-17-openjdk'], host: 'two' }, 'problem'],
  [java, { packages: ['java-17-openjdk'], position: [1, 3] }, 'problem'],
  [bzip2, { packages: ['bzip2-devel'] }, 'problem'],
  [port, { ports: [4000], host: 'two' }, 'later'],
  [port, { ports: [4000], host: 'one' }, 'problem'],
  [port, { ports: [4001], host: 'two' }, 'problem'],
]

test('what an earlier task brings to the host, or opens on the other one, is no problem', () => {
  const plan = (name: string, host: string) => ({ host: { name }, settings: { host } })
  const plays = [{ hosts: [plan('one', '10.0.0.1'), plan('two', '10.0.0.2')] }] as unknown as PlayPlan[]
  const needer = { title: 'task', where: undefined }
  const needing = { needer, position: [1, 2], isCertain: true } as unknown as NeededCheck
  for (const [result, brought, level] of broughtRows) {
    const provided: Provided = { host: 'one', needer, position: [0, 7], ...brought }
    const finding = { check: 'x', as: undefined, result, neededBy: [needing] }
    const [found] = findingsInContext('one', [finding], [provided], plays)
    assert.is(found!.result.level, level, JSON.stringify([result, brought]))
  }
})

test('a check that hangs is a problem, and the others are made in another trip', async () => {
  const check = (name: string) => ({
    name,
    command: sh`echo ${name}`,
    interpret: () => ({ level: 'ok' as const, text: 'fine' }),
  })
  const trips: number[] = []
  const session = {
    trip: async (
      _user: undefined,
      entries: readonly ScriptEntry[],
      { ended }: { ended: (index: number, output: Output) => void },
    ) => {
      trips.push(entries.length)
      for (const [index, entry] of entries.entries()) {
        if (entry.body === 'echo hanging') throw new ProbeTimeout(entry, 60)
        ended(index, output(''))
      }
    },
  } as unknown as HostSession
  const { findings } = await examineHost(session, undefined, ['one', 'hanging', 'two'].map(check), [])
  assert.equal(
    findings.map(({ check: name, result }) => `${name}: ${result.level} ${result.text}`),
    ['one: ok fine', 'hanging: problem hangs: it took longer than 60 s', 'two: ok fine'],
  )
  assert.equal(trips, [5, 1])
})

test.run()
