// Removes a Tomcat instance: stops it, deletes its folder, closes its ports.

import { PlaybookError, type PlayHost, type TaskList } from 'run-playbook'
import { firewallPort, firewallRichRule, remove } from 'run-playbook/tasks'
import { tomcat } from 'run-playbook/tasks/tomcat'
import { numericAddress } from './siteAddress.ts'
import { instancePaths } from './tomcat.ts'
import { withoutUnit } from './units.ts'
import type { Instance, WasVars } from './wasVars.ts'

/** @throws PlaybookError E_REMOVED_IN_USE where it is among the instances that there shall be, too */
export function removedInstance(
  instance: Instance,
  { vars, hosts }: Pick<PlayHost<WasVars>, 'vars' | 'hosts'>,
): TaskList {
  if (vars.instances.some(({ name }) => name === instance.name)) {
    throw new PlaybookError('E_REMOVED_IN_USE', `${instance.name} is in instances and in removed_instances.`)
  }
  const { home, unit } = instancePaths(instance, vars)
  const { multicast, receiver, ajp, http } = instance
  const inUse = new Set(
    vars.instances.flatMap((each) => [each.multicast, each.receiver, each.ajp, each.http]),
  )
  const unused = (ports: readonly string[]) => ports.filter((port) => !inUse.has(Number.parseInt(port, 10)))
  const cluster = unused([`${multicast}/udp`, `${receiver}/tcp`])
  const web = unused([`${ajp}/tcp`, `${http}/tcp`])
  return [
    vars.systemd_units !== undefined && withoutUnit(unit),
    tomcat({ home, user: vars.account, state: 'stopped' }, { title: `tomcat ${instance.name} stopped` }),
    remove({ path: home, recursive: true }),
    cluster.length > 0 && firewallPort({ ports: cluster, state: 'closed' }),
    web.length > 0 &&
      firewallRichRule({
        sources: hosts(vars.web_hosts).map(numericAddress),
        ports: web,
        state: 'absent',
      }),
  ]
}
