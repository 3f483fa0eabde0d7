// The task that sees to it that a Tomcat has found the other members of its cluster.

import {
  type Change,
  type Command,
  defineTask,
  type Output,
  output,
  PlaybookError,
  run,
  shellText,
  splitLines,
  text,
  z,
} from '../src/index.ts'
import { type TomcatJvm, tomcatJvms } from './tomcatJvms.ts'
import { tomcatParams } from './tomcatParams.ts'
import { findJvm, logFiles } from './tomcatShell.ts'

/**
 * A Tomcat that runs sees as many other members of its cluster as it should, or comes to within a time. It is read from
 * what its cluster has logged since the JVM started: `SimpleTcpCluster.memberAdded`, which Tomcat only logs after it has
 * reached the member over TCP, less `SimpleTcpCluster.memberDisappeared`. The names of the methods are the same in every
 * language that Tomcat logs in. A member that joins late takes up to 7 s.
 *
 * - `home`: the folder of the Tomcat. `log`: its console log, `*` allowed; `HOME/logs/catalina.out*` if not given. Of
 *   rotated files all are read that were written since the JVM started.
 * - `members`: how many others there must be at least.
 * - `within`: seconds to wait for them (60).
 *
 * @throws PlaybookError E_CLUSTER (with what the cluster logged), E_TOMCAT_DOWN (it does not run)
 * @example tomcatCluster({ home: '/data2/was/ws-ecs-server', log: '/data3/logs/tomcat/ws-ecs-server/catalina.out.*', members: 1 })
 *
 * Source: org.apache.catalina.ha.tcp.SimpleTcpCluster of Tomcat 9.0.109, and what it logged.
 */
export const tomcatCluster = defineTask({
  name: 'tomcatCluster',
  summary: 'Waits until a Tomcat sees the other members of its cluster.',
  params: z.strictObject({
    home: tomcatParams.home,
    members: z.int().min(0).describe('How many other members it must see at least.'),
    log: tomcatParams.log,
    within: z.number().positive().default(60).describe('Seconds to wait for them.'),
  }),
  title: ({ home, members }) => `${home} ${count(members)}`,
  probe: (params) => ({ jvms: tomcatJvms(params.home), logs: output(readLogs(params), parseLogs) }),
  plan: (params, { jvms, logs }): readonly Change[] => {
    const { home, members } = params
    const [jvm] = jvms
    if (!jvm) {
      throw new PlaybookError('E_TOMCAT_DOWN', `The Tomcat of ${home} does not run.`, {
        hint: 'Start it first: tomcatRunning.',
      })
    }
    const seen = membersIn(logs, jvm).length
    if (seen >= members) return []
    const steps = [run(waitForMembers(params), { explain: (result) => explain(result, params) })]
    return [{ what: `cluster of ${home}`, from: count(seen), to: count(members), steps }]
  },
})

type ClusterParams = {
  readonly home: string
  readonly log?: string
  readonly members: number
  readonly within: number
}

/** What a log file says of the cluster, and when it was last written. */
export type ClusterLog = { readonly changedMs: number; readonly lines: readonly string[] }

function count(members: number): string {
  return `${members} member${members === 1 ? '' : 's'}`
}

function readLogs(params: ClusterParams): Command {
  const files = logFiles(params)
  return shellText(`stat -c '= %Y %n' ${files} 2>/dev/null
grep -HF SimpleTcpCluster. ${files} 2>/dev/null
exit 0`)
}

/** The logs, the oldest first. */
function parseLogs(result: Output): ClusterLog[] {
  const lines = splitLines(text(result))
  const logs = lines.flatMap((line) => {
    const [, seconds, path] = /^= (\d+) (.*)$/.exec(line) ?? []
    return path === undefined ? [] : [{ path, changedMs: Number(seconds) * 1000 }]
  })
  return logs
    .sort((a, b) => a.changedMs - b.changedMs)
    .map(({ path, changedMs }) => {
      const own = lines.filter((line) => line.startsWith(`${path}:`))
      return { changedMs, lines: own.map((line) => line.slice(path.length + 1)) }
    })
}

/**
 * The ids of those that were added since the cluster last started and have not disappeared, in the logs that were
 * written since the JVM started. An id is another after a restart: the end of the old one may be noticed after the new
 * one came.
 */
export function membersIn(logs: readonly ClusterLog[], { startedMs }: TomcatJvm): string[] {
  const seen = new Set<string>()
  for (const line of logs
    .filter(({ changedMs }) => changedMs >= startedMs - 2000)
    .flatMap((log) => log.lines)) {
    const id = / id=\{([^}]*)\}/.exec(line)?.[1]
    if (line.includes('SimpleTcpCluster.startInternal')) seen.clear()
    else if (id === undefined) continue
    else if (line.includes('SimpleTcpCluster.memberAdded')) seen.add(id)
    else if (line.includes('SimpleTcpCluster.memberDisappeared')) seen.delete(id)
  }
  return [...seen]
}

function waitForMembers(params: ClusterParams): Command {
  const { members, within } = params
  return shellText(`${look(params)}
now() { read -r up rest </proc/uptime; echo "\${up%.*}\${up#*.}"; }
limit=$(($(now) + ${Math.round(within * 100)}))
while :; do
  found=$(members)
  seen=$(printf '%s\\n' "$found" | grep -c .)
  if [ "$seen" -ge ${members} ]; then printf '%s\\n' "$found"; exit 0; fi
  [ -n "$(jvms)" ] || { echo down; exit 1; }
  [ "$(now)" -lt "$limit" ] || break
  sleep 0.5
done
echo "$seen"
files=$(written)
[ -z "$files" ] || cat $files | grep -E 'catalina[.](tribes|ha)[.]' | tail -n 10 | cut -c1-240
exit 1`)
}

/**
 * `written` prints the log files that were written since the JVM started, the oldest first; `members` the addresses of
 * those that were added since the cluster last started and have not disappeared. They are told apart by their id, which
 * is another after a restart: the end of the old one may be noticed after the new one came.
 */
function look(params: ClusterParams): string {
  return `${findJvm(params.home)}
written() {
  for p in $(jvms); do break; done
  [ -n "$p" ] || return 0
  hz=$(getconf CLK_TCK 2>/dev/null) || hz=100
  up=$(sed 's/.*) //' /proc/self/stat | cut -d' ' -f20)
  ticks=$(sed 's/.*) //' "/proc/$p/stat" | cut -d' ' -f20)
  began=$(($(date +%s) - (up - ticks) / hz - 2))
  for f in $(ls -tr ${logFiles(params)} 2>/dev/null); do
    [ "$(stat -c %Y "$f")" -lt "$began" ] || echo "$f"
  done
}
members() {
  files=$(written)
  [ -n "$files" ] || return 0
  grep -hF SimpleTcpCluster. $files | awk '
    function part(from, to) { i = index($0, from); if (!i) return ""; s = substr($0, i); j = index(s, to); return substr(s, 1, j - 1) }
    /SimpleTcpCluster[.]startInternal/ { split("", seen); n = 0 }
    /SimpleTcpCluster[.]memberAdded/ { id = part(" id={", "}"); if (!(id in seen)) order[++n] = id; seen[id] = part("tcp://", ",{") }
    /SimpleTcpCluster[.]memberDisappeared/ { delete seen[part(" id={", "}")] }
    END { for (k = 1; k <= n; k++) if (order[k] in seen) { print seen[order[k]]; delete seen[order[k]] } }'
}`
}

function explain(result: Output, { home, members, within }: ClusterParams): PlaybookError {
  const [seen, ...log] = splitLines(text(result))
  if (seen === 'down') {
    return new PlaybookError('E_TOMCAT_DOWN', `The Tomcat of ${home} ended meanwhile.`)
  }
  return new PlaybookError(
    'E_CLUSTER',
    `The Tomcat of ${home} sees ${seen} of ${count(members)} after ${within} s.`,
    {
      details: log.length > 0 ? log : ['Its log tells nothing of a cluster.'],
      hint: "Do the others run, and are the multicast port (udp) and the receivers' ports (tcp) open on all?",
    },
  )
}
