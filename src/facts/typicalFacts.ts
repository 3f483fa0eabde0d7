// Typical values of facts, to find out which facts a play looks at before any are read.

import type { HostFacts } from '../model/facts.ts'

const gigabyte = 1024 ** 3
const address = { interface: 'eth0', address: '192.0.2.10', prefix: 24, gateway: '192.0.2.1' }

export const typicalFacts: HostFacts = {
  os: {
    family: 'RedHat',
    distribution: 'Rocky',
    id: 'rocky',
    version: '9.4',
    major: 9,
    codename: 'Blue Onyx',
    architecture: 'x86_64',
    kernel: '5.14.0-427.el9.x86_64',
  },
  cpus: 2,
  memory: { total: 4 * gigabyte, free: gigabyte, available: 2 * gigabyte, swap: { total: 0, free: 0 } },
  mounts: [
    {
      path: '/',
      device: '/dev/vda1',
      type: 'xfs',
      options: ['rw'],
      size: 20 * gigabyte,
      available: 9 * gigabyte,
    },
  ],
  interfaces: [
    {
      name: 'eth0',
      mac: '02:00:00:00:00:01',
      mtu: 1500,
      isUp: true,
      ipv4: [{ address: address.address, prefix: address.prefix }],
      ipv6: [],
    },
  ],
  defaultIpv4: address,
  defaultIpv6: { interface: 'eth0', address: '2001:db8::10', prefix: 64, gateway: '2001:db8::1' },
  hostname: 'host-01',
  fqdn: 'host-01.example.com',
  serviceManager: 'systemd',
  packageManager: 'dnf',
  timeZone: 'UTC',
  date: { epoch: 1_700_000_000, zone: 'UTC', offset: '+0000' },
  selinux: { mode: 'enforcing', configured: 'enforcing', policy: 'targeted', policyVersion: 33 },
  virtualization: { type: 'kvm', isContainer: false },
  processors: { sockets: 1, coresPerSocket: 2, threadsPerCore: 1, vendor: 'GenuineIntel', model: 'Intel' },
  disks: [
    {
      name: 'vda',
      size: 20 * gigabyte,
      model: '',
      vendor: '0x1af4',
      sectorSize: 512,
      isRemovable: false,
      isRotational: true,
      scheduler: 'none',
      holders: [],
      partitions: [{ name: 'vda1', size: 20 * gigabyte, start: 1_048_576 }],
    },
  ],
  dns: { nameservers: ['192.0.2.53'], search: ['example.com'], domain: undefined, sortlist: [], options: {} },
  lsb: { id: 'Rocky', release: '9.4', codename: 'BlueOnyx', description: 'Rocky Linux release 9.4' },
  environment: { HOME: '/root', PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
  localFacts: {},
  user: { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash' },
}
