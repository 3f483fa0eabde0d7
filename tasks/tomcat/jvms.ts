// Finds the Tomcat JVMs of a host by one probe that all instances share.

import { type CommandProbe, type Output, output, PlaybookError, shellText } from '../../src/index.ts'
import { serverState } from '../services/effects.ts'

/** A JVM that runs a Tomcat. `startedMs`: milliseconds since 1970. */
export type TomcatJvm = {
  readonly pid: number
  readonly owner: string
  readonly uid: string
  readonly startedMs: number
  /** `ws-ecs-server.service`; if it was started by hand, the unit of the login, or none. */
  readonly unit?: string
}

/**
 * The JVMs that run a home (more than one is an error), found by their exact argument `-Dcatalina.base=HOME` and the
 * word `start`, so that no shell, shutdown or `…/ws-ecs-server2` is mistaken for it.
 *
 * Sources: proc(5), cgroups(7); catalina.sh of Tomcat 8.5 to 11.
 */
export function tomcatJvms(home: string): CommandProbe<readonly TomcatJvm[]> {
  const parse = (result: Output) => parseListing(result).filter((jvm) => jvm.home === home)
  return output(shellText(listing), parse, { reads: [serverState(home)] })
}

/** @throws PlaybookError E_TOMCAT_TWICE if there are several */
export function singleJvm(jvms: readonly TomcatJvm[], home: string): TomcatJvm | undefined {
  if (jvms.length > 1) {
    throw new PlaybookError('E_TOMCAT_TWICE', `The Tomcat of ${home} runs ${jvms.length} times.`, {
      details: jvms.map(({ pid, owner }) => `pid ${pid}, as ${owner}`),
      hint: 'The later one has no ports and is a phantom member of the cluster: kill it.',
    })
  }
  return jvms[0]
}

/** Whether a JVM runs as `user`, a name or a number; undefined: any. */
export function isOwnedBy(jvm: TomcatJvm, user: string | undefined): boolean {
  return user === undefined || user === jvm.owner || user === jvm.uid
}

/** @throws PlaybookError E_TOMCAT_OWNER if it runs as another account */
export function requireOwner(jvm: TomcatJvm, home: string, user: string | undefined): void {
  if (isOwnedBy(jvm, user)) return
  throw new PlaybookError(
    'E_TOMCAT_OWNER',
    `The Tomcat of ${home} (pid ${jvm.pid}) runs as ${jvm.owner}, not as ${user}.`,
    { hint: 'The task restartTomcat restarts it as the right account.' },
  )
}

/**
 * Prints what is needed to compute a process's age, then two lines and the raw arguments of each JVM, then owners and
 * units. One grep searches all processes; for a grep without -z (busybox) a loop does. The age is measured against the
 * shell's own start, because in some containers (lxcfs) /proc/uptime is that of the container. For a date without %N
 * (busybox), stat prints when its own entry in /proc appeared: now.
 */
const listing = `read -r self </proc/self/stat; now=$(date +%s.%N)
case $now in *N|*.) now=$(stat -c '%Y %y' /proc/self/stat | sed 's/ [^.]*\\(\\.[0-9]*\\).*/\\1/') ;; esac
hz=$(getconf CLK_TCK 2>/dev/null) || hz=100
if printf 'a\\0b\\0' | grep -qzxFeb 2>/dev/null; then
  found=$(grep -lsze '^-Dcatalina[.]base=' /proc/[0-9]*/cmdline)
else
  found=$(for f in /proc/[0-9]*/cmdline; do tr '\\0' '\\n' <"$f" 2>/dev/null | grep -q '^-Dcatalina[.]base=' && echo "$f"; done)
fi
[ -n "$found" ] || exit 0
printf '%s %s %s\\n' "$hz" "$now" "$self"
folders=
for f in $found; do
  d=\${f%/cmdline}
  { read -r comm <"$d/comm" && read -r stat <"$d/stat"; } 2>/dev/null || continue
  folders="$folders $d"
  printf '= %s %s\\n' "\${d#/proc/}" "$comm"
  printf '%s\\n' "$stat"
  cat "$f" 2>/dev/null
  echo
done
stat -c '@ %n %U %u' $folders 2>/dev/null
set --
for d in $folders; do set -- "$@" "$d/cgroup"; done
grep -HE '^[0-9]+:(name=systemd)?:.*[.]service$' "$@" 2>/dev/null
exit 0`

type ListedJvm = TomcatJvm & { readonly home: string }

/** Programs that carry a JVM's arguments without being one. */
const wrappers = new Set(['sh', 'bash', 'dash', 'su', 'sudo', 'runuser', 'setsid', 'nohup', 'env', 'grep'])

function parseListing({ stdout }: Output): ListedJvm[] {
  const [clock = '', ...lines] = stdout.toString('utf8').split('\n')
  const [, hz, now, self = ''] = /^(\d+) (\S+) (.*)$/.exec(clock) ?? []
  const owners = new Map(
    lines.flatMap((line) => {
      const [, pid, owner, uid] = /^@ \/proc\/(\d+) (\S+) (\d+)$/.exec(line) ?? []
      return pid ? [[pid, { owner: owner!, uid: uid! }] as const] : []
    }),
  )
  const units = new Map(
    lines.flatMap((line) => {
      const [, pid, unit] = /^\/proc\/(\d+)\/cgroup:.*\/([^/]+\.service)$/.exec(line) ?? []
      return pid ? [[pid, unit!] as const] : []
    }),
  )
  return lines.flatMap((line, index) => {
    const [, pid, comm] = /^= (\d+) (.*)$/.exec(line) ?? []
    const owner = pid && owners.get(pid)
    if (!owner || wrappers.has(comm!)) return []
    const words = (lines[index + 2] ?? '').split('\0')
    const base = words.find((word) => word.startsWith('-Dcatalina.base='))
    if (!base || !words.includes('start')) return []
    const ageSeconds = (startTicks(self) - startTicks(lines[index + 1]!)) / Number(hz)
    const startedMs = Math.round((Number(now) - ageSeconds) * 1000)
    const home = base.slice('-Dcatalina.base='.length)
    return [{ home, pid: Number(pid), ...owner, startedMs, unit: units.get(pid) }]
  })
}

/** Field 22 of /proc/PID/stat; the second one, in brackets, may contain spaces. */
function startTicks(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
}
