// The edits that turn a stock server.xml into an instance's.

import type { Secret } from 'run-playbook'
import type { ElementSpec, XmlEdit } from 'run-playbook/formats'

export type ClusterSettings = {
  /** The host's own address, for the receiver: what the host name resolves to may be 127.0.1.1. */
  readonly address: string
  /** The receiver's TCP port. */
  readonly port: number
  /** The membership's multicast port; its own for each cluster. */
  readonly multicastPort: number
  readonly multicastAddress?: string
  /** Tomcat's `channelSendOptions`; 6 (not given): each message is acknowledged before its request ends. */
  readonly channelSendOptions?: number
  /** All members, for networks without multicast; not given: they find each other. */
  readonly members?: { readonly local: StaticMember; readonly others: readonly StaticMember[] }
}

/** A member that is named: `node` and the receiver's port make its id, which all members must call it by. */
type StaticMember = { readonly address: string; readonly port: number; readonly node: number }

export type ServerXmlSettings = {
  /** The name of the Service. */
  readonly service: string
  /** The name of the Engine; the Service's if it is not given. */
  readonly engine?: string
  readonly jvmRoute: string
  readonly shutdownPort: number
  readonly http: { readonly port: number }
  /** No AJP connector: one that is there is commented out. */
  readonly ajp: { readonly port: number; readonly address?: string; readonly secret?: Secret } | null
  readonly redirectPort: number
  /** No cluster: one that is there is removed. */
  readonly cluster: ClusterSettings | null
  readonly accessLogDirectory: string
  readonly accessLogPattern?: string
  /** What the Server header says. */
  readonly serverHeader?: string
  readonly uriEncoding?: string
}

/**
 * The edits for one instance. Elements are selected by where they stand, not by the value an edit changes, so that the
 * list serves a stock file, a finished one, and one made with other settings.
 *
 * @example editXml(bytes, serverXmlEdits({ service: 'ECS', jvmRoute: 'ecs1', shutdownPort: 8005, … }))
 */
export function serverXmlEdits(settings: ServerXmlSettings): XmlEdit[] {
  const service = `/Server/Service[@name=${quoted(settings.service)}]`
  return [
    { set: '/Server', attributes: { port: settings.shutdownPort } },
    { set: `/Server/Listener[@className='${classNames.apr}']`, attributes: { SSLEngine: 'on' } },
    { set: [service, '/Server/Service[last()=1]'], attributes: { name: settings.service } },
    httpConnector(service, settings),
    ...ajpConnector(service, settings),
    {
      set: `${service}/Engine`,
      attributes: { name: settings.engine ?? settings.service, jvmRoute: settings.jvmRoute },
    },
    cluster(service, settings.cluster),
    {
      set: `${service}/Engine/Host[@name='localhost']/Valve[@className='${classNames.accessLog}']`,
      attributes: {
        directory: settings.accessLogDirectory,
        pattern: settings.accessLogPattern ?? '%h %l %u %t "%r" %s %b %{Referer}i %{User-Agent}i',
      },
    },
  ]
}

const classNames = {
  apr: 'org.apache.catalina.core.AprLifecycleListener',
  accessLog: 'org.apache.catalina.valves.AccessLogValve',
  cluster: 'org.apache.catalina.ha.tcp.SimpleTcpCluster',
}

function httpConnector(service: string, settings: ServerXmlSettings): XmlEdit {
  return {
    set: `${service}/Connector[@protocol='HTTP/1.1' or contains(@protocol, 'Http11') or not(@protocol)][not(@SSLEnabled='true')][1]`,
    attributes: {
      port: settings.http.port,
      server: settings.serverHeader ?? 'Unknown',
      redirectPort: settings.redirectPort,
      URIEncoding: settings.uriEncoding ?? 'UTF-8',
    },
  }
}

function ajpConnector(
  service: string,
  { ajp, redirectPort, uriEncoding = 'UTF-8' }: ServerXmlSettings,
): XmlEdit[] {
  const connector = `${service}/Connector[@protocol='AJP/1.3']`
  if (!ajp) return [{ comment: connector }]
  const live: XmlEdit = {
    uncomment: connector,
    attributes: {
      address: ajp.address ?? '0.0.0.0',
      port: ajp.port,
      secretRequired: ajp.secret !== undefined,
      ...(ajp.secret === undefined ? {} : { secret: ajp.secret }),
      redirectPort,
      URIEncoding: uriEncoding,
    },
  }
  return ajp.secret === undefined ? [live, { set: connector, attributes: { secret: null } }] : [live]
}

function cluster(service: string, settings: ClusterSettings | null): XmlEdit {
  if (!settings) return { remove: `${service}/Engine/Cluster` }
  return {
    ensure: `${service}/Engine`,
    element: clusterElement(settings),
    match: 'Cluster',
    place: [{ after: "comment()[contains(., '<Cluster')]" }, 'first'],
  }
}

function clusterElement(settings: ClusterSettings): ElementSpec {
  return {
    name: 'Cluster',
    attributes: { className: classNames.cluster, channelSendOptions: settings.channelSendOptions ?? 6 },
    children: [
      {
        name: 'Manager',
        attributes: {
          className: 'org.apache.catalina.ha.session.DeltaManager',
          expireSessionsOnShutdown: false,
          notifyListenersOnReplication: true,
        },
      },
      channel(settings),
      { name: 'Valve', attributes: { className: 'org.apache.catalina.ha.tcp.ReplicationValve', filter: '' } },
      { name: 'Valve', attributes: { className: 'org.apache.catalina.ha.session.JvmRouteBinderValve' } },
      {
        name: 'Deployer',
        attributes: {
          className: 'org.apache.catalina.ha.deploy.FarmWarDeployer',
          tempDir: '/tmp/war-temp/',
          deployDir: '/tmp/war-deploy/',
          watchDir: '/tmp/war-listen/',
          watchEnabled: false,
        },
      },
      {
        name: 'ClusterListener',
        attributes: { className: 'org.apache.catalina.ha.session.ClusterSessionListener' },
      },
    ],
  }
}

const tribes = 'org.apache.catalina.tribes'

function channel(settings: ClusterSettings): ElementSpec {
  const { address, port } = settings
  return {
    name: 'Channel',
    attributes: { className: `${tribes}.group.GroupChannel` },
    children: [
      membership(settings),
      {
        name: 'Receiver',
        attributes: {
          className: `${tribes}.transport.nio.NioReceiver`,
          address,
          port,
          autoBind: 100,
          selectorTimeout: 5000,
          maxThreads: 6,
        },
      },
      {
        name: 'Sender',
        attributes: { className: `${tribes}.transport.ReplicationTransmitter` },
        children: [
          { name: 'Transport', attributes: { className: `${tribes}.transport.nio.PooledParallelSender` } },
        ],
      },
      { name: 'Interceptor', attributes: { className: `${tribes}.group.interceptors.TcpFailureDetector` } },
      {
        name: 'Interceptor',
        attributes: { className: `${tribes}.group.interceptors.MessageDispatchInterceptor` },
      },
    ],
  }
}

/** Source: Membership and Member in the cluster reference of Tomcat 9. */
function membership(settings: ClusterSettings): ElementSpec {
  const { multicastAddress = '228.0.0.4', multicastPort, members } = settings
  if (members) {
    return {
      name: 'Membership',
      attributes: {
        className: `${tribes}.membership.StaticMembershipService`,
        connectTimeout: 500,
        expirationTime: 3000,
        rpcTimeout: 3000,
        useThread: true,
        pingInterval: 1000,
      },
      children: [
        { name: 'LocalMember', attributes: staticMember(members.local) },
        ...members.others.map((member) => ({ name: 'Member', attributes: staticMember(member) })),
      ],
    }
  }
  return {
    name: 'Membership',
    attributes: {
      className: `${tribes}.membership.McastService`,
      address: multicastAddress,
      port: multicastPort,
      frequency: 500,
      dropTime: 3000,
    },
  }
}

/** The id is 16 bytes. */
function staticMember({ address, port, node }: StaticMember) {
  const bytes = [node >> 8, node & 255, port >> 8, port & 255]
  return {
    className: `${tribes}.membership.StaticMember`,
    host: address,
    port,
    uniqueId: `{${[...Array(16 - bytes.length).fill(0), ...bytes].join(',')}}`,
  }
}

/** A string of the selector language, which has no escapes: the quotes that the text does not hold. */
function quoted(text: string): string {
  return text.includes("'") ? `"${text}"` : `'${text}'`
}
