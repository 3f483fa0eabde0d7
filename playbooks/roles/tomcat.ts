// A Tomcat instance: unpacked, configured, and restarted if its configuration changes.

import type { Needs, PlayHost, TaskList } from 'run-playbook'
import { copyFile, directory, editXml, unarchive } from 'run-playbook/tasks'
import { patchCatalinaSh, restartTomcat, tomcat } from 'run-playbook/tasks/tomcat'
import { type ClusterSettings, serverXmlEdits } from './serverXml.ts'
import { numericAddress } from './siteAddress.ts'
import { siteUnit, tomcatUnitText } from './units.ts'
import { wasHosts } from './wasHosts.ts'
import { type Instance, type WasVars, wasVars } from './wasVars.ts'

/** Where an instance lives, and how it is started. */
export function instancePaths(instance: Instance, vars: WasVars) {
  const home = `${vars.was_dir}/ws-${instance.name}-server`
  const logs = `${vars.log_dir}/ws-${instance.name}-server`
  const unit = `ws-${instance.name}-server.service`
  return {
    home,
    logs,
    unit,
    process: {
      home,
      user: vars.account,
      httpPort: instance.http,
      log: `${logs}/catalina.out.*`,
      within: vars.start_seconds,
      ...(vars.systemd_units ? { unit } : {}),
    },
  }
}

/** The archive that the instances are unpacked from. */
export function tomcatArchive(vars: WasVars): string {
  return `${vars.source_dir}/apache-tomcat-${vars.tomcat_version}.tar.gz`
}

/** Unpacks and configures an instance; what changes its configuration notifies its restart. */
export function tomcatInstance(instance: Instance, host: PlayHost<WasVars>): TaskList {
  const { vars } = host
  const { home, logs, unit, process } = instancePaths(instance, vars)
  const restart = restartTomcat(
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
      checksum: vars.tomcat_checksum.hex,
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
            address: vars.cluster_address ?? numericAddress(host),
            port: instance.receiver,
            multicastAddress: vars.multicast_address,
            multicastPort: instance.multicast,
            channelSendOptions: vars.channel_send_options,
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
    siteUnit(vars, unit, instanceUnit(home, logs, vars), restart),
    vars.session_test.includes(instance.name) &&
      copyFile({
        src: '../files/sessionTest.jsp',
        dest: `${home}/webapps/ROOT/sessionTest.jsp`,
        owner: vars.account,
        group: vars.account,
      }),
  ]
}

function instanceUnit(home: string, logs: string, vars: WasVars): string {
  const { account, log_offset_minutes: offsetMinutes } = vars
  return tomcatUnitText({ home, account, logs, rotatelogs: '/usr/sbin/rotatelogs', offsetMinutes })
}

/** What must be seen of an instance's cluster: as many others as there are hosts that have it. */
export function clusterMembers(instance: Instance, host: PlayHost<WasVars>) {
  const { home, log } = instancePaths(instance, host.vars).process
  return { home, log, members: hostsOf(instance, host).length - 1 }
}

/** How the members of the clusters reach one another: by multicast, and at their receivers. */
export function clusterNeeds(host: PlayHost<WasVars>): Needs {
  const { instances, membership, multicast_address } = host.vars
  const receivers = instances.flatMap((instance) => namedMembers(instance, host)?.others ?? [])
  return {
    multicast: membership === 'multicast' ? [multicast_address] : [],
    reach: receivers.map(({ address, port }) => `${address}:${port}`),
  }
}

/** The same instance on this host and on the other WAS hosts. */
function namedMembers(instance: Instance, host: PlayHost<WasVars>): ClusterSettings['members'] {
  const all = hostsOf(instance, host).map(({ name, address, vars, own }) => ({
    host: name,
    member: {
      address: vars.cluster_address ?? numericAddress({ name, address, vars }),
      port: own.receiver,
      node: vars.node,
    },
  }))
  const local = all.find((each) => each.host === host.name)!.member
  return { local, others: all.map(({ member }) => member).filter((member) => member !== local) }
}

/** The WAS hosts that have an instance, and what it is there. */
function hostsOf({ name }: Instance, host: PlayHost<WasVars>) {
  return wasHosts(host, host.vars.was_hosts, wasVars).flatMap((each) => {
    const own = each.vars.instances.find((instance) => instance.name === name)
    return own ? [{ ...each, own }] : []
  })
}

/** The instances run, as the account, and answer: all are started before the first is waited for. */
export function tomcatsUp(vars: WasVars): TaskList {
  const instances = vars.instances.map((instance) => ({
    name: instance.name,
    process: instancePaths(instance, vars).process,
  }))
  return [
    instances.map(({ name, process }) =>
      tomcat({ ...process, state: 'started' }, { title: `tomcat ${name} started` }),
    ),
    instances.map(({ name, process }) =>
      tomcat({ ...process, state: 'running', start: false }, { title: `tomcat ${name} running` }),
    ),
  ]
}
