// Reads what is mounted, with sizes where reading them cannot hang.

import type { MountFacts } from '../model/facts.ts'
import { output, text } from '../model/probe.ts'
import { shellText } from '../model/shell/command.ts'

/** A mount point with a space is written \\040: printf's %b reads that. */
const script = `cat /proc/self/mounts
echo
set --
while read -r device path type rest; do
  case $type in
    nfs*|cifs|smb*|ceph|fuse*|gluster*|9p|afs|lustre|beegfs|ocfs2|gfs2|autofs|proc|sysfs|cgroup*) continue ;;
  esac
  case $path in *\\\\*) path=$(printf '%bx' "$path"); path=\${path%x} ;; esac
  set -- "$@" "$path"
done </proc/self/mounts
[ $# -eq 0 ] || stat -f -c '%S %b %a %n' -- "$@" 2>/dev/null`

export const mounts = output(shellText(script), (result) => parseMounts(text(result)), {
  reads: ['/etc/fstab', 'mounts'],
})

/** Interfaces of the kernel, which store nothing. */
const interfaces = new Set(
  `autofs binfmt_misc bpf cgroup cgroup2 configfs debugfs devpts devtmpfs efivarfs fusectl hugetlbfs mqueue nsfs proc
  pstore ramfs rpc_pipefs securityfs selinuxfs sysfs tracefs`.split(/\s+/),
)

function parseMounts(printed: string): MountFacts[] {
  const [table = '', sizes = ''] = printed.split('\n\n')
  const sizeOf = new Map(
    [...sizes.matchAll(/^(\d+) (\d+) (\d+) (.*)$/gm)].map(([, block, total, available, path]) => [
      path,
      { size: Number(block) * Number(total), available: Number(block) * Number(available) },
    ]),
  )
  const byPath = new Map<string, MountFacts>()
  for (const line of table.split('\n')) {
    const [device = '', path = '', type = '', options = ''] = line.split(' ').map(unescaped)
    byPath.delete(path) // a later mount on the same path hides it
    if (path === '' || interfaces.has(type)) continue
    const { size, available } = sizeOf.get(path) ?? {}
    byPath.set(path, { path, device, type, options: options.split(','), size, available })
  }
  return [...byPath.values()]
}

/** The kernel writes spaces, tabs, line ends and backslashes in octal. */
function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))
}
