// Tests facts by Ansible's names, against values of ansible-core 2.19.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { ansibleFactNames, ansibleFacts } from '../../src/facts/ansible/ansibleFacts.ts'
import type { HostFacts } from '../../src/model/facts.ts'

const gigabyte = 1024 ** 3

const facts: HostFacts = {
  os: {
    ...{ family: 'Debian', distribution: 'Debian', id: 'debian', version: '12.11', major: 12 },
    ...{ codename: 'bookworm', architecture: 'x86_64', kernel: '6.1.0-37-amd64' },
  },
  cpus: 2,
  memory: {
    total: 4 * gigabyte,
    free: gigabyte,
    available: 3 * gigabyte,
    swap: { total: gigabyte, free: gigabyte / 2 },
  },
  mounts: [
    { path: '/', device: '/dev/vda', type: 'ext4', options: ['rw', 'discard'], size: 1000, available: 500 },
    { path: '/dev/shm', device: 'tmpfs', type: 'tmpfs', options: ['rw'], size: 10, available: 10 },
    { path: '/mnt', device: 'nas:/x', type: 'nfs4', options: ['rw'], size: undefined, available: undefined },
  ],
  interfaces: [
    {
      ...{ name: 'eth0.7', mac: '02:fc:00:00:00:01', mtu: 1400, isUp: true },
      ipv4: [
        { address: '192.0.2.2', prefix: 24 },
        { address: '192.0.2.3', prefix: 32 },
      ],
      ipv6: [{ address: 'fe80::1', prefix: 64 }],
    },
    {
      ...{ name: 'lo', mac: '', mtu: 65536, isUp: true },
      ipv4: [{ address: '127.0.0.1', prefix: 8 }],
      ipv6: [{ address: '::1', prefix: 128 }],
    },
  ],
  defaultIpv4: { interface: 'eth0.7', address: '192.0.2.2', prefix: 24, gateway: '192.0.2.1' },
  defaultIpv6: undefined,
  hostname: 'web-01.example.com',
  fqdn: 'web-01.example.com',
  serviceManager: 'systemd',
  packageManager: 'apt',
  timeZone: 'Europe/Berlin',
  date: { epoch: 1_796_032_563, zone: 'CET', offset: '+0100' },
  selinux: { mode: 'enforcing', configured: 'enforcing', policy: 'targeted', policyVersion: 33 },
  virtualization: { type: 'kvm', isContainer: false },
  user: { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash' },
  processors: { sockets: 1, coresPerSocket: 2, threadsPerCore: 1, vendor: 'GenuineIntel', model: 'Xeon' },
  disks: [
    {
      ...{ name: 'vda', size: 256 * gigabyte, model: '', vendor: '0x1af4', sectorSize: 512 },
      ...{ isRemovable: false, isRotational: true, scheduler: 'mq-deadline', holders: ['dm-0'] },
      partitions: [{ name: 'vda1', size: gigabyte, start: 2048 * 512 }],
    },
  ],
  dns: {
    nameservers: ['10.255.255.53'],
    search: [],
    domain: undefined,
    sortlist: [],
    options: { ndots: '2', edns0: true },
  },
  lsb: { id: 'Debian', release: '12', codename: 'bookworm', description: 'Debian GNU/Linux 12 (bookworm)' },
  environment: { HOME: '/root' },
  localFacts: { site: { Main: { key: 'v' } } },
}

const rows: [name: string, expected: unknown][] = [
  ['processor', ['0', 'GenuineIntel', 'Xeon', '1', 'GenuineIntel', 'Xeon']],
  ['processor_count', 1],
  ['processor_cores', 2],
  ['processor_threads_per_core', 1],
  [
    'devices',
    {
      vda: {
        ...{ model: null, vendor: '0x1af4', holders: ['dm-0'], removable: '0', rotational: '1' },
        ...{ scheduler_mode: 'mq-deadline', sectors: 536870912, sectorsize: '512', size: '256.00 GB' },
        partitions: { vda1: { sectors: 2097152, sectorsize: 512, size: '1.00 GB', start: '2048' } },
      },
    },
  ],
  ['dns', { nameservers: ['10.255.255.53'], options: { ndots: '2', edns0: true } }],
  [
    'lsb',
    {
      ...{ id: 'Debian', release: '12', codename: 'bookworm', major_release: '12' },
      description: 'Debian GNU/Linux 12 (bookworm)',
    },
  ],
  ['env', { HOME: '/root' }],
  ['local', { site: { Main: { key: 'v' } } }],
  ['all_ipv4_addresses', ['192.0.2.2', '192.0.2.3']],
  ['all_ipv6_addresses', ['fe80::1']],
  ['architecture', 'x86_64'],
  [
    'default_ipv4',
    {
      ...{
        interface: 'eth0.7',
        address: '192.0.2.2',
        netmask: '255.255.255.0',
        network: '192.0.2.0',
        prefix: '24',
      },
      ...{ broadcast: '192.0.2.255', gateway: '192.0.2.1', mtu: 1400, type: 'ether', alias: 'eth0.7' },
      macaddress: '02:fc:00:00:00:01',
    },
  ],
  ['default_ipv6', {}],
  ['distribution', 'Debian'],
  ['distribution_major_version', '12'],
  ['distribution_release', 'bookworm'],
  ['distribution_version', '12.11'],
  ['domain', 'example.com'],
  ['fqdn', 'web-01.example.com'],
  ['hostname', 'web-01'],
  ['nodename', 'web-01.example.com'],
  ['interfaces', ['eth0.7', 'lo']],
  ['kernel', '6.1.0-37-amd64'],
  ['memtotal_mb', 4096],
  ['memfree_mb', 1024],
  ['swaptotal_mb', 1024],
  [
    'memory_mb',
    {
      real: { total: 4096, used: 3072, free: 1024 },
      nocache: { free: 3072, used: 1024 },
      swap: { total: 1024, free: 512, used: 512 },
    },
  ],
  [
    'mounts',
    [
      {
        mount: '/',
        device: '/dev/vda',
        fstype: 'ext4',
        options: 'rw,discard',
        size_total: 1000,
        size_available: 500,
      },
      { mount: '/mnt', device: 'nas:/x', fstype: 'nfs4', options: 'rw' },
    ],
  ],
  ['os_family', 'Debian'],
  ['pkg_mgr', 'apt'],
  ['processor_vcpus', 2],
  [
    'selinux',
    { status: 'enabled', mode: 'enforcing', config_mode: 'enforcing', type: 'targeted', policyvers: 33 },
  ],
  ['service_mgr', 'systemd'],
  ['system', 'Linux'],
  ['user_id', 'root'],
  ['virtualization_role', 'guest'],
  ['virtualization_type', 'kvm'],
  [
    'eth0_7',
    {
      ...{ device: 'eth0.7', active: true, mtu: 1400, type: 'ether', macaddress: '02:fc:00:00:00:01' },
      ipv4: {
        address: '192.0.2.2',
        netmask: '255.255.255.0',
        network: '192.0.2.0',
        prefix: '24',
        broadcast: '192.0.2.255',
      },
      ipv4_secondaries: [
        {
          address: '192.0.2.3',
          netmask: '255.255.255.255',
          network: '192.0.2.3',
          prefix: '32',
          broadcast: '',
        },
      ],
      ipv6: [{ address: 'fe80::1', prefix: '64', scope: 'link' }],
    },
  ],
  ['no_such_fact', undefined],
]
for (const [name, expected] of rows) test(name, () => assert.equal(ansibleFacts(facts)[name], expected))

test('date_time is local, its iso8601 in UTC, as weeks of strftime', () => {
  const time = ansibleFacts(facts).date_time as Record<string, string>
  assert.equal(
    [
      time.date,
      time.time,
      time.iso8601,
      time.weekday,
      time.weekday_number,
      time.weeknumber,
      time.tz,
      time.tz_offset,
    ],
    ['2026-11-30', '10:56:03', '2026-11-30T09:56:03Z', 'Monday', '1', '48', 'CET', '+0100'],
  )
})

test('what Ansible calls otherwise', () => {
  const suse = { ...facts.os, family: 'Suse', version: '15.6', codename: '' }
  assert.is(ansibleFacts({ ...facts, os: suse }).distribution_release, '6')
  const alpine = { ...facts.os, family: 'Alpine', codename: '' }
  assert.is(ansibleFacts({ ...facts, os: alpine }).distribution_release, 'NA')
  const machine = (type: string) => ansibleFacts({ ...facts, virtualization: { type, isContainer: false } })
  assert.is(machine('vmware').virtualization_type, 'VMware')
  assert.equal([machine('none').virtualization_type, machine('none').virtualization_role], ['NA', 'NA'])
  assert.equal(ansibleFacts({ ...facts, selinux: { ...facts.selinux, mode: 'disabled' } }).selinux, {
    status: 'disabled',
  })
})

test('all of them as one object', () => {
  const all = { ...ansibleFacts(facts) }
  assert.is(all.os_family, 'Debian')
  assert.ok('eth0_7' in ansibleFacts(facts))
  assert.is(Object.keys(all).length, ansibleFactNames().length + 2)
  assert.is(JSON.parse(JSON.stringify(ansibleFacts(facts))).hostname, 'web-01')
})

test.run()
