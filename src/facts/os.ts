// Reads which distribution a host runs, in which version, on which kernel.

import type { OsFacts } from '../model/facts.ts'
import { output, text } from '../model/probe.ts'
import { shellText } from '../model/shell/command.ts'

/** Files that say more than os-release: the minor versions of Debian and CentOS. */
const script = `uname -m
uname -r
cat /etc/os-release 2>/dev/null || cat /usr/lib/os-release 2>/dev/null
echo
for name in debian_version redhat-release; do
  line=
  { read -r line </etc/$name; } 2>/dev/null
  echo "file:$name=$line"
done`

const files = ['/etc/os-release', '/usr/lib/os-release', '/etc/debian_version', '/etc/redhat-release']

export const os = output(shellText(script), (result) => parseOs(text(result)), { reads: files })

function parseOs(printed: string): OsFacts {
  const [architecture = '', kernel = '', ...rest] = printed.split('\n')
  const release = parseOsRelease(rest)
  const id = release.get('ID') ?? 'linux'
  const distribution = distributions[id] ?? release.get('NAME') ?? id
  const version = versionOf(id, release)
  return {
    family: familyOf(id, release.get('ID_LIKE') ?? '', distribution),
    distribution,
    id,
    version,
    major: Number(/^\d+/.exec(version)?.[0] ?? 0),
    codename: codenameOf(release),
    architecture,
    kernel,
  }
}

/** Assignments as /etc/os-release has them: quotes and backslashes as in a shell. */
export function parseOsRelease(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const [, name, value] = /^([\w:-]+)=(.*?)\s*$/.exec(line) ?? []
      if (name === undefined || value === undefined) return []
      const quoted = /^(["'])(.*)\1$/.exec(value)?.[2] ?? value
      return [[name, quoted.replace(/\\(.)/g, '$1')]]
    }),
  )
}

function versionOf(id: string, release: ReadonlyMap<string, string>): string {
  const version = release.get('VERSION_ID') ?? ''
  const debian = release.get('file:debian_version') ?? ''
  if (id === 'debian' && /^\d/.test(debian)) return debian
  const [, centos] = /release (\d+\.\d+)/.exec(release.get('file:redhat-release') ?? '') ?? []
  return id === 'centos' && centos ? centos : version
}

function codenameOf(release: ReadonlyMap<string, string>): string {
  const named = release.get('VERSION_CODENAME') || release.get('UBUNTU_CODENAME')
  return named || (/\(([^)]*)\)/.exec(release.get('VERSION') ?? '')?.[1] ?? '')
}

/** Ansible's names, by ID; others are called as NAME says. */
const distributions: Readonly<Record<string, string>> = {
  almalinux: 'AlmaLinux',
  alpine: 'Alpine',
  amzn: 'Amazon',
  arch: 'Archlinux',
  centos: 'CentOS',
  debian: 'Debian',
  devuan: 'Devuan',
  fedora: 'Fedora',
  gentoo: 'Gentoo',
  kali: 'Kali',
  linuxmint: 'Linux Mint',
  manjaro: 'Manjaro',
  ol: 'OracleLinux',
  raspbian: 'Debian',
  rhel: 'RedHat',
  rocky: 'Rocky',
  scientific: 'Scientific',
  sled: 'SLED',
  sles: 'SLES',
  ubuntu: 'Ubuntu',
}

const families: Readonly<Record<string, string>> = {
  alpine: 'Alpine',
  arch: 'Archlinux',
  amzn: 'RedHat',
  centos: 'RedHat',
  debian: 'Debian',
  fedora: 'RedHat',
  gentoo: 'Gentoo',
  opensuse: 'Suse',
  rhel: 'RedHat',
  suse: 'Suse',
  sles: 'Suse',
  ubuntu: 'Debian',
}

/** That of the ID, or of the first in ID_LIKE that has one; a distribution of no family is one of its own, as in Ansible. */
export function familyOf(id: string, like: string, distribution: string): string {
  const known = [id, ...like.split(/\s+/)].find((each) => each in families)
  return known === undefined ? distribution : families[known]!
}
