// Reads what manages services and packages.

import type { HostFacts } from '../model/facts.ts'
import { output, text } from '../model/probe.ts'
import { shellText } from '../model/shell/command.ts'
import { familyOf, parseOsRelease } from './os.ts'

const serviceScript = `comm=
{ read -r comm </proc/1/comm; } 2>/dev/null
echo "$comm"
[ -e /run/systemd/system ] && echo systemd
[ -e /sbin/openrc ] && echo openrc
case $(readlink /sbin/init) in *systemd) echo systemd ;; esac
[ -e /etc/init ] && echo upstart
[ -e /etc/init.d ] && echo sysvinit
:`

/** The init system is chosen by packages. */
export const serviceManager = output(shellText(serviceScript), (result) => parseServices(text(result)), {
  reads: ['/sbin/init'],
})

/** Process 1 tells; `init` and shells may be anything, so what they leave behind is looked at, as Ansible does. */
function parseServices(printed: string): HostFacts['serviceManager'] {
  const [comm = '', ...found] = printed.trimEnd().split('\n')
  const isTelling = comm !== '' && comm !== 'init' && !comm.endsWith('sh')
  return isTelling ? (init[comm] ?? comm) : (found[0] ?? 'service')
}

const init: Readonly<Record<string, string>> = {
  procd: 'openwrt_init',
  'runit-init': 'runit',
  svscan: 'svc',
  'openrc-init': 'openrc',
}

/** In the order in which they are preferred where none is the distribution's own. */
const programs: Readonly<Record<string, string>> = {
  'apt-get': 'apt',
  dnf: 'dnf',
  dnf5: 'dnf5',
  microdnf: 'dnf',
  yum: 'yum',
  zypper: 'zypper',
  apk: 'apk',
  pacman: 'pacman',
  'xbps-install': 'xbps',
  emerge: 'portage',
  opkg: 'opkg',
}

const own: Readonly<Record<string, readonly string[]>> = {
  Debian: ['apt'],
  RedHat: ['dnf5', 'dnf', 'yum'],
  Suse: ['zypper'],
  Alpine: ['apk'],
  Archlinux: ['pacman'],
  Gentoo: ['portage'],
}

const packageScript = `cat /etc/os-release 2>/dev/null || cat /usr/lib/os-release 2>/dev/null
echo
for name in ${Object.keys(programs).join(' ')}; do
  for folder in /usr/bin /bin /usr/sbin /sbin; do
    [ -x $folder/$name ] && echo "found:$name=$(readlink -f $folder/$name)" && break
  done
done
:`

export const packageManager = output(shellText(packageScript), (result) => parsePackages(text(result)), {
  reads: [...Object.keys(programs).map((name) => `/usr/bin/${name}`), '/sbin/apk', '/etc/os-release'],
})

function parsePackages(printed: string): HostFacts['packageManager'] {
  const release = parseOsRelease(printed.split('\n'))
  const found = Object.entries(programs).flatMap(([program, name]) => {
    const path = release.get(`found:${program}`)
    if (path === undefined) return []
    return [path.endsWith('/dnf5') ? 'dnf5' : name]
  })
  const family = familyOf(release.get('ID') ?? '', release.get('ID_LIKE') ?? '', '')
  return own[family]?.find((name) => found.includes(name)) ?? found[0] ?? 'unknown'
}
