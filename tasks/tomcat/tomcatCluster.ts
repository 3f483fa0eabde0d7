// The task tomcatCluster: waits until a Tomcat sees its cluster members.

import {
  type Change,
  type Command,
  call,
  defineTask,
  type Output,
  output,
  PlaybookError,
  type Probe,
  quote,
  type StepConnection,
  shellText,
  splitLines,
  text,
  z,
} from '../../src/index.ts'
import { serverShell } from '../services/serverShell.ts'
import { type TomcatJvm, tomcatJvms } from './jvms.ts'
import { tomcatParams } from './params.ts'
import { logFiles } from './scripts.ts'

/**
 * Waits until a running Tomcat sees enough other members of its cluster. They are counted from what the cluster has
 * logged since the JVM started: `SimpleTcpCluster.memberAdded`, which Tomcat logs only after it has reached the member
 * over TCP, minus `SimpleTcpCluster.memberDisappeared`. The names of these methods are the same in every language that
 * Tomcat logs in. A member that joins late takes up to 7 s.
 *
 * - `home`: the folder of the Tomcat. `log`: its console log, `*` allowed; default: `HOME/logs/catalina.out*`. All rotated
 *   files that were written since the JVM started are read.
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
  probe: (params) => ({ jvms: tomcatJvms(params.home), logs: clusterLogs(params) }),
  plan: (params, { jvms, logs }): readonly Change[] => {
    const { home, members } = params
    const [jvm] = jvms
    if (!jvm) {
      throw new PlaybookError('E_TOMCAT_DOWN', `The Tomcat of ${home} does not run.`, {
        hint: "Start it first: tomcat({ state: 'running' }).",
      })
    }
    const seen = membersIn(logs, jvm).length
    if (seen >= members) return []
    const what = `cluster of ${home}`
    const steps = [call(what, (connection) => waitForMembers(connection, params, jvm, logs))]
    return [{ what, from: count(seen), to: count(members), steps, effects: [] }]
  },
  effects: () => [],
})

type ClusterParams = {
  readonly home: string
  readonly log?: string
  readonly members: number
  readonly within: number
}

/** The lines of a log file about the cluster, and when it was last written. */
type ClusterLog = {
  readonly path: string
  readonly changedMs: number
  readonly lines: readonly string[]
}

function count(members: number): string {
  return `${members} member${members === 1 ? '' : 's'}`
}

function clusterLogs(params: ClusterParams): Probe<ClusterLog[]> {
  return output(shellText(printLogs(params)), parseLogs, { reads: ['processes', 'elsewhere'] })
}

function printLogs(params: ClusterParams): string {
  const files = logFiles(params)
  return `stat -c '= %Y %n' ${files} 2>/dev/null
grep -HF SimpleTcpCluster. ${files} 2>/dev/null
exit 0`
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
      return { path, changedMs, lines: own.map((line) => line.slice(path.length + 1)) }
    })
}

/**
 * The ids of those that were added since the cluster last started and have not disappeared, in the logs that were
 * written since the JVM started. An id is another after a restart: the end of the old one may be noticed after the new
 * one came.
 */
function membersIn(logs: readonly ClusterLog[], jvm: TomcatJvm): string[] {
  const seen = new Set<string>()
  for (const line of writtenBy(jvm, logs).flatMap((log) => log.lines)) {
    const id = / id=\{([^}]*)\}/.exec(line)?.[1]
    if (line.includes('SimpleTcpCluster.startInternal')) seen.clear()
    else if (id === undefined) continue
    else if (line.includes('SimpleTcpCluster.memberAdded')) seen.add(id)
    else if (line.includes('SimpleTcpCluster.memberDisappeared')) seen.delete(id)
  }
  return [...seen]
}

/** A log's time is that of its file, in whole seconds; a JVM's is counted. */
function writtenBy({ startedMs }: TomcatJvm, logs: readonly ClusterLog[]): readonly ClusterLog[] {
  return logs.filter(({ changedMs }) => changedMs >= startedMs - 2000)
}

/** Reads the logs again whenever the cluster has logged something; only this code counts members. */
async function waitForMembers(
  connection: StepConnection,
  params: ClusterParams,
  jvm: TomcatJvm,
  first: readonly ClusterLog[],
): Promise<void> {
  const { home, members, within } = params
  const deadlineMs = Date.now() + within * 1000
  let logs = first
  for (;;) {
    const seen = membersIn(logs, jvm).length
    if (seen >= members) return
    const restMs = deadlineMs - Date.now()
    if (restMs <= 0) {
      const end = await connection.run(endOf(writtenBy(jvm, logs).map(({ path }) => path)))
      throw tooFew(params, seen, splitLines(text(end)))
    }
    const result = await connection.run(nextLogs(params, jvm, logs, restMs))
    if (result.code === downCode)
      throw new PlaybookError('E_TOMCAT_DOWN', `The Tomcat of ${home} ended meanwhile.`)
    logs = parseLogs(result)
  }
}

const downCode = 3

/** Waits for another line, and prints the logs as the probe does. */
function nextLogs(
  params: ClusterParams,
  { pid }: TomcatJvm,
  logs: readonly ClusterLog[],
  restMs: number,
): Command {
  const known = logs.reduce((sum, { lines }) => sum + lines.length, 0)
  return shellText(`${serverShell}
limit=$(($(now) + ${Math.ceil(restMs / 10)}))
while [ "$(cat ${logFiles(params)} 2>/dev/null | grep -cF SimpleTcpCluster.)" -eq ${known} ]; do
  [ -d /proc/${pid} ] || exit ${downCode}
  [ "$(now)" -lt "$limit" ] || break
  sleep 0.2
done
${printLogs(params)}`)
}

function tooFew(
  { home, members, within }: ClusterParams,
  seen: number,
  log: readonly string[],
): PlaybookError {
  return new PlaybookError(
    'E_CLUSTER',
    `The Tomcat of ${home} sees ${seen} of ${count(members)} after ${within} s.`,
    {
      details: log.length > 0 ? log : ['Its log has no line about a cluster.'],
      hint: "Do the others run? Are the multicast port (udp) and the receivers' ports (tcp) open on all of them?",
    },
  )
}

/** The last lines that the cluster logged. */
function endOf(files: readonly string[]): Command {
  return shellText(
    `cat /dev/null ${files.map(quote).join(' ')} | grep -E 'catalina[.](tribes|ha)[.]' | tail -n 10 | cut -c1-240`,
  )
}
