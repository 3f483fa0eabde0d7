// WAS hosts: three Tomcat instances each, their sessions replicated between the hosts.

import { definePlay } from 'run-playbook'
import { tomcatCluster } from 'run-playbook/tasks'
import { instancePlaces } from './roles/tomcat.ts'
import { was } from './roles/was.ts'
import { wasVars } from './roles/wasVars.ts'

export default [
  definePlay({
    name: 'WAS',
    hosts: 'was',
    become: true,
    serial: 1,
    vars: wasVars,
    tasks: (host) => was(host),
  }),
  definePlay({
    name: 'WAS cluster',
    hosts: 'was',
    become: true,
    vars: wasVars,
    tags: ['cluster'],
    tasks: (host) =>
      host.vars.instances.map((instance) => {
        const { home, log } = instancePlaces(instance, host.vars).process
        const members = host.hosts('was').length - 1
        return tomcatCluster({ home, log, members }, { title: `tomcatCluster ${instance.name}` })
      }),
  }),
]
