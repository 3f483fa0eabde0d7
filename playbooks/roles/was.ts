// The tasks of a WAS host: packages, Tomcat instances, account, firewall.

import { flushHandlers, type Needs, type PlayHost, type TaskList } from 'run-playbook'
import { directory, dnf, download, firewallPort, firewallRichRule, ownership, user } from 'run-playbook/tasks'
import { wasPolicy } from './selinux.ts'
import { numericAddress } from './siteAddress.ts'
import { tomcatArchive, tomcatInstance, tomcatsUp } from './tomcat.ts'
import type { WasVars } from './wasVars.ts'

/** All tasks of a WAS host, in the runbook's order, but for the account, which is made before it is needed. */
export function was(host: PlayHost<WasVars>): TaskList {
  const { vars } = host
  return [
    dnf({ name: vars.packages }),
    user({ name: vars.account }),
    directory({ path: vars.source_dir }),
    download({
      urls: vars.tomcat_urls,
      dest: tomcatArchive(vars),
      checksum: vars.tomcat_checksum.hex,
      via: vars.fetch_via,
    }),
    vars.owned_dirs.map((path) => directory({ path, owner: vars.account, group: vars.account })),
    vars.instances.map((instance) => tomcatInstance(instance, host)),
    vars.owned_dirs.map((path) => ownership({ path, owner: vars.account, group: vars.account })),
    wasPolicy(vars),
    wasFirewall(host),
    // What runs with an old configuration is restarted before its new port is checked.
    flushHandlers(),
    tomcatsUp(vars),
  ]
}

/** What `doctor` checks besides what the tasks need: room, and ports that no other program has. */
export function wasNeeds({ vars }: PlayHost<WasVars>): Needs {
  const room = 200 * 1024 ** 2
  const ports = vars.instances.flatMap(({ shutdown, ajp, receiver }) => [shutdown, ajp, receiver])
  return {
    disk: { [vars.was_dir]: room, [vars.log_dir]: room },
    ports: Object.fromEntries(ports.map((each) => [each, 'java'])),
  }
}

/** The cluster's ports are open to all, as in the runbook; AJP and HTTP to the web hosts only. */
function wasFirewall({ vars, hosts }: PlayHost<WasVars>): TaskList {
  return [
    firewallPort({
      ports: vars.instances.flatMap(({ multicast, receiver }) => [`${multicast}/udp`, `${receiver}/tcp`]),
    }),
    firewallRichRule({
      sources: hosts(vars.web_hosts).map(numericAddress),
      ports: vars.instances.flatMap(({ ajp, http }) => [`${ajp}/tcp`, `${http}/tcp`]),
    }),
  ]
}
