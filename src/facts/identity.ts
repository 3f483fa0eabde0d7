// Reads a host's names, and the user that reads them.

import type { UserFacts } from '../model/facts.ts'
import { output, stdout, text } from '../model/probe.ts'
import { sh } from '../model/shell/command.ts'

export const hostname = stdout(sh`uname -n`, { reads: ['/etc/hostname'] })

/** It may ask DNS. Where there is no `hostname`, getent gives the canonical name in its second column. */
export const fqdn = output(
  sh`hostname -f 2>/dev/null || { getent hosts "$(uname -n)" || uname -n; } 2>/dev/null`,
  (result) => {
    const words = text(result).trim().split(/\s+/)
    return words[1] ?? words[0]!
  },
  { reads: ['/etc/hostname', '/etc/hosts', '/etc/resolv.conf', '/etc/nsswitch.conf'] },
)

export const user = output(
  sh`id -un; id -u; id -g; name=$(id -un); getent passwd "$name" 2>/dev/null || grep "^$name:" /etc/passwd`,
  (result) => parseUser(text(result)),
  { reads: ['/etc/passwd'] },
)

function parseUser(printed: string): UserFacts {
  const [name = '', uid, gid, account = ''] = printed.split('\n')
  const [, , , , , home = '', shell = ''] = account.split(':')
  return { name, uid: Number(uid), gid: Number(gid), home, shell: shell || '/bin/sh' }
}
