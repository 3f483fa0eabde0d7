// Reads the status of the six Tomcats: HTTP answer, cluster members, process.

import { ssh } from '../instance/ssh.ts'
import type { Lab } from '../lab.ts'

export type TomcatStatus = {
  readonly host: string
  readonly instance: string
  readonly address: string
  /** HTTP status of `/`; 0: no answer. */
  readonly status: number
  /** Other members of its cluster, as its log of today's start says. */
  readonly members: number
  readonly pid: number | undefined
}

const instances = [
  { name: 'ecs', port: 8080 },
  { name: 'ifs', port: 8081 },
  { name: 'pls', port: 8082 },
]

export async function tomcatStatuses(lab: Lab): Promise<TomcatStatus[]> {
  const hosts = lab.hosts.filter(({ name }) => name.startsWith('was-'))
  const all = hosts.flatMap((host) => instances.map((instance) => ({ host, instance })))
  return Promise.all(
    all.map(async ({ host, instance: { name, port } }) => {
      const { stdout } = await ssh(lab, host, script(name, port))
      const [status = '0', members = '0', pid = ''] = stdout.trim().split('\n')
      const state = {
        status: Number(status),
        members: Number(members),
        pid: pid === '-' ? undefined : Number(pid),
      }
      return { host: host.name, instance: name, address: `${host.address}:${port}`, ...state }
    }),
  )
}

/** The log of the present start counts: members added less members that went. */
function script(name: string, port: number): string {
  const log = `/data3/logs/tomcat/ws-${name}-server/catalina.out.*`
  return `curl -s -o /dev/null -m 10 -w '%{http_code}\\n' http://127.0.0.1:${port}/ || echo 0
cat $(ls -t ${log} 2>/dev/null | head -n 2 | tac) 2>/dev/null | awk '/Server version name/ { n = 0 } /memberAdded/ { n++ } /memberDisappeared/ { n-- } END { print n + 0 }'
pgrep -f '[c]atalina.base=/data2/was/ws-${name}-server ' || echo -`
}
