// The files and commands by which a described host says what it is.

import type { FakeAnswers, FakeFile } from './description.ts'

const names: { readonly [id: string]: readonly [name: string, like: string] } = {
  rocky: ['Rocky Linux', 'rhel centos fedora'],
  almalinux: ['AlmaLinux', 'rhel centos fedora'],
  rhel: ['Red Hat Enterprise Linux', 'fedora'],
  centos: ['CentOS Linux', 'rhel fedora'],
  fedora: ['Fedora Linux', ''],
  debian: ['Debian GNU/Linux', ''],
  ubuntu: ['Ubuntu', 'debian'],
  alpine: ['Alpine Linux', ''],
}

export const knownIds = Object.keys(names)

/** `rocky 9.4` as its parts. */
export function osParts(os: string): { readonly id: string; readonly version: string } {
  const [id = '', version = ''] = os.trim().split(/[\s-]+/)
  return { id: id.toLowerCase(), version }
}

export function osFiles(os: string, hostname: string): { readonly [path: string]: FakeFile } {
  const { id, version } = osParts(os)
  const [name, like] = names[id] ?? [id, '']
  const pretty = `${name} ${version}`.trim()
  const release = [
    `NAME="${name}"`,
    `VERSION="${version}"`,
    `ID="${id}"`,
    ...(like ? [`ID_LIKE="${like}"`] : []),
    `VERSION_ID="${version}"`,
    `PRETTY_NAME="${pretty}"`,
  ]
  return {
    '/etc/os-release': `${release.join('\n')}\n`,
    '/etc/hostname': `${hostname}\n`,
    '/etc/hosts': `127.0.0.1 localhost ${hostname}\n`,
    ...(like.includes('rhel') || id === 'rhel' ? { '/etc/redhat-release': `${pretty}\n` } : {}),
    ...(id === 'debian' ? { '/etc/debian_version': `${version}\n` } : {}),
    ...(id === 'alpine' ? { '/etc/alpine-release': `${version}\n` } : {}),
  }
}

export function osCommands(hostname: string, architecture: string): { readonly [line: string]: FakeAnswers } {
  return {
    uname: 'Linux',
    'uname -s': 'Linux',
    'uname -m': architecture,
    'uname -n': hostname,
    'uname -r': '6.1.0-fake',
    hostname,
    'hostname -f': hostname,
  }
}
