// Reads the mode and the policy of SELinux.

import type { SelinuxFacts } from '../model/facts.ts'
import { output, text } from '../model/probe.ts'
import { sh } from '../model/shell/command.ts'

/** As libselinux: it is enabled where its file system is mounted to be written, and there is a configuration. */
export const selinux = output(
  sh`grep ' selinuxfs ' /proc/self/mounts 2>/dev/null
for name in enforce policyvers; do
  value=
  { read -r value </sys/fs/selinux/$name; } 2>/dev/null
  echo "$name=$value"
done
grep -E '^ *SELINUX(TYPE)?=' /etc/selinux/config 2>/dev/null
:`,
  (result) => parseSelinux(text(result)),
  { reads: ['/etc/selinux/config', 'selinux/mode'] },
)

function parseSelinux(printed: string): SelinuxFacts {
  const value = (name: string) => new RegExp(`^ *${name}=(\\w+)`, 'm').exec(printed)?.[1]
  const enforce = value('enforce')
  const configured = value('SELINUX') as SelinuxFacts['configured']
  const isMounted = /^\S+ \S+ selinuxfs rw\b/m.test(printed)
  const isEnabled = isMounted && enforce !== undefined && configured !== undefined
  return {
    mode: !isEnabled ? 'disabled' : enforce === '1' ? 'enforcing' : 'permissive',
    configured,
    policy: value('SELINUXTYPE'),
    policyVersion: isEnabled ? Number(value('policyvers')) || undefined : undefined,
  }
}
