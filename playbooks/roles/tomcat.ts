// One Tomcat instance of a WAS host: unpacked, configured, restarted where its configuration changed.

import type { PlayHost, Task, TaskList } from 'run-playbook'
import {
  copyFile,
  directory,
  editXml,
  patchCatalinaSh,
  tomcatRestart,
  tomcatRunning,
  unarchive,
} from 'run-playbook/tasks'
import { type ClusterSettings, serverXmlEdits } from './serverXml.ts'
import { wasHosts } from './wasHosts.ts'
import { type Instance, type WasVars, wasVars } from './wasVars.ts'

/** Where an instance lives, and how it is started. */
export function instancePlaces(instance: Instance, vars: WasVars) {
  const home = `${vars.was_dir}/ws-${instance.name}-server`
  const logs = `${vars.log_dir}/ws-${instance.name}-server`
  return {
    home,
    logs,
    process: { home, user: vars.account, httpPort: instance.http, log: `${logs}/catalina.out.*` },
  }
}

/** The archive that the instances are unpacked from. */
export function tomcatArchive(vars: WasVars): string {
  return `${vars.source_dir}/apache-tomcat-${vars.tomcat_version}.tar.gz`
}

/** Unpacks and configures an instance; what changes its configuration notifies its restart. */
export function tomcatInstance(instance: Instance, host: PlayHost<WasVars>): TaskList {
  const { vars } = host
  const { home, logs, process } = instancePlaces(instance, vars)
  const restart = tomcatRestart(
    { ...process, onlyIfRunning: true },
    { title: `restartTomcat ${instance.name}` },
  )
  return [
    directory({ path: logs, owner: vars.account, group: vars.account }),
    unarchive({
      src: tomcatArchive(vars),
      dest: home,
      stripComponents: 1,
      creates: 'bin/catalina.sh',
      checksum: `sha512:${vars.tomcat_sha512.hex}`,
      owner: vars.account,
      group: vars.account,
    }),
    editXml(
      {
        path: `${home}/conf/server.xml`,
        keep: `${home}/conf/server.xml_origin`,
        edits: serverXmlEdits({
          service: instance.service,
          jvmRoute: `${instance.name}${vars.node}`,
          shutdownPort: instance.shutdown,
          http: { port: instance.http },
          ajp: { port: instance.ajp, ...(vars.ajp_secret ? { secret: vars.ajp_secret } : {}) },
          redirectPort: instance.redirect,
          cluster: {
            address: vars.cluster_address ?? host.address,
            port: instance.receiver,
            multicastAddress: vars.multicast_address,
            multicastPort: instance.multicast,
            ...(vars.membership === 'static' ? { members: namedMembers(instance, host) } : {}),
          },
          accessLogDirectory: logs,
        }),
      },
      { notify: restart },
    ),
    editXml(
      {
        path: `${home}/webapps/ROOT/WEB-INF/web.xml`,
        edits: [{ ensure: '/web-app', element: { name: 'distributable' }, place: 'last' }],
      },
      { notify: restart },
    ),
    patchCatalinaSh(
      {
        path: `${home}/bin/catalina.sh`,
        keep: `${home}/bin/catalina.sh_origin`,
        log: `${logs}/catalina.out.%Y-%m-%d`,
        offsetMinutes: vars.log_offset_minutes,
      },
      { notify: restart },
    ),
    vars.session_test.includes(instance.name) &&
      copyFile({
        src: '../files/sessionTest.jsp',
        dest: `${home}/webapps/ROOT/sessionTest.jsp`,
        owner: vars.account,
        group: vars.account,
      }),
  ]
}

/** The same instance on this host and on the other WAS hosts. */
function namedMembers({ name }: Instance, host: PlayHost<WasVars>): ClusterSettings['members'] {
  const all = wasHosts(host, 'was', wasVars).flatMap((each) => {
    const { instances, cluster_address, node } = each.vars
    const own = instances.find((instance) => instance.name === name)
    const address = cluster_address ?? each.address
    return own ? [{ host: each.name, member: { address, port: own.receiver, node } }] : []
  })
  const local = all.find((each) => each.host === host.name)!.member
  return { local, others: all.map(({ member }) => member).filter((member) => member !== local) }
}

/** The instance runs, as the account, and answers. */
export function tomcatUp(instance: Instance, vars: WasVars): Task {
  return tomcatRunning(instancePlaces(instance, vars).process, { title: `tomcatRunning ${instance.name}` })
}
