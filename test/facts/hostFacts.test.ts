// Tests the fact scripts with dash, bash and busybox, on files of several distributions.

import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { hostFacts } from '../../src/facts/hostFacts.ts'
import type { FactName, HostFacts } from '../../src/model/facts.ts'

const shells = [['dash'], ['bash', '--posix'], ['busybox', 'sh']].filter(
  ([program]) => spawnSync(program!, ['-c', ':'], { input: '' }).error === undefined,
) as [string, ...string[]][]

const fixtures = new URL('../../../test/fixtures/facts/', import.meta.url)

/** A folder that takes the place of a host's /: the scripts read what is in it. */
class FakeRoot {
  readonly folder = mkdtempSync(join(tmpdir(), 'facts-'))

  constructor(files: Readonly<Record<string, string>>) {
    for (const [path, content] of Object.entries(files)) this.put(path, content)
  }

  put(path: string, content: string, mode = 0o644): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true })
    writeFileSync(join(this.folder, path), content, { mode })
  }

  read<K extends FactName>(name: K, shell: readonly [string, ...string[]], path?: string): HostFacts[K] {
    const probe = hostFacts[name]
    if (probe.kind !== 'command') throw new Error(name)
    const absolute = /(?<![\w$"}])\/(etc|usr|proc|sys|run|sbin|bin|\.dockerenv)\b/g
    const script = probe.command.script.replaceAll(absolute, `${this.folder}/$1`)
    const [program, ...args] = shell
    const env = path === undefined ? process.env : { PATH: path }
    const { stdout, stderr, status } = spawnSync(program, args, { input: script, env })
    return probe.parse({ stdout, stderr, code: status! })
  }

  remove(): void {
    rmSync(this.folder, { recursive: true })
  }
}

function onRoot(files: Readonly<Record<string, string>>, check: (root: FakeRoot) => void): void {
  const root = new FakeRoot(files)
  try {
    check(root)
  } finally {
    root.remove()
  }
}

function osRelease(name: string): string {
  return readFileSync(new URL(`${name}.os-release`, fixtures), 'utf8')
}

const systems: [file: string, more: Record<string, string>, expected: string][] = [
  [
    'rocky-9',
    { '/etc/redhat-release': 'Rocky Linux release 9.4 (Blue Onyx)\n' },
    'RedHat Rocky rocky 9.4 9 Blue Onyx',
  ],
  ['alpine-3.20', {}, 'Alpine Alpine alpine 3.20.3 3 '],
  ['ubuntu-24.04', { '/etc/debian_version': 'trixie/sid\n' }, 'Debian Ubuntu ubuntu 24.04 24 noble'],
  ['opensuse-15.6', {}, 'Suse openSUSE Leap opensuse-leap 15.6 15 '],
  ['tumbleweed', {}, 'Suse openSUSE Tumbleweed opensuse-tumbleweed 20240912 20240912 '],
  ['sles-15.5', {}, 'Suse SLES sles 15.5 15 '],
  ['debian-12', { '/etc/debian_version': '12.11\n' }, 'Debian Debian debian 12.11 12 bookworm'],
  [
    'centos-7',
    { '/etc/redhat-release': 'CentOS Linux release 7.9.2009 (Core)\n' },
    'RedHat CentOS centos 7.9 7 Core',
  ],
  ['amazon-2023', {}, 'RedHat Amazon amzn 2023 2023 '],
  ['arch', {}, 'Archlinux Archlinux arch  0 '],
]

for (const shell of shells) {
  for (const [file, more, expected] of systems) {
    test(`${shell.join(' ')}: os of ${file}`, () =>
      onRoot({ '/etc/os-release': osRelease(file), ...more }, (root) => {
        const { family, distribution, id, version, major, codename, architecture, kernel } = root.read(
          'os',
          shell,
        )
        assert.is([family, distribution, id, version, major, codename].join(' '), expected)
        assert.match(architecture, /^\w+$/)
        assert.match(kernel, /^\d+\.\d+/)
      }))
  }

  test(`${shell.join(' ')}: os-release in /usr/lib, single quotes, and a distribution of its own`, () =>
    onRoot({ '/usr/lib/os-release': "NAME='Foo \"X\" OS'\nID=foo\nVERSION_ID='3'\n" }, (root) => {
      const { family, distribution, version, major } = root.read('os', shell)
      assert.equal(
        { family, distribution, version, major },
        { family: 'Foo "X" OS', distribution: 'Foo "X" OS', version: '3', major: 3 },
      )
    }))

  test(`${shell.join(' ')}: processors and memory`, () =>
    onRoot(
      { '/proc/cpuinfo': 'processor\t: 0\nmodel\t: x\n\nprocessor\t: 1\n', '/proc/meminfo': meminfo },
      (root) => {
        assert.is(root.read('cpus', shell), 2)
        assert.equal(root.read('memory', shell), {
          total: 2048 * 1024,
          free: 100 * 1024,
          available: 1500 * 1024,
          swap: { total: 1024 * 1024, free: 1000 * 1024 },
        })
      },
    ))

  test(`${shell.join(' ')}: sockets, cores and threads`, () =>
    onRoot({ '/proc/cpuinfo': 'processor\t: 0\n\nprocessor\t: 1\n' }, (root) => {
      const { sockets, coresPerSocket, threadsPerCore, vendor } = root.read('processors', shell)
      assert.equal([sockets, coresPerSocket, threadsPerCore, vendor], [2, 1, 1, ''])
      const entry = (socket: number) =>
        `processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: EPYC\nphysical id\t: ${socket}\nsiblings\t: 8\ncpu cores\t: 4\n\n`
      root.put('/proc/cpuinfo', entry(0) + entry(0) + entry(1))
      assert.equal(root.read('processors', shell), {
        ...{ sockets: 2, coresPerSocket: 4, threadsPerCore: 2, vendor: 'AuthenticAMD', model: 'EPYC' },
      })
    }))

  test(`${shell.join(' ')}: disks and partitions`, () =>
    onRoot({}, (root) => {
      assert.equal(root.read('disks', shell), [])
      const disk = {
        size: '2048',
        removable: '0',
        'queue/rotational': '1',
        'queue/logical_block_size': '4096',
      }
      for (const [path, text] of Object.entries(disk)) root.put(`/sys/block/sda/${path}`, `${text}\n`)
      root.put('/sys/block/sda/queue/scheduler', 'none [mq-deadline] kyber\n')
      root.put('/sys/block/sda/device/model', 'QEMU HARDDISK   \n')
      root.put('/sys/block/sda/sda1/partition', '1\n')
      root.put('/sys/block/sda/sda1/size', '1024\n')
      root.put('/sys/block/sda/sda1/start', '8\n')
      root.put('/sys/block/sda/holders/dm-0/x', '')
      root.put('/sys/block/sr0/size', '0\n')
      root.put('/sys/block/sr0/removable', '1\n')
      const [first, second] = root.read('disks', shell)
      assert.equal(first, {
        ...{ name: 'sda', size: 1024 ** 2, model: 'QEMU HARDDISK', vendor: '', sectorSize: 4096 },
        ...{ isRemovable: false, isRotational: true, scheduler: 'mq-deadline', holders: ['dm-0'] },
        partitions: [{ name: 'sda1', size: 1024 * 512, start: 8 * 512 }],
      })
      assert.equal(
        [second!.name, second!.size, second!.isRemovable, second!.partitions],
        ['sr0', 0, true, []],
      )
    }))

  test(`${shell.join(' ')}: name servers, and what the Linux Standard Base says`, () =>
    onRoot({}, (root) => {
      const none = { nameservers: [], search: [], domain: undefined, sortlist: [], options: {} }
      assert.equal(root.read('dns', shell), none)
      root.put(
        '/etc/resolv.conf',
        '# nameserver 1.1.1.1\nnameserver 10.0.0.53\nnameserver fd00::53\nsearch a.example b.example\noptions ndots:2 edns0\n',
      )
      assert.equal(root.read('dns', shell), {
        ...none,
        ...{ nameservers: ['10.0.0.53', 'fd00::53'], search: ['a.example', 'b.example'] },
        options: { ndots: '2', edns0: true },
      })
      root.put(
        '/etc/lsb-release',
        'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=24.04\nDISTRIB_DESCRIPTION="Ubuntu 24.04 LTS"\n',
      )
      const { id, release, codename, description } = root.read('lsb', shell, dirname(process.execPath))
      if (codename === '') assert.equal([id, release, description], ['Ubuntu', '24.04', 'Ubuntu 24.04 LTS'])
    }))

  test(`${shell.join(' ')}: the facts of facts.d, and the environment`, () =>
    onRoot({}, (root) => {
      assert.equal(root.read('localFacts', shell), {})
      root.put('/etc/ansible/facts.d/json.fact', '{"a": [1, "ü"]}')
      root.put('/etc/ansible/facts.d/ini.fact', '; x\n[Main]\nKey = v 1\nother: y\n')
      root.put('/etc/ansible/facts.d/run.fact', '#!/bin/sh\necho \'{"x": 1}\'\n', 0o755)
      root.put('/etc/ansible/facts.d/bad.fact', 'garbage')
      root.put('/etc/ansible/facts.d/fail.fact', '#!/bin/sh\necho oops >&2; exit 3\n', 0o755)
      root.put('/etc/ansible/facts.d/README', 'no fact')
      const { json, ini, run, bad, fail, ...others } = root.read('localFacts', shell)
      assert.equal([json, ini, run], [{ a: [1, 'ü'] }, { Main: { key: 'v 1', other: 'y' } }, { x: 1 }])
      assert.match(String(bad), /^error loading facts as JSON or ini - .*bad\.fact$/)
      assert.match(String(fail), /^Failure executing fact script .*fail\.fact\), rc: 3$/)
      assert.equal(others, {})
    }))

  test(`${shell.join(' ')}: mounts, sizes only where they cannot hang, the last of those on one path`, () =>
    onRoot({}, (root) => {
      mkdirSync(join(root.folder, 'a b'))
      const spaced = join(root.folder, 'a\\040b')
      root.put(
        '/proc/self/mounts',
        [
          '/dev/sda1 / ext4 rw,relatime 0 0',
          'proc /proc proc rw 0 0',
          `old ${spaced} tmpfs ro 0 0`,
          `/dev/sdb1 ${spaced} xfs rw,noatime 0 0`,
          'nas:/x /mnt/nas nfs4 rw 0 0',
          '',
        ].join('\n'),
      )
      const [first, spacedMount, nas, ...rest] = root.read('mounts', shell)
      assert.equal(
        [first!.path, first!.device, first!.type, first!.options],
        ['/', '/dev/sda1', 'ext4', ['rw', 'relatime']],
      )
      assert.ok(first!.size! > 0 && first!.available! > 0 && first!.available! <= first!.size!)
      assert.equal([spacedMount!.path, spacedMount!.device], [join(root.folder, 'a b'), '/dev/sdb1'])
      assert.ok(spacedMount!.size! > 0)
      assert.equal([nas!.path, nas!.size, rest], ['/mnt/nas', undefined, []])
    }))

  test(`${shell.join(' ')}: SELinux`, () =>
    onRoot({ '/etc/selinux/config': '# SELINUX=x\nSELINUX=enforcing\nSELINUXTYPE=targeted\n' }, (root) => {
      assert.equal(root.read('selinux', shell), {
        mode: 'disabled',
        configured: 'enforcing',
        policy: 'targeted',
        policyVersion: undefined,
      })
      root.put('/proc/self/mounts', 'selinuxfs /sys/fs/selinux selinuxfs rw,relatime 0 0\n')
      root.put('/sys/fs/selinux/enforce', '1')
      root.put('/sys/fs/selinux/policyvers', '33')
      assert.equal(root.read('selinux', shell), {
        mode: 'enforcing',
        configured: 'enforcing',
        policy: 'targeted',
        policyVersion: 33,
      })
      root.put('/sys/fs/selinux/enforce', '0')
      assert.is(root.read('selinux', shell).mode, 'permissive')
      root.put('/proc/self/mounts', 'selinuxfs /sys/fs/selinux selinuxfs ro,relatime 0 0\n')
      assert.is(root.read('selinux', shell).mode, 'disabled', 'in a container')
    }))

  test(`${shell.join(' ')}: service and package managers`, () =>
    onRoot({ '/proc/1/comm': 'systemd\n', '/etc/os-release': osRelease('debian-12') }, (root) => {
      assert.is(root.read('serviceManager', shell), 'systemd')
      root.put('/proc/1/comm', 'init\n')
      root.put('/etc/init.d/x', '')
      assert.is(root.read('serviceManager', shell), 'sysvinit')
      root.put('/sbin/openrc', '')
      assert.is(root.read('serviceManager', shell), 'openrc')
      assert.is(root.read('packageManager', shell), 'unknown')
      root.put('/usr/bin/dnf', '', 0o755)
      assert.is(root.read('packageManager', shell), 'dnf', 'Debian with dnf alone')
      root.put('/usr/bin/apt-get', '', 0o755)
      assert.is(root.read('packageManager', shell), 'apt')
      root.put('/etc/os-release', osRelease('rocky-9'))
      assert.is(root.read('packageManager', shell), 'dnf')
      rmSync(join(root.folder, '/usr/bin/dnf'))
      root.put('/usr/bin/dnf5', '', 0o755)
      symlinkSync('dnf5', join(root.folder, '/usr/bin/dnf'))
      assert.is(root.read('packageManager', shell), 'dnf5')
    }))

  test(`${shell.join(' ')}: time zone by link, by file, or by its abbreviation`, () =>
    onRoot({ '/usr/share/zoneinfo/Europe/Berlin': '', '/etc/timezone': 'Asia/Seoul\n' }, (root) => {
      assert.is(root.read('timeZone', shell), 'Asia/Seoul')
      symlinkSync('../usr/share/zoneinfo/Europe/Berlin', join(root.folder, 'etc/localtime'))
      assert.is(root.read('timeZone', shell), 'Europe/Berlin')
      const { epoch, offset } = root.read('date', shell)
      assert.ok(Math.abs(epoch - Date.now() / 1000) < 100)
      assert.match(offset, /^[+-]\d{4}$/)
    }))

  // busybox has an ip of its own.
  const withoutIp = shell[0] === 'busybox' ? test.skip : test
  withoutIp(`${shell.join(' ')}: what a host without ip and systemd has to say`, () =>
    onRoot({ ...procNet, '/run/.containerenv': '' }, (root) => {
      const tools = join(root.folder, 'tools')
      mkdirSync(tools)
      for (const tool of ['cat', 'tr', 'sed', 'grep', 'readlink', 'busybox'])
        symlinkSync(
          execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(),
          join(tools, tool),
        )
      const program = execFileSync('sh', ['-c', `command -v ${shell[0]}`], { encoding: 'utf8' }).trim()
      const own = [program, ...shell.slice(1)] as const
      const [eth0, lo] = root.read('interfaces', own, tools)
      assert.equal(eth0, {
        name: 'eth0',
        mac: '52:54:00:12:34:56',
        mtu: 1500,
        isUp: true,
        ipv4: [{ address: '192.0.2.2', prefix: 24 }],
        ipv6: [{ address: 'fd00::2', prefix: 64 }],
      })
      assert.equal([lo!.mac, lo!.ipv4], ['', [{ address: '127.0.0.1', prefix: 8 }]])
      assert.equal(root.read('defaultIpv4', own, tools), {
        interface: 'eth0',
        address: '192.0.2.2',
        prefix: 24,
        gateway: '192.0.2.1',
      })
      assert.equal(root.read('defaultIpv6', own, tools), {
        interface: 'eth0',
        address: 'fd00::2',
        prefix: 64,
        gateway: 'fd00::1',
      })
    }),
  )
}

test('all facts of this machine have values, and agree with what its programs say', () =>
  onRoot({}, () => {
    for (const [name, probe] of Object.entries(hostFacts)) {
      if (probe.kind !== 'command') throw new Error(name)
      const { stdout, stderr, status } = spawnSync('sh', [], { input: probe.command.script })
      const value = probe.parse({ stdout, stderr, code: status! })
      assert.is(stderr.toString(), '', name)
      if (name === 'hostname') assert.is(value, execFileSync('uname', ['-n'], { encoding: 'utf8' }).trim())
      if (!name.startsWith('default')) assert.ok(value !== undefined && value !== '', name)
    }
  }))

const canChroot = process.getuid?.() === 0 && existsSync('/bin/busybox')
const chrootTest = canChroot ? test : test.skip
chrootTest('a root file system with nothing but busybox gives all facts', () =>
  onRoot(
    {
      '/etc/os-release': osRelease('alpine-3.20'),
      '/etc/passwd': 'root:x:0:0::/root:/bin/ash\n',
      '/dev/null': '',
    },
    (root) => {
      mkdirSync(join(root.folder, 'bin'))
      cpSync('/bin/busybox', join(root.folder, 'bin/busybox'))
      for (const applet of execFileSync('busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n'))
        if (applet !== 'busybox') symlinkSync('busybox', join(root.folder, 'bin', applet))
      for (const path of ['/proc/meminfo', '/proc/cpuinfo', '/proc/self/mounts', '/proc/1/comm'])
        root.put(path, readFileSync(path, 'utf8'))
      const read = (name: FactName) => {
        const probe = hostFacts[name]
        if (probe.kind !== 'command') throw new Error(name)
        const { stdout, stderr, status } = spawnSync(
          'chroot',
          [root.folder, '/bin/sh', '-c', 'PATH=/bin exec sh'],
          {
            input: probe.command.script,
          },
        )
        return probe.parse({ stdout, stderr, code: status! })
      }
      assert.is((read('os') as HostFacts['os']).distribution, 'Alpine')
      assert.ok((read('cpus') as number) >= 1)
      assert.ok((read('memory') as HostFacts['memory']).total > 1e8)
      assert.ok(
        (read('mounts') as HostFacts['mounts']).some(({ path, size = 0 }) => path === '/' && size > 0),
      )
      assert.is((read('user') as HostFacts['user']).shell, '/bin/ash')
      assert.is(read('hostname'), execFileSync('uname', ['-n'], { encoding: 'utf8' }).trim())
      assert.ok(read('fqdn'))
      assert.is(read('timeZone'), 'UTC')
      assert.is((read('selinux') as HostFacts['selinux']).mode, 'disabled')
      assert.is((read('virtualization') as HostFacts['virtualization']).isContainer, false)
    },
  ),
)

const meminfo = `MemTotal:        2048 kB
MemFree:          100 kB
MemAvailable:    1500 kB
SwapTotal:       1024 kB
SwapFree:        1000 kB
`

const procNet = {
  '/sys/class/net/eth0/address': '52:54:00:12:34:56\n',
  '/sys/class/net/eth0/mtu': '1500\n',
  '/sys/class/net/eth0/flags': '0x1003\n',
  '/sys/class/net/lo/address': '00:00:00:00:00:00\n',
  '/sys/class/net/lo/mtu': '65536\n',
  '/sys/class/net/lo/flags': '0x9\n',
  '/sys/class/net/bonding_masters': '',
  '/proc/net/route': `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
`,
  '/proc/net/fib_trie': `Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
Local:
  +-- 0.0.0.0/0 3 0 5
     |-- 127.0.0.1
        /32 host LOCAL
     +-- 192.0.2.0/24 2 0 2
        |-- 192.0.2.0
           /24 link UNICAST
        |-- 192.0.2.2
           /32 host LOCAL
        |-- 192.0.2.255
           /32 link BROADCAST
`,
  '/proc/net/if_inet6':
    'fd000000000000000000000000000002 02 40 00 80     eth0\n00000000000000000000000000000001 01 80 10 80       lo\n',
  '/proc/net/ipv6_route': `fd000000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fd000000000000000000000000000001 00000400 00000001 00000000 00000003     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
`,
}

test.run()
