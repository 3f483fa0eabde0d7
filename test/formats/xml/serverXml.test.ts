// All edits of one instance's server.xml at once: only the intended lines change.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { type ServerXmlSettings, serverXmlEdits } from '../../../playbooks/roles/serverXml.ts'
import { editXml } from '../../../src/formats/xml.ts'
import { crlf, lineDiff, tomcatText, tomcatVersions } from './fixtures.ts'

const ecsSettings: ServerXmlSettings = {
  service: 'ECS',
  jvmRoute: 'ecs1',
  shutdownPort: 8005,
  http: { port: 8080 },
  ajp: { port: 8009 },
  redirectPort: 8443,
  cluster: { address: '10.98.0.11', port: 4000, multicastPort: 45_564, channelSendOptions: 8 },
  accessLogDirectory: '/data3/logs/tomcat/ws-ecs-server',
}
const ifsSettings: ServerXmlSettings = {
  service: 'IFS',
  jvmRoute: 'ifs2',
  shutdownPort: 8006,
  http: { port: 8081 },
  ajp: { port: 8010 },
  redirectPort: 8444,
  cluster: { address: '10.98.0.12', port: 4001, multicastPort: 45_565, channelSendOptions: 8 },
  accessLogDirectory: '/data3/logs/tomcat/ws-ifs-server',
}

const clusterXml = `      <Cluster className="org.apache.catalina.ha.tcp.SimpleTcpCluster"
               channelSendOptions="8">
        <Manager className="org.apache.catalina.ha.session.DeltaManager"
                 expireSessionsOnShutdown="false"
                 notifyListenersOnReplication="true" />
        <Channel className="org.apache.catalina.tribes.group.GroupChannel">
          <Membership className="org.apache.catalina.tribes.membership.McastService"
                      address="228.0.0.4"
                      port="45564"
                      frequency="500"
                      dropTime="3000" />
          <Receiver className="org.apache.catalina.tribes.transport.nio.NioReceiver"
                    address="10.98.0.11"
                    port="4000"
                    autoBind="100"
                    selectorTimeout="5000"
                    maxThreads="6" />
          <Sender className="org.apache.catalina.tribes.transport.ReplicationTransmitter">
            <Transport className="org.apache.catalina.tribes.transport.nio.PooledParallelSender" />
          </Sender>
          <Interceptor className="org.apache.catalina.tribes.group.interceptors.TcpFailureDetector" />
          <Interceptor className="org.apache.catalina.tribes.group.interceptors.MessageDispatchInterceptor" />
        </Channel>
        <Valve className="org.apache.catalina.ha.tcp.ReplicationValve"
               filter="" />
        <Valve className="org.apache.catalina.ha.session.JvmRouteBinderValve" />
        <Deployer className="org.apache.catalina.ha.deploy.FarmWarDeployer"
                  tempDir="/tmp/war-temp/"
                  deployDir="/tmp/war-deploy/"
                  watchDir="/tmp/war-listen/"
                  watchEnabled="false" />
        <ClusterListener className="org.apache.catalina.ha.session.ClusterSessionListener" />
      </Cluster>`

const stockXml = tomcatText('9.0.109/conf/server.xml')

test('of the stock file only the intended lines differ', () => {
  assert.equal(lineDiff(stockXml, edited(stockXml, ecsSettings)), [
    '-  <Listener className="org.apache.catalina.core.AprLifecycleListener" />',
    '+  <Listener className="org.apache.catalina.core.AprLifecycleListener" SSLEngine="on" />',
    '-  <Service name="Catalina">',
    '+  <Service name="ECS">',
    '+               server="Unknown"',
    '+               URIEncoding="UTF-8"',
    '-    <!--',
    '-               address="::1"',
    '+               address="0.0.0.0"',
    '+               secretRequired="false"',
    '+               URIEncoding="UTF-8"',
    '-    -->',
    '-    <Engine name="Catalina" defaultHost="localhost">',
    '+    <Engine name="ECS" defaultHost="localhost" jvmRoute="ecs1">',
    ...clusterXml.split('\n').map((line) => `+${line}`),
    '-        <Valve className="org.apache.catalina.valves.AccessLogValve" directory="logs"',
    '+        <Valve className="org.apache.catalina.valves.AccessLogValve" directory="/data3/logs/tomcat/ws-ecs-server"',
    '-               pattern="%h %l %u %t &quot;%r&quot; %s %b" />',
    '+               pattern="%h %l %u %t &quot;%r&quot; %s %b %{Referer}i %{User-Agent}i" />',
  ])
})

test('what is reported reads like the runbook', () => {
  const { changes } = editXml(Buffer.from(stockXml), serverXmlEdits({ ...ecsSettings, shutdownPort: 8007 }))
  assert.equal(
    changes.map(({ what, from, to }) => `${what}   ${from} → ${to}`),
    [
      'Server @port   8005 → 8007',
      'Listener[AprLifecycleListener] @SSLEngine   absent → on',
      'Service[Catalina] @name   Catalina → ECS',
      'Connector[HTTP/1.1] @server   absent → Unknown',
      'Connector[HTTP/1.1] @URIEncoding   absent → UTF-8',
      'Connector[AJP/1.3]   commented out → address 0.0.0.0, port 8009, secretRequired false, redirectPort 8443, URIEncoding UTF-8',
      'Engine[Catalina] @name   Catalina → ECS',
      'Engine[Catalina] @jvmRoute   absent → ecs1',
      'Cluster[SimpleTcpCluster]   absent → channelSendOptions 8, 6 elements inside',
      'Valve[AccessLogValve] @directory   logs → /data3/logs/tomcat/ws-ecs-server',
      'Valve[AccessLogValve] @pattern   %h %l %u %t "%r" %s %b → %h %l %u %t "%r" %s %b %{Referer}i %{User-Agent}i',
    ],
  )
})

for (const version of tomcatVersions) {
  for (const [ending, write] of [
    ['LF', (text: string) => text],
    ['CRLF', crlf],
  ] as const) {
    test(`${version} in ${ending}: again nothing changes, and other settings give the file they give from stock`, () => {
      const stock = write(tomcatText(`${version}/conf/server.xml`))
      const ecs = edited(stock, ecsSettings)
      assert.equal(editXml(Buffer.from(ecs), serverXmlEdits(ecsSettings)).changes, [])
      const ifs = edited(ecs, ifsSettings)
      assert.is(ifs, edited(stock, ifsSettings))
      assert.is(edited(ifs, ecsSettings), ecs)
      if (ending === 'CRLF') assert.not.match(ifs, /(?<!\r)\n/)
    })
  }
}

test('without AJP and cluster both go again, and the file is the stock one but for names and logs', () => {
  const bare = { ...ecsSettings, ajp: null, cluster: null }
  assert.is(edited(edited(stockXml, ecsSettings), bare).includes('SimpleTcpCluster"\n'), false)
  assert.equal(editXml(Buffer.from(edited(stockXml, bare)), serverXmlEdits(bare)).changes, [])
  const lines = lineDiff(edited(stockXml, bare), edited(edited(stockXml, ecsSettings), bare))
  assert.equal(lines, [
    '-               address="::1"',
    '+               address="0.0.0.0"',
    '+               secretRequired="false"',
    '+               URIEncoding="UTF-8"',
  ])
})

// The runbook's texts, pasted into the stock file as a person does.
const editedByHand = stockXml
  .replace('AprLifecycleListener" />', 'AprLifecycleListener" SSLEngine="on" />')
  .replace('<Service name="Catalina">', '<Service name="ECS">')
  .replace(
    /<Connector port="8080" protocol="HTTP\/1.1"[^>]*>/,
    `<Connector port="8080" protocol="HTTP/1.1"
           connectionTimeout="20000"
           server="Unknown"
           redirectPort="8443" URIEncoding="UTF-8" />`,
  )
  .replace(
    / {4}<!--\n {4}<Connector protocol="AJP\/1.3"[^>]*>\n {4}-->/,
    `<Connector protocol="AJP/1.3"
           address="0.0.0.0"
           port="8009"
           secretRequired="false"
           redirectPort="8443" URIEncoding="UTF-8" />`,
  )
  .replace(
    '    <Engine name="Catalina" defaultHost="localhost">',
    '<Engine name="ECS" defaultHost="localhost" jvmRoute="ecs1">',
  )
  .replace(
    '      <Cluster className="org.apache.catalina.ha.tcp.SimpleTcpCluster"/>\n      -->',
    (example) =>
      `${example}\n${clusterXml.replaceAll(' />', '/>').replaceAll('>\n        <', '>\n\n        <')}`,
  )
  .replace('directory="logs"', 'directory="/data3/logs/tomcat/ws-ecs-server"')
  .replace('%s %b" />', '%s %b %{Referer}i %{User-Agent}i" />')

test('an instance edited by hand as in the runbook needs nothing', () => {
  assert.match(editedByHand, 'redirectPort="8443" URIEncoding="UTF-8" />\n    <!-- A "Connector" using')
  assert.match(editedByHand, '\n<Connector protocol="AJP/1.3"')
  assert.match(editedByHand, 'maxThreads="6"/>')
  assert.equal(editXml(Buffer.from(editedByHand), serverXmlEdits(ecsSettings)).changes, [])
})

test('an instance edited by hand is re-targeted in the values alone', () => {
  const lines = lineDiff(
    editedByHand,
    edited(editedByHand, { ...ecsSettings, http: { port: 8090 }, jvmRoute: 'ecs2' }),
  )
  assert.equal(lines, [
    '-    <Connector port="8080" protocol="HTTP/1.1"',
    '+    <Connector port="8090" protocol="HTTP/1.1"',
    '-<Engine name="ECS" defaultHost="localhost" jvmRoute="ecs1">',
    '+<Engine name="ECS" defaultHost="localhost" jvmRoute="ecs2">',
  ])
})

test('the HTTP connector is found beside a live TLS one, and keeps maxParameterCount', () => {
  const withTls = stockXml.replace(
    '    <Connector port="8080"',
    '    <Connector port="8443" protocol="org.apache.coyote.http11.Http11NioProtocol" SSLEnabled="true"/>\n    <Connector port="8080"',
  )
  const result = edited(withTls, ifsSettings)
  assert.match(
    result,
    '<Connector port="8443" protocol="org.apache.coyote.http11.Http11NioProtocol" SSLEnabled="true"/>',
  )
  assert.match(result, /<Connector port="8081" protocol="HTTP\/1.1"[^>]*maxParameterCount="1000"/)
})

test('a server.xml with several services and none of the expected name lists those that exist', () => {
  const two = stockXml.replace('</Service>', '</Service>\n  <Service name="Other"/>')
  assert.throws(
    () => edited(two, ecsSettings),
    /Service \(line 55\) has name "Catalina", not "ECS", Service \(line 182\) has name "Other"/,
  )
})

function edited(text: string, settings: ServerXmlSettings): string {
  return Buffer.from(editXml(Buffer.from(text), serverXmlEdits(settings)).bytes).toString()
}

test.run()
