// The session tests: one for each virtual host with the test page.

import { defineRole, PlaybookError, type Task } from 'run-playbook'
import { testSessionFailover } from 'run-playbook/tasks/tomcat'
import { instancePaths } from './tomcat.ts'
import { type WasHost, wasHosts } from './wasHosts.ts'
import { type WasVars, wasVars } from './wasVars.ts'
import { type Vhost, webVars } from './webVars.ts'

/** @throws PlaybookError E_NO_TEST_PAGE where no instance has the page */
export const sessionTest = defineRole({
  name: 'sessionTest',
  vars: webVars.pick({ vhosts: true, was_hosts: true, web_hosts: true, http_port: true }),
  tasks: (host) => {
    const { vhosts, was_hosts, web_hosts, http_port: port } = host.vars
    const was = wasHosts(host, was_hosts, wasVars)
    const through = host.hosts(web_hosts).map(({ name }) => name)
    const testable = vhosts.filter(({ instance }) =>
      was.every(({ vars }) => vars.session_test.includes(instance)),
    )
    if (testable.length > 0) return testable.map((vhost) => failoverTest(vhost, was, { through, port }))
    throw new PlaybookError('E_NO_TEST_PAGE', 'No instance has sessionTest.jsp, which counts the requests.', {
      hint: 'List the instances that should have it (session_test: [ecs]), and run was.ts.',
    })
  },
})

type RequestPath = { readonly through: string[]; readonly port: number }

function failoverTest({ name, instance }: Vhost, was: readonly WasHost<WasVars>[], route: RequestPath): Task {
  const tomcats = was.map(({ name: on, vars }) => ({
    on,
    route: `${instance}${vars.node}`,
    ...instancePaths(vars.instances.find((each) => each.name === instance)!, vars).process,
  }))
  return testSessionFailover({ host: name, path: '/sessionTest.jsp', ...route, tomcats })
}
