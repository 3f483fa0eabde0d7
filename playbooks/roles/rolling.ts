// Restarts the Tomcats of a host one by one, each out of rotation meanwhile.

import { PlaybookError, type PlayHost, type TaskList, z } from 'run-playbook'
import { waitFor } from 'run-playbook/tasks'
import { jkActivation } from 'run-playbook/tasks/httpd'
import { restartTomcat, tomcatCluster } from 'run-playbook/tasks/tomcat'
import { clusterMembers, instancePaths } from './tomcat.ts'
import { type Instance, wasVars } from './wasVars.ts'
import { httpdProcess } from './web.ts'
import { webVars } from './webVars.ts'

export const rollingVars = wasVars.extend({
  /** Seconds that requests may take to end, once no new ones come. */
  drain_seconds: z.number().positive().default(60),
})

/** What tells a web host's httpd. */
const httpdVars = webVars.pick({ apache_dir: true, systemd_units: true })

type RollingVars = z.output<typeof rollingVars>

/** @throws PlaybookError E_ALONE where no other host could serve the sessions meanwhile */
export function rolling(host: PlayHost<RollingVars>): TaskList {
  if (host.hosts(host.vars.was_hosts).length < 2) {
    throw new PlaybookError('E_ALONE', `${host.name} is the only WAS host: nothing could serve meanwhile.`)
  }
  return host.vars.instances.map((instance) => restartInstance(instance, host))
}

/**
 * The instance must see its peers first, for they have its sessions then. No new request goes to it, those that run
 * end, it is restarted, waited for until it answers (it has the peers' sessions then) and sees its peers, and put back.
 * Where one of these fails it stays out of rotation, and nothing else is restarted.
 */
function restartInstance(instance: Instance, host: PlayHost<RollingVars>): TaskList {
  const { vars } = host
  const { process } = instancePaths(instance, vars)
  const worker = `${instance.name}${vars.node}`
  const servers = host
    .hosts(vars.web_hosts, httpdVars)
    .map((web) => ({ on: web.name, ...httpdProcess(web.vars) }))
  const members = clusterMembers(instance, host)
  return [
    tomcatCluster(members, { title: `tomcatCluster ${instance.name}` }),
    jkActivation({ worker, state: 'stopped', servers }),
    waitFor(
      { command: noConnection(instance.ajp), timeout: vars.drain_seconds, interval: 0.2 },
      { title: `requests to ${worker} have ended` },
    ),
    restartTomcat({ ...process, always: true }, { title: `restartTomcat ${instance.name}` }),
    tomcatCluster(members, { title: `tomcatCluster ${instance.name}` }),
    jkActivation({ worker, state: 'active', servers }),
  ]
}

/** mod_jk's connections belong to httpd processes, which end with their last request once they are of an old generation. */
function noConnection(port: number): string {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  return `! cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '$4 == "01" && $2 ~ /:${hex}$/ { n = 1 } END { exit !n }'`
}
