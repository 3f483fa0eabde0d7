// Failures on real hosts: each is reported clearly and leaves things as they were.

import { randomBytes } from 'node:crypto'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { down, type Lab, up } from '../../lab/lab.ts'
import type { TaskList } from '../../src/index.ts'
import {
  command,
  copyFile,
  directory,
  dnf,
  download,
  firewallPort,
  line,
  service,
  shell,
  systemdUnit,
  unarchive,
} from '../../tasks/index.ts'
import { type LabSite, labSite, playbookText, type Ran, type TestHost } from './labSite.ts'

const name = 'e2e-failures'
const host = 'web-01'
let lab: Lab
let site: LabSite

type Failure = {
  readonly title: string
  readonly setup?: string
  /** Its text goes into a playbook: it may use names of the library and its tasks alone. */
  readonly tasks: (host: TestHost) => TaskList
  readonly code: string
  /** What the error's message, details and hint hold. */
  readonly says: RegExp
  /** true: a dry run says the same, and touches nothing. */
  readonly isForeseen?: boolean
  /** Shell text for root, and what it then prints. */
  readonly shows?: readonly [script: string, output: string]
}

/** A file system of so many KiB at /small, with a file `old` in it. */
const small = (kibibytes: number, more = '') =>
  `mkdir -p /small && mount -t tmpfs -o size=${kibibytes}k,mode=755 small /small && echo 'all of the old' >/small/old${more}`

const asItWas: Failure['shows'] = ['cat /small/old; ls -A /small; umount -l /small', 'all of the old\nold\n']

const failures: readonly Failure[] = [
  // Packages.
  {
    title: 'a package that no repository has',
    tasks: () => [dnf({ name: 'no-such-package' })],
    code: 'E_NO_PACKAGE',
    says: /no-such-package/,
    isForeseen: true,
  },
  {
    title: 'two packages, one of which exists: neither is installed',
    tasks: () => [dnf({ name: ['make', 'no-such-package'] })],
    code: 'E_NO_PACKAGE',
    says: /no-such-package/,
    isForeseen: true,
    shows: ['rpm -q make', 'package make is not installed\n'],
  },
  {
    title: 'a repository that does not answer',
    setup: `cp /etc/yum.repos.d/lab.repo /root && sed -i 's/:8098/:1/' /etc/yum.repos.d/lab.repo && dnf -q clean all`,
    tasks: () => [dnf({ name: 'make' })],
    code: 'E_REPOSITORY',
    says: /lab/,
    isForeseen: true,
    shows: ['mv /root/lab.repo /etc/yum.repos.d/; rpm -q make', 'package make is not installed\n'],
  },
  // Disks.
  {
    title: 'a disk that is full in the middle of a write',
    setup: small(64),
    tasks: () => [copyFile({ dest: '/small/old', content: 'new and large\n'.repeat(8000) })],
    code: 'E_WRITE',
    says: /No space left on device|has 0 kB left/,
    shows: asItWas,
  },
  {
    title: 'a disk that is full in the middle of a large content',
    setup: small(128),
    tasks: () => [
      copyFile({ dest: '/small/old', content: 'new and large\n'.repeat(20_000), keep: '/small/origin' }),
    ],
    code: 'E_WRITE',
    says: /No space left on device|has 0 kB left/,
    shows: asItWas,
  },
  {
    title: 'a disk that is full in the middle of an upload',
    setup: small(1024),
    tasks: () => [copyFile({ src: 'blob', dest: '/small/old' })],
    code: 'E_WRITE',
    says: /No space left on device|has 0 kB left/,
    shows: asItWas,
  },
  {
    title: 'a disk that is too full to edit a file',
    setup: small(64, `; yes 'a line' | head -c 40000 >/small/text; md5sum /small/text >/tmp/text.md5`),
    tasks: () => [line({ path: '/small/text', line: 'a new line' })],
    code: 'E_WRITE',
    says: /No space left on device|has 0 kB left/,
    shows: ['md5sum -c /tmp/text.md5; ls -A /small; umount -l /small', '/small/text: OK\nold\ntext\n'],
  },
  {
    title: 'a disk that is full in the middle of a download by the host',
    setup: small(1024),
    tasks: ({ vars }) => [
      download({
        url: `${vars.mirror}/dist/tomcat/tomcat-9/v${vars.tomcat_version}/bin/apache-tomcat-${vars.tomcat_version}.tar.gz`,
        dest: '/small/old',
        checksum: `sha512:${vars.tomcat_checksum}`,
      }),
    ],
    code: 'E_DOWNLOAD',
    says: /No space left|Failure writing|write error|disk/i,
    shows: asItWas,
  },
  {
    title: 'a disk that is full in the middle of a download by the controller',
    setup: small(1024),
    tasks: ({ vars }) => [
      download({
        url: `${vars.mirror}/dist/tomcat/tomcat-9/v${vars.tomcat_version}/bin/apache-tomcat-${vars.tomcat_version}.tar.gz`,
        dest: '/small/old',
        checksum: `sha512:${vars.tomcat_checksum}`,
        via: 'controller',
      }),
    ],
    code: 'E_WRITE',
    says: /No space left on device|has 0 kB left/,
    shows: asItWas,
  },
  {
    title: 'a disk that is full in the middle of unpacking',
    setup: `dnf -y -q install tar; cd /root && mkdir -p pack && head -c 3000000 /dev/urandom >pack/blob && echo new >pack/old && tar -czf pack.tar.gz pack && ${small(1024)}`,
    tasks: () => [unarchive({ src: '/root/pack.tar.gz', dest: '/small', stripComponents: 1 })],
    code: 'E_ARCHIVE',
    says: /No space left on device|has 0 kB left/,
    shows: asItWas,
  },
  {
    title: 'a file system that is read-only',
    setup: `${small(64)}; mount -o remount,ro /small`,
    tasks: () => [copyFile({ dest: '/small/old', content: 'new\n' })],
    code: 'E_WRITE',
    says: /Read-only file system/,
    shows: asItWas,
  },
  {
    title: 'a folder to make on a file system that is read-only',
    setup: `${small(64)}; mount -o remount,ro /small`,
    tasks: () => [directory({ path: '/small/new/folder' })],
    code: 'E_STEP',
    says: /Read-only file system/,
    shows: asItWas,
  },
  {
    title: 'a check that refuses the new file',
    setup: small(64),
    tasks: () => [copyFile({ dest: '/small/old', content: 'if then\n', validate: 'sh -n {}' })],
    code: 'E_WRITE',
    says: /[Ss]yntax error/,
    shows: asItWas,
  },
  // Services, the firewall, commands.
  {
    title: 'a zone that firewalld does not have',
    tasks: () => [firewallPort({ ports: '8080/tcp', zone: 'no-such-zone' })],
    code: 'E_FIREWALL_ZONE',
    says: /no-such-zone[\s\S]*internal/,
  },
  {
    title: 'a unit that dies on start, with its journal',
    setup: `printf '[Service]\\nExecStart=/bin/sh -c "echo the cause of it >&2; exit 3"\\n' >/etc/systemd/system/dies.service; systemctl daemon-reload`,
    tasks: () => [service({ name: 'dies', state: 'started' })],
    code: 'E_SERVICE',
    says: /the cause of it/,
  },
  {
    title: 'a unit file with a word that systemd does not know',
    setup: `printf '[Service]\\nExecStart=/bin/sleep 1\\n' >/etc/systemd/system/spelt.service; systemctl daemon-reload`,
    tasks: () => [
      systemdUnit({ name: 'spelt', content: '[Service]\nExecStart=/bin/sleep 1\nRestrat=always\n' }),
    ],
    code: 'E_WRITE',
    says: /line 3: Unknown key name 'Restrat'|line 3: Unknown (?:key|lvalue) 'Restrat'/,
    shows: [
      'cat /etc/systemd/system/spelt.service; ls -A /etc/systemd/system | grep run-playbook; systemctl show -p NeedDaemonReload spelt',
      '[Service]\nExecStart=/bin/sleep 1\nNeedDaemonReload=no\n',
    ],
  },
  {
    title: 'a unit whose port another one has',
    setup: `for unit in first second; do printf '[Service]\\nExecStart=/usr/bin/python3 -m http.server 8766\\n' >/etc/systemd/system/$unit.service; done; systemctl daemon-reload; systemctl start first; for i in $(seq 100); do curl -s -o /dev/null http://127.0.0.1:8766/ && break; sleep 0.1; done`,
    tasks: () => [service({ name: 'second', state: 'started', settle: 5 })],
    code: 'E_SERVICE',
    says: /Address already in use/,
    shows: ['systemctl is-active first', 'active\n'],
  },
  {
    title: 'a unit that is not there, with one of a like name',
    tasks: () => [service({ name: 'firewald', state: 'started' })],
    code: 'E_NO_UNIT',
    says: /firewald[\s\S]*firewalld/,
  },
  {
    title: 'a program that is not there',
    tasks: () => [command({ argv: ['no-such-program', '--now'] })],
    code: 'E_STEP',
    says: /127[\s\S]*not found/,
  },
  {
    title: 'a step whose time is up ends with its children',
    tasks: () => [shell({ script: '(sleep 4444.5; true) & sleep 4444.5' }, { timeout: 1 })],
    code: 'E_TIMEOUT',
    says: /sleep 4444/,
    shows: ['sleep 0.5; pgrep -c -f "[s]leep 4444"', '0\n'],
  },
]

test('a fresh lab comes up', async () => {
  lab = await up(name, { isFresh: true, hosts: [host] })
  site = labSite(lab)
  site.write('blob', randomBytes(3_000_000))
})

for (const [index, { title, setup = ':', tasks, code, says, isForeseen, shows }] of failures.entries()) {
  test(`${title}: ${code}, and what stood there is as it was`, async () => {
    const next = () => [shell({ script: 'touch /root/went-on' })]
    const prepared = await site.on(host, `rm -f /root/went-on; ${setup}`)
    assert.is(prepared.code, 0, prepared.stderr)
    const playbook = site.write(
      `failure-${index}.ts`,
      playbookText({ name: 'failure', tasks }, { name: 'next', tasks: next }),
    )
    const inventory = site.inventory('hosts', { [host]: {} })
    if (isForeseen) requireFailure(await site.run(playbook, '-i', inventory, '--check'), code, says)
    const ran = await site.run(playbook, '-i', inventory)
    requireFailure(ran, code, says)
    assert.not.match(ran.stdout + ran.stderr, /\n\s+at |\\n\s+at /, 'no stack trace')
    assert.is((await site.on(host, 'ls /root/went-on 2>/dev/null')).stdout, '', 'nothing after it was done')
    if (shows) assert.is((await site.on(host, shows[0])).stdout, shows[1])
  })
}

function requireFailure(ran: Ran, code: string, says: RegExp): void {
  assert.is(ran.code, 2, ran.stdout + ran.stderr)
  const { error } = ran.lines.find(({ status }) => status === 'failed')!
  assert.is(error?.code, code, JSON.stringify(error))
  assert.match([error!.message, ...error!.details, error!.hint].join('\n'), says, JSON.stringify(error))
}

test('the lab goes down', async () => {
  site.remove()
  await down(name, { isPurge: true })
})

test.run()
