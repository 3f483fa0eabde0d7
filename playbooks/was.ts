// Deploys the WAS hosts: clustered Tomcat instances.

import { definePlay } from 'run-playbook'
import { tomcatCluster } from 'run-playbook/tasks/tomcat'
import { removedInstance } from './roles/removedInstance.ts'
import { clusterMembers, clusterNeeds } from './roles/tomcat.ts'
import { was, wasNeeds } from './roles/was.ts'
import { wasVars } from './roles/wasVars.ts'

/** Last, so that in a whole site nothing is sent to an instance any more when it goes. */
export const removal = definePlay({
  name: 'WAS removed instances',
  hosts: 'was',
  become: true,
  vars: wasVars,
  tasks: (host) => host.vars.removed_instances.map((instance) => removedInstance(instance, host)),
})

export default [
  definePlay({
    name: 'WAS',
    hosts: 'was',
    become: true,
    serial: 1,
    vars: wasVars,
    needs: wasNeeds,
    tasks: (host) => was(host),
  }),
  definePlay({
    name: 'WAS cluster',
    hosts: 'was',
    become: true,
    vars: wasVars,
    tags: ['cluster'],
    needs: clusterNeeds,
    tasks: (host) =>
      host.vars.instances.map((instance) =>
        tomcatCluster(clusterMembers(instance, host), { title: `tomcatCluster ${instance.name}` }),
      ),
  }),
  removal,
]
