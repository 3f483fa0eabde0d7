// The WAS role on real hosts: dry run, run, second run, changes, failures.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { diffLines } from 'diff'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { tomcatStatuses } from '../../lab/demo/tomcatStatus.ts'
import { down, type Lab, up } from '../../lab/lab.ts'
import { ended, makeSite, type Ran, type Site, trips } from './site.ts'

const name = 'e2e-was'
const instances = ['ecs', 'ifs', 'pls']
let lab: Lab
let site: Site
let dryRun: Ran

test('a fresh lab comes up', async () => {
  lab = await up(name, { isFresh: true, hosts: ['was-01', 'was-02'] })
  site = makeSite(lab)
})

test('a dry run on empty hosts goes through to the end and touches nothing', async () => {
  await fingerprint() // the first rpm -qa makes files of its own
  const before = await fingerprint()
  dryRun = await site.runPlaybook('was.ts', '--check', '--output', 'jsonl')
  assert.is(dryRun.code, 0, dryRun.stderr + dryRun.stdout.slice(-2000))
  assert.equal(ended(dryRun, 'failed', 'unreachable'), [])
  assert.ok(ended(dryRun, 'changed').includes('was-02: user ecsuser'))
  assert.is(await fingerprint(), before)
})

test('the run changes what the dry run predicted, and nothing that it called ok', async () => {
  const ran = await site.runPlaybook('was.ts', '--output', 'jsonl')
  assert.is(ran.code, 0, ran.stderr + ran.stdout.slice(-3000))
  const changed = new Set(ended(ran, 'changed'))
  assert.equal(
    ended(dryRun, 'changed').filter((task) => !changed.has(task)),
    [],
    'predicted to change, and did not',
  )
  assert.equal(
    ended(dryRun, 'ok').filter((task) => changed.has(task)),
    [],
    'predicted ok, and changed',
  )
})

test('a second run finds nothing to do, in one trip a host', async () => {
  const ran = await site.runPlaybook('was.ts', '--output', 'jsonl')
  assert.is(ran.code, 0)
  assert.equal(ended(ran, 'changed', 'failed', 'unknown'), [])
  assert.equal(trips(ran), [1, 1])
})

test('six Tomcats answer, each run by ecsuser and a member of its cluster', async () => {
  const states = await tomcatStatuses(lab)
  assert.equal(
    states.map(({ host, instance, status, members }) => [host, instance, status, members]),
    ['was-01', 'was-02'].flatMap((host) => instances.map((instance) => [host, instance, 200, 1])),
  )
  const { stdout } = await site.on('was-01', "ps -o user= -p $(pgrep -d, -f '[c]atalina.base=')")
  assert.equal(stdout.trim().split('\n'), ['ecsuser', 'ecsuser', 'ecsuser'])
})

for (const [index, instance] of instances.entries()) {
  test(`server.xml of ${instance}: the stock file line by line, but for the lines that were meant`, async () => {
    const conf = `/data2/was/ws-${instance}-server/conf`
    const { stdout: origin } = await site.on('was-02', `cat ${conf}/server.xml_origin`)
    const { stdout: edited } = await site.on('was-02', `cat ${conf}/server.xml`)
    assert.is(origin, readFileSync(join(site.root, 'test/fixtures/tomcat/9.0.109/conf/server.xml'), 'utf8'))
    const upper = instance.toUpperCase()
    const address = lab.hosts.find((host) => host.name === 'was-02')!.address
    const parts = diffLines(origin, edited)
    const removed = parts.filter((part) => part.removed).flatMap((part) => part.value.trimEnd().split('\n'))
    const added = parts.filter((part) => part.added).flatMap((part) => part.value.trimEnd().split('\n'))
    const isOther = (text: string) => (index === 0 ? [] : [text])
    assert.equal(
      removed.map((line) => line.trim()),
      [
        ...isOther('<Server port="8005" shutdown="SHUTDOWN">'),
        '<Listener className="org.apache.catalina.core.AprLifecycleListener" />',
        '<Service name="Catalina">',
        ...isOther('<Connector port="8080" protocol="HTTP/1.1"'),
        ...isOther('redirectPort="8443"'),
        '<!--',
        'address="::1"',
        ...isOther('port="8009"'),
        ...isOther('redirectPort="8443"'),
        '-->',
        '<Engine name="Catalina" defaultHost="localhost">',
        '<Valve className="org.apache.catalina.valves.AccessLogValve" directory="logs"',
        'pattern="%h %l %u %t &quot;%r&quot; %s %b" />',
      ],
    )
    const text = added.join('\n')
    for (const expected of [
      `<Service name="${upper}">`,
      `<Engine name="${upper}" defaultHost="localhost" jvmRoute="${instance}2">`,
      'secretRequired="false"',
      `port="${45564 + index}"`,
      `address="${address}"`,
      `port="${4000 + index}"`,
      `directory="/data3/logs/tomcat/ws-${instance}-server"`,
    ]) {
      assert.ok(text.includes(expected), `${expected}\n${text}`)
    }
    assert.is(
      edited.match(/maxParameterCount="1000"/g)?.length,
      origin.match(/maxParameterCount="1000"/g)?.length,
    )
  })
}

test('the firewall has what the runbook opens and what it forgets, at runtime and for the next start', async () => {
  for (const scope of ['', '--permanent ']) {
    const { stdout } = await site.on(
      'was-01',
      `firewall-cmd ${scope}--list-ports; firewall-cmd ${scope}--list-rich-rules`,
    )
    const [ports = '', ...rules] = stdout.trim().split('\n')
    for (const port of ['45564/udp', '45565/udp', '45566/udp', '4000/tcp', '4001/tcp', '4002/tcp'])
      assert.ok(ports.split(' ').includes(port), port)
    assert.not.ok(ports.includes('8009/tcp'))
    assert.is(rules.filter((rule) => /port="8(009|010|011|080|081|082)"/.test(rule)).length, 12)
  }
})

test('one changed port restarts that instance on one host after the other, and nothing else', async () => {
  const before = await tomcatStatuses(lab)
  site.setVars('was', (vars) => {
    ;(vars.instances as { http: number }[])[1]!.http = 8091
  })
  const check = await site.runPlaybook('was.ts', '--check', '--diff')
  assert.is(check.code, 0, check.stdout)
  assert.match(
    check.stdout,
    /-\s+<Connector port="8081" protocol="HTTP\/1\.1"\n.*\+\s+<Connector port="8091"/,
  )
  const ran = await site.runPlaybook('was.ts', '--output', 'jsonl')
  assert.is(ran.code, 0, ran.stdout.slice(-3000))
  const changed = ended(ran, 'changed')
  assert.equal(
    changed.filter((task) => /editXml|restart/i.test(task)),
    ['was-01', 'was-02'].flatMap((host) => [
      `${host}: editXml /data2/was/ws-ifs-server/conf/server.xml`,
      `${host}: restartTomcat ifs`,
    ]),
  )
  const { stdout } = await site.on('was-01', 'curl -s -o /dev/null -w "%{http_code}" http://127.0.0.1:8091/')
  assert.is(stdout, '200')
  const after = await tomcatStatuses(lab)
  const isSamePid = after.map(({ pid }, index) => pid === before[index]!.pid)
  assert.equal(isSamePid, [true, false, true, true, false, true])
  site.setVars('was', (vars) => {
    ;(vars.instances as { http: number }[])[1]!.http = 8081
  })
  assert.is((await site.runPlaybook('was.ts')).code, 0)
})

test('a Tomcat that was killed is started again, once, and joins its cluster', async () => {
  await site.on('was-01', "pkill -9 -f '[c]atalina.base=/data2/was/ws-pls-server '")
  const ran = await site.runPlaybook('was.ts', '--output', 'jsonl')
  assert.is(ran.code, 0, ran.stdout.slice(-3000))
  assert.ok(ended(ran, 'changed').includes('was-01: tomcat pls started'))
  const { stdout } = await site.on('was-01', "pgrep -c -f '[c]atalina.base=/data2/was/ws-pls-server '")
  assert.is(stdout.trim(), '1')
})

test('an instance that dies on start fails at once, with the end of its log', async () => {
  await site.on(
    'was-02',
    `pkill -9 -f '[c]atalina.base=/data2/was/ws-pls-server '; cd /data2/was/ws-pls-server/conf && cp -a catalina.properties saved && echo 'common.loader=' > catalina.properties`,
  )
  const startedAt = performance.now()
  const ran = await site.runPlaybook('was.ts', '--output', 'jsonl', '-l', 'was-02')
  const seconds = (performance.now() - startedAt) / 1000
  await site.on('was-02', 'cd /data2/was/ws-pls-server/conf && mv saved catalina.properties')
  assert.is(ran.code, 2, ran.stdout.slice(-2000))
  assert.ok(seconds < 60, `took ${seconds} s`)
  const failure = ran.lines.find(({ event, status }) => event === 'taskEnd' && status === 'failed')
  assert.match(JSON.stringify(failure), /Bootstrap|ClassNotFound|catalina\.out/)
})

test('a server.xml that is not well-formed is refused with line and column, and its Tomcat goes on', async () => {
  const path = '/data2/was/ws-ecs-server/conf/server.xml'
  await site.on(
    'was-01',
    `cp -a ${path} /root/saved.xml; sed -i 's#</Engine>##' ${path}; sha256sum ${path} > /root/sum`,
  )
  const ran = await site.runPlaybook('was.ts', '-l', 'was-01')
  assert.is(ran.code, 2)
  assert.match(ran.stdout, /E_XML/)
  assert.match(ran.stdout, /playbooks\/roles\/tomcat\.ts:\d+/)
  assert.is(
    (
      await site.on(
        'was-01',
        'sha256sum -c /root/sum >/dev/null && curl -s -o /dev/null -w "%{http_code}" http://127.0.0.1:8080/',
      )
    ).stdout,
    '200',
  )
  await site.on('was-01', `mv /root/saved.xml ${path}`)
})

test('a port that another program has is named with that program, before Tomcat is started', async () => {
  await site.on(
    'was-02',
    `systemd-run --unit=squatter -q python3 -c 'import socket,time; s=socket.socket(); s.setsockopt(1,2,1); s.bind(("0.0.0.0",8082)); s.listen(); time.sleep(600)'; until ss -Hltn sport = :8082 | grep -q .; do sleep 0.2; done`,
  )
  const ran = await site.runPlaybook('was.ts', '-l', 'was-02')
  await site.on('was-02', 'systemctl stop squatter')
  assert.is(ran.code, 2)
  assert.match(ran.stdout, /E_PORT_IN_USE/)
  assert.match(ran.stdout, /8082[\s\S]*python3|python3[\s\S]*8082/)
  const again = await site.runPlaybook('was.ts')
  assert.is(again.code, 0, again.stdout)
})

test('a host without a way out gets the archive from the controller', async () => {
  await site.on('was-01', 'rm /root/src/apache-tomcat-9.0.109.tar.gz')
  const ran = await site.runPlaybook(
    'was.ts',
    '-l',
    'was-01',
    '-e',
    'fetch_via=controller',
    '--output',
    'jsonl',
  )
  assert.is(ran.code, 0, ran.stdout.slice(-2000))
  assert.equal(ended(ran, 'changed'), ['was-01: download apache-tomcat-9.0.109.tar.gz'])
})

test('a wrong checksum leaves the good archive where it is, and names each mirror', async () => {
  const archive = '/root/src/apache-tomcat-9.0.109.tar.gz'
  const { stdout: before } = await site.on('was-01', `sha256sum ${archive}`)
  const urls = JSON.stringify([
    `${lab.mirror}/missing/x.tar.gz`,
    `${lab.mirror}/corrupt/dist/tomcat/tomcat-9/v9.0.109/bin/apache-tomcat-9.0.109.tar.gz`,
  ])
  const ran = await site.runPlaybook(
    'was.ts',
    '-l',
    'was-01',
    '-e',
    `{"tomcat_urls": ${urls}, "tomcat_checksum": "${'a'.repeat(128)}"}`,
  )
  assert.is(ran.code, 2)
  assert.match(ran.stdout, /404/)
  assert.match(ran.stdout, /SHA-512 is [0-9a-f]{4}…[0-9a-f]{2}, expected aaaa…aa/)
  assert.is((await site.on('was-01', `sha256sum ${archive}`)).stdout, before)
})

test('after all this a run finds nothing to do', async () => {
  const ran = await site.runPlaybook('was.ts', '--output', 'jsonl')
  assert.is(ran.code, 0, ran.stdout.slice(-2000))
  assert.equal(ended(ran, 'changed', 'failed'), [])
})

test('the lab goes down', async () => {
  site.remove()
  await down(name, { isPurge: true })
})

/** What a dry run must not change: packages, accounts, firewall, and every file of some folders. */
async function fingerprint(): Promise<string> {
  const script = `rpm -qa | sort; getent passwd; firewall-cmd --list-all; firewall-cmd --permanent --list-all
find /etc /root /usr/bin /usr/sbin /opt /data2 /data3 /var/lib/rpm -xdev -printf '%p %s %T@ %m %u\\n' 2>/dev/null | grep -v -e /var/lib/rpm -e /root/.rpmdb -e /root/.cache -e '^/root ' | sort | sha256sum`
  const answers = await Promise.all(['was-01', 'was-02'].map((host) => site.on(host, script)))
  return answers.map(({ stdout }) => stdout).join('\n')
}

test.run()
