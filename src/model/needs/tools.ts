// Maps programs to their packages, and makes the error for a missing one.

import { PlaybookError } from '../errors/error.ts'

/** Packages by program, of RHEL and its kin, then of Debian and its kin where they differ. */
const packages: { readonly [tool: string]: string | readonly [redHat: string, debian: string] } = {
  apxs: ['httpd-devel', 'apache2-dev'],
  crontab: ['cronie', 'cron'],
  dig: ['bind-utils', 'dnsutils'],
  cc: 'gcc',
  'firewall-cmd': 'firewalld',
  flock: 'util-linux',
  getent: ['glibc-common', 'libc-bin'],
  getfacl: 'acl',
  'g++': ['gcc-c++', 'g++'],
  gpg: ['gnupg2', 'gnupg'],
  groupadd: ['shadow-utils', 'passwd'],
  java: ['java-17-openjdk', 'default-jre-headless'],
  ip: ['iproute', 'iproute2'],
  modprobe: 'kmod',
  matchpathcon: ['libselinux-utils', 'selinux-utils'],
  getenforce: ['libselinux-utils', 'selinux-utils'],
  getsebool: ['libselinux-utils', 'selinux-utils'],
  setenforce: ['libselinux-utils', 'selinux-utils'],
  setsebool: 'policycoreutils',
  restorecon: 'policycoreutils',
  semanage: 'policycoreutils-python-utils',
  pip3: ['python3-pip', 'python3-pip'],
  ss: ['iproute', 'iproute2'],
  sysctl: ['procps-ng', 'procps'],
  useradd: ['shadow-utils', 'passwd'],
  usermod: ['shadow-utils', 'passwd'],
  visudo: 'sudo',
  xz: ['xz', 'xz-utils'],
  hostnamectl: 'systemd',
  timedatectl: 'systemd',
  systemctl: 'systemd',
  rsync: 'rsync',
  script: 'util-linux',
}

/** The package that has a program, on hosts of this family. */
export function packageOf(tool: string, family: 'RedHat' | 'Debian'): string {
  const known = packages[tool] ?? tool
  return typeof known === 'string' ? known : known[family === 'RedHat' ? 0 : 1]
}

/**
 * The error E_TOOL of a task whose program is not on the host: what is missing, what it is needed for, its package.
 *
 * @param tools one program, or several of which one is enough
 * @example missingTool('tar', 'which copyDirectory needs')
 */
export function missingTool(tools: string | readonly string[], purpose?: string): PlaybookError {
  const all = [tools].flat()
  const named = all.length === 1 ? `no ${all[0]}` : `neither ${all.join(' nor ')}`
  const families = ['RedHat', 'Debian'] as const
  const [redHat, debian] = families.map((family) => all.map((tool) => packageOf(tool, family)).join(' or '))
  const hint =
    redHat === debian
      ? `its package is called ${redHat}`
      : `its package is called ${redHat}, on Debian ${debian}`
  return new PlaybookError('E_TOOL', `The host has ${named}${purpose === undefined ? '' : `, ${purpose}`}.`, {
    hint: `Install it before this task: ${hint}.`,
  })
}
