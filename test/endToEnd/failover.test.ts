// Sessions outlive their server, and restarts lose no request, on real hosts.

import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { type TomcatStatus, tomcatStatuses } from '../../lab/demo/tomcatStatus.ts'
import { type Lab, up } from '../../lab/lab.ts'
import { busySessions } from './busySessions.ts'
import { ended, makeSite, type Site, siteLab } from './site.ts'

const vhosts = ['ecs.test.co.kr', 'ifs.test.co.kr', 'pls.test.co.kr']
const was = ['was-01', 'was-02']
let lab: Lab
let site: Site

test('the site is up', async () => {
  lab = await up(siteLab)
  site = makeSite(lab)
  const ran = await site.runPlaybook('site.ts')
  assert.is(ran.code, 0, ran.stderr + ran.stdout.slice(-3000))
})

test('each of three sessions goes on when either WAS that serves it is shut down, through both WEB hosts', async () => {
  const before = await tomcatStatuses(lab)
  const ran = await site.runPlaybook('sessions.ts', '--output', 'jsonl')
  assert.is(ran.code, 0, ran.stderr + ran.stdout.slice(-3000))
  assert.equal(
    ended(ran, 'changed'),
    vhosts.map((vhost) => `web-01: sessionTest : testSessionFailover ${vhost}`),
  )
  const after = await tomcatStatuses(lab)
  assert.equal(answering(after), [200, 200, 200, 200, 200, 200])
  assert.equal(pidsKept(before, after), [false, false, false, false, false, false])
})

test('what the first request of a session sets is on the other Tomcat when its answer is there', async () => {
  const page = 'http://127.0.0.1:8080/sessionTest.jsp'
  const created = await site.on(
    'was-01',
    `for i in $(seq 60); do curl -s -o /dev/null -c - ${page} | awk '/JSESSIONID/ { print $7 }'; done`,
  )
  const ids = created.stdout.trim().split('\n')
  const read = await site.on(
    'was-02',
    `for id in ${ids.join(' ')}; do curl -s -b JSESSIONID=$id ${page} | grep -o ':</b>[0-9]*</p>'; done`,
  )
  assert.equal(
    read.stdout.trim().split('\n'),
    ids.map(() => ':</b>2</p>'),
  )
  assert.is(ids.length, 60)
})

test('every Tomcat is restarted while 50 sessions are busy: no request fails, no session is lost', async () => {
  // mod_jk forgets that the test before has stopped its workers: it would try one or the other again with a new session.
  for (const host of ['web-01', 'web-02'])
    await site.on(host, '/data2/apache/bin/apachectl -k graceful; sleep 1')
  const before = await tomcatStatuses(lab)
  const through = lab.hosts.filter(({ name }) => name.startsWith('web-')).map(({ address }) => address)
  const busy = busySessions({ through, hosts: vhosts, sessions: 50, thinkMs: 500 })
  const ran = await site.runPlaybook('rolling.ts', '--output', 'jsonl')
  const { requests, failed, lost, routes } = await busy.stop()
  assert.is(ran.code, 0, ran.stderr + ran.stdout.slice(-3000))
  assert.equal(failed, [])
  assert.equal(lost, [])
  assert.ok(requests > 500, `${requests} requests`)
  assert.equal([...routes.keys()].sort(), ['ecs1', 'ecs2', 'ifs1', 'ifs2', 'pls1', 'pls2'])
  const after = await tomcatStatuses(lab)
  assert.equal(answering(after), [200, 200, 200, 200, 200, 200])
  assert.equal(pidsKept(before, after), [false, false, false, false, false, false])
})

test('the rolling restart leaves the site as it was', async () => {
  const ran = await site.runPlaybook('site.ts', '--output', 'jsonl')
  assert.is(ran.code, 0, ran.stdout.slice(-2000))
  assert.equal(ended(ran, 'changed', 'failed'), [])
})

const units = ['-e', '{"systemd_units": true}', '-l', 'was-02,web-02', '--output', 'jsonl']
const tomcatUnits = ['ecs', 'ifs', 'pls'].map((each) => `ws-${each}-server`)

test('Tomcats and httpd that were started by hand become units, one start each, and a second run finds nothing to do', async () => {
  const before = await tomcatStatuses(lab)
  const ran = await site.runPlaybook('site.ts', ...units)
  assert.is(ran.code, 0, ran.stdout.slice(-3000))
  const after = await tomcatStatuses(lab)
  assert.equal(answering(after), [200, 200, 200, 200, 200, 200])
  assert.equal(pidsKept(before, after), [true, true, true, false, false, false])
  assert.equal(
    await mainPids(),
    after.slice(3).map(({ pid }) => pid),
  )
  const again = await site.runPlaybook('site.ts', ...units)
  assert.equal([again.code, ended(again, 'changed', 'failed')], [0, []])
})

test('systemd starts a JVM and an httpd again that were killed', async () => {
  const before = await tomcatStatuses(lab)
  await site.on('was-02', 'kill -9 $(systemctl show -p MainPID --value ws-pls-server); sleep 1')
  await site.on('web-02', 'kill -9 $(cat /data2/apache/logs/httpd.pid); sleep 1')
  await site.on('was-02', awaitUnits(tomcatUnits))
  await site.on('web-02', awaitUnits(['apache']))
  const ran = await site.runPlaybook('site.ts', ...units)
  assert.equal(
    ended(ran, 'failed', 'changed').filter((task) => !/tomcat pls running|tomcatCluster pls/.test(task)),
    [],
  )
  assert.equal(pidsKept(before, await tomcatStatuses(lab)), [true, true, true, true, true, false])
})

test('after a reboot of a WAS and a WEB host all of them run, and a run finds nothing to do', async () => {
  await Promise.all(['was-02', 'web-02'].map(rebooted))
  await site.on('was-02', awaitUnits(tomcatUnits))
  await site.on('web-02', awaitUnits(['apache']))
  for (const port of [8080, 8081, 8082]) await site.on('was-02', awaitAnswer(port))
  const ran = await site.runPlaybook('site.ts', ...units)
  const changed = ended(ran, 'changed', 'failed').filter((task) => !task.includes('tomcatCluster'))
  assert.equal([ran.code, changed], [0, []])
})

test('where they shall be no units any more, the units go, and all run as they did before', async () => {
  const ran = await site.runPlaybook('site.ts', '-e', '{"systemd_units": false}', '-l', 'was-02,web-02')
  assert.is(ran.code, 0, ran.stdout.slice(-3000))
  assert.equal(answering(await tomcatStatuses(lab)), [200, 200, 200, 200, 200, 200])
  const { stdout } = await site.on(
    'was-02',
    "ls /etc/systemd/system | grep ws-; systemctl list-units --all --no-legend 'ws-*'",
  )
  assert.is(stdout, '')
  const again = await site.runPlaybook('site.ts', '--output', 'jsonl')
  assert.equal([again.code, ended(again, 'changed', 'failed')], [0, []])
})

test('a Tomcat that does not come up again stays out of rotation, and no other is restarted', async () => {
  const conf = '/data2/was/ws-ecs-server/conf'
  await site.on(
    'was-01',
    `cd ${conf} && cp -a catalina.properties saved && echo 'common.loader=' > catalina.properties`,
  )
  const before = await tomcatStatuses(lab)
  const ran = await site.runPlaybook('rolling.ts', '--output', 'jsonl')
  await site.on('was-01', `cd ${conf} && mv saved catalina.properties`)
  assert.is(ran.code, 2, ran.stdout.slice(-2000))
  assert.equal(ended(ran, 'failed'), ['was-01: restartTomcat ecs'])
  assert.equal(pidsKept(before.slice(1), (await tomcatStatuses(lab)).slice(1)), [
    true,
    true,
    true,
    true,
    true,
  ])
  const { stdout } = await site.on('web-02', 'grep activation /data2/apache/conf/workers.properties')
  assert.is(stdout.trim(), 'worker.ecs1.activation=stopped')
  const repaired = await site.runPlaybook('site.ts', '--output', 'jsonl')
  assert.is(repaired.code, 0, repaired.stdout.slice(-2000))
  assert.ok(ended(repaired, 'changed').includes('web-02: reloadHttpd'))
})

test('without replication the same test fails, says at which request, and leaves both WAS running', async () => {
  const cutOff = 'firewall-cmd -q --remove-port=45564/udp --remove-port=4000/tcp; sleep 4'
  for (const host of was) await site.on(host, cutOff)
  const ran = await site.runPlaybook('sessions.ts')
  for (const host of was) await site.on(host, 'firewall-cmd -q --reload')
  assert.is(ran.code, 2, ran.stdout)
  assert.match(ran.stdout, /E_SESSION/)
  assert.match(
    ran.stdout,
    /ecs\.test\.co\.kr, request 3, through web-01: (?:a new session came from ecs[12], with count 1; expected the old one with 3|ecs[12] answered with count 1, expected 3)/,
  )
  assert.match(ran.stdout, /request 2, through web-02: HTTP 200, ecs[12], count 2/)
  assert.equal(answering(await tomcatStatuses(lab)), [200, 200, 200, 200, 200, 200])
  const cluster = await site.runPlaybook('was.ts', '--tags', 'cluster')
  assert.is(cluster.code, 0, cluster.stdout)
})

test('a third WAS host in the inventory is all it takes', async () => {
  const before = await tomcatStatuses(lab)
  const { address } = lab.hosts.find(({ name }) => name === 'web-02')!
  const inventory = readFileSync(site.inventory, 'utf8')
  writeFileSync(
    site.inventory,
    inventory
      .replace(/^ *web-02: .*\n/m, '')
      .replace(/^( *)was-02: .*\n/m, `$&$1was-03: { ansible_host: ${address}, node: 5 }\n`),
  )
  const ran = await site.runPlaybook('site.ts', '--output', 'jsonl')
  assert.is(ran.code, 0, ran.stdout.slice(-3000))
  const changed = ended(ran, 'changed').filter((task) => !/was-03|firewall/.test(task))
  assert.equal(changed.sort(), ['web-01: httpdConfiguration /data2/apache', 'web-01: reloadHttpd'])
  assert.equal(pidsKept(before, await tomcatStatuses(lab)), [true, true, true, true, true, true])
  const script = `for i in 1 2 3 4 5 6; do curl -s -o /dev/null -D - -H 'Host: ifs.test.co.kr' http://127.0.0.1/sessionTest.jsp; done`
  const { stdout } = await site.on('web-01', script)
  assert.match(stdout, /JSESSIONID=[0-9A-F]+\.ifs5;/)
  writeFileSync(site.inventory, inventory)
})

test('a site with an AJP secret and members by name serves, and its sessions survive as well', async () => {
  const options = ['-e', '{"ajp_secret": "hunter2-hunter2", "membership": "static"}']
  const ran = await site.runPlaybook('site.ts', '--diff', ...options)
  assert.is(ran.code, 0, ran.stdout.slice(-2000))
  const { stdout } = await site.on(
    'web-01',
    'stat -c %a /data2/apache/conf/workers.properties; grep -c secret=hunter2-hunter2 /data2/apache/conf/workers.properties',
  )
  assert.equal(stdout.trim().split('\n'), ['640', '6'])
  const tried = await site.runPlaybook('sessions.ts', ...options)
  assert.is(tried.code, 0, tried.stdout.slice(-2000))
  const refused = 'curl -s -m 5 -o /dev/null -w "%{http_code}" -H "Host: ecs.test.co.kr" http://127.0.0.1/'
  await site.on(
    'web-02',
    "sed -i 's/hunter2-hunter2/another/' /data2/apache/conf/workers.properties; /data2/apache/bin/apachectl -k graceful; sleep 1",
  )
  assert.is((await site.on('web-02', refused)).stdout, '403')
})

test.after(() => site.remove())

/** The main processes of the units of was-02. */
async function mainPids(): Promise<number[]> {
  const { stdout } = await site.on('was-02', `systemctl show -p MainPID --value ${tomcatUnits.join(' ')}`)
  return stdout.split('\n').filter(Boolean).map(Number)
}

/** Shell text that waits until units run. */
function awaitUnits(names: readonly string[]): string {
  return `for i in $(seq 600); do systemctl is-active ${names.join(' ')} | grep -qvx active || break; sleep 0.1; done`
}

/** Reboots a host, and waits until it is up again. */
async function rebooted(host: string): Promise<void> {
  const bootedAt = async () =>
    (await site.on(host, 'systemctl show -p UserspaceTimestampMonotonic --value')).stdout
  const before = await bootedAt()
  await site.on(host, 'systemctl reboot')
  for (const deadline = Date.now() + 90_000; Date.now() < deadline; await sleep(500)) {
    const now = await bootedAt()
    if (now !== '' && now !== before) break
  }
  const { stdout } = await site.on(host, 'systemctl is-system-running --wait')
  assert.is(stdout.trim(), 'running')
  assert.is.not(await bootedAt(), before)
}

function awaitAnswer(port: number): string {
  return `for i in $(seq 900); do [ "$(curl -s -m 5 -o /dev/null -w '%{http_code}' http://127.0.0.1:${port}/)" = 200 ] && break; sleep 0.1; done`
}

function answering(states: readonly TomcatStatus[]): number[] {
  return states.map(({ status }) => status)
}

function pidsKept(before: readonly TomcatStatus[], after: readonly TomcatStatus[]): boolean[] {
  return after.map(({ pid }, index) => pid !== undefined && pid === before[index]!.pid)
}

test.run()
