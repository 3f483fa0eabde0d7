// The WEB role and the whole site on real hosts: runs, changes, failures. The lab stays up.

import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { tomcatStatuses } from '../../lab/demo/tomcatStatus.ts'
import { type Lab, up } from '../../lab/lab.ts'
import { ended, makeSite, type Ran, type Site, siteLab, trips } from './site.ts'

const was = ['was-01', 'was-02']
const web = ['web-01', 'web-02']
const instances = ['ecs', 'ifs', 'pls']
const apache = '/data2/apache'
let lab: Lab
let site: Site
let dryRun: Ran

test('a fresh lab comes up', async () => {
  lab = await up(siteLab, { isFresh: true })
  site = makeSite(lab)
})

test('a dry run on empty hosts goes through to the end and touches nothing', async () => {
  const before = await fingerprint()
  dryRun = await site.runPlaybook('site.ts', '--check', '--output', 'jsonl')
  assert.is(dryRun.code, 0, dryRun.stderr + dryRun.stdout.slice(-2000))
  assert.equal(ended(dryRun, 'failed', 'unreachable'), [])
  assert.ok(ended(dryRun, 'changed').includes('web-02: firewallPort 80/tcp 443/tcp'))
  assert.is(await fingerprint(), before)
})

test('the run takes four bare hosts to a site, and nothing but what the dry run predicted', async () => {
  const ran = await site.runPlaybook('site.ts', '--output', 'jsonl')
  assert.is(ran.code, 0, ran.stderr + ran.stdout.slice(-3000))
  const changed = new Set(ended(ran, 'changed'))
  assert.equal(
    ended(dryRun, 'ok').filter((task) => changed.has(task)),
    [],
  )
  assert.equal(
    ended(dryRun, 'changed').filter((task) => !changed.has(task)),
    [],
    'predicted to change, and did not',
  )
  assert.ok(changed.has('web-01: httpd /data2/apache running'))
})

test('a second run finds nothing to do, in one trip a host', async () => {
  const ran = await site.runPlaybook('site.ts', '--output', 'jsonl')
  assert.is(ran.code, 0)
  assert.equal(ended(ran, 'changed', 'failed', 'unknown'), [])
  assert.equal(trips(ran), [1, 1, 1, 1])
})

test('each virtual host is served by its own instance, through both WEB hosts, with a session of its route', async () => {
  for (const host of web) {
    for (const instance of instances) {
      const answer = await ask(host, instance, '-i', '/sessionTest.jsp')
      assert.match(answer, /^HTTP\/1\.1 200/, `${host} ${instance}\n${answer}`)
      assert.match(answer, new RegExp(`JSESSIONID=[0-9A-F]+\\.${instance}[12];`))
      assert.match(answer, /^Server: Apache\r?$/m)
    }
  }
})

const requestRows: readonly (readonly [title: string, status: string, options: string, path: string])[] = [
  ['a page of the Tomcat', '200', '', '/'],
  ['a method that is not allowed', '403', '-X PUT', '/'],
  ['TRACE', '405', '-X TRACE', '/'],
  ['a body larger than 5 MiB', '413', '-H Expect: --data-binary @/tmp/large', '/'],
]
for (const [title, status, options, path] of requestRows) {
  test(`what comes through JkMount follows httpd.conf: ${title} is ${status}`, async () => {
    await site.on('web-01', 'head -c 6000000 /dev/zero > /tmp/large')
    assert.is(await ask('web-01', 'ecs', `-o /dev/null -w '%{http_code}' ${options}`, path), status)
  })
}

test('httpd serves as the account, its logs are written under dates of Korea, its originals are kept', async () => {
  const script = `ps -o user= --ppid $(cat ${apache}/logs/httpd.pid) | sort -u
ls /data3/logs/httpd | sort
ls ${apache}/conf/httpd.conf_origin ${apache}/conf/extra/httpd-vhosts.conf_origin
TZ=UTC-9 date +%Y%m%d`
  const { stdout } = await site.on('web-02', script)
  const lines = stdout.trim().split('\n')
  const today = lines.at(-1)
  assert.ok(lines.includes('ecsuser'), stdout)
  for (const log of ['mod_jk.log', ...instances.map((each) => `${each}.test.co.kr_access_log`)])
    assert.ok(lines.includes(`${log}-${today}`), `${log}-${today}\n${stdout}`)
  assert.ok(lines.includes(`${apache}/conf/httpd.conf_origin`), stdout)
})

test('the firewall lets in HTTP and HTTPS, now and after a restart', async () => {
  for (const scope of ['', '--permanent ']) {
    const { stdout } = await site.on('web-01', `firewall-cmd ${scope}--list-ports`)
    assert.equal(stdout.trim().split(' ').sort(), ['443/tcp', '80/tcp'])
  }
})

test('another KeepAliveTimeout changes one line, and reloads httpd without an end to its processes', async () => {
  const before = await pids()
  site.setVars('web', (vars) => {
    vars.keep_alive_timeout = 3
  })
  assert.equal(
    await linesToChange(),
    web.flatMap(() => ['-KeepAliveTimeout 2', '+KeepAliveTimeout 3']),
  )
  const ran = await site.runPlaybook('site.ts', '--output', 'jsonl')
  assert.is(ran.code, 0, ran.stdout.slice(-3000))
  assert.equal(
    sorted(ended(ran, 'changed')),
    web.flatMap((host) => [`${host}: httpdConfiguration /data2/apache`, `${host}: reloadHttpd`]),
  )
  assert.equal(await pids(), before)
})

test('another AJP port restarts that instance alone, and reloads httpd', async () => {
  const before = await pids()
  setInstances((all) => all.map((each) => (each.name === 'ifs' ? { ...each, ajp: 8110 } : each)))
  const workers = ['ifs1', 'ifs2'].flatMap((worker) => [
    `-worker.${worker}.port=8010`,
    `+worker.${worker}.port=8110`,
  ])
  assert.equal(await linesToChange(), [
    ...was.flatMap(() => ['-port="8010"', '+port="8110"']),
    ...web.flatMap(() => workers),
  ])
  const ran = await site.runPlaybook('site.ts', '--output', 'jsonl')
  assert.is(ran.code, 0, ran.stdout.slice(-3000))
  assert.equal(sorted(ended(ran, 'changed').filter((task) => !task.includes('firewall'))), [
    ...was.flatMap((host) => [`${host}: editXml ${conf('ifs')}/server.xml`, `${host}: restartTomcat ifs`]),
    ...web.flatMap((host) => [`${host}: httpdConfiguration /data2/apache`, `${host}: reloadHttpd`]),
  ])
  assert.is(await ask('web-02', 'ifs', "-o /dev/null -w '%{http_code}'", '/'), '200')
  assert.equal(await keptPids(before), {
    tomcats: [true, false, true, true, false, true],
    httpds: [true, true],
  })
})

test('another node gives the routes of one host other names, restarts its instances, and reloads httpd', async () => {
  const before = await pids()
  editInventory((text) => text.replace('node: 2', 'node: 3'))
  const lines = await linesToChange()
  assert.equal(
    lines.filter((line) => !line.includes('worker.')),
    instances.flatMap((each) => {
      const engine = (node: number) =>
        `<Engine name="${each.toUpperCase()}" defaultHost="localhost" jvmRoute="${each}${node}">`
      return [`-${engine(2)}`, `+${engine(3)}`]
    }),
  )
  const ran = await site.runPlaybook('site.ts', '--output', 'jsonl')
  assert.is(ran.code, 0, ran.stdout.slice(-3000))
  assert.equal(await keptPids(before), {
    tomcats: [true, true, true, false, false, false],
    httpds: [true, true],
  })
  const { stdout } = await site.on('web-01', `cat ${apache}/conf/workers.properties`)
  assert.match(stdout, 'worker.pls_loadbalancer.balance_workers=pls1,pls3\n')
  const { stdout: xml } = await site.on('was-02', `cat ${conf('pls')}/server.xml`)
  assert.match(xml, 'jvmRoute="pls3"')
})

test('a fourth instance in the inventory is all it takes', async () => {
  const before = await pids()
  const fourth = {
    ...{ name: 'bbs', service: 'BBS', shutdown: 8015, http: 8083, ajp: 8012, redirect: 8446 },
    ...{ multicast: 45567, receiver: 4003 },
  }
  setInstances((all) => [...all, fourth])
  site.setVars('web', (vars) => {
    vars.vhosts = [...(vars.vhosts as object[]), { name: 'bbs.test.co.kr', instance: 'bbs' }]
  })
  const lines = await linesToChange()
  assert.equal(
    lines.filter((line) => line.startsWith('-')),
    web.map(() => '-worker.list=ecs_loadbalancer,ifs_loadbalancer,pls_loadbalancer'),
  )
  const ran = await site.runPlaybook('site.ts', '--output', 'jsonl')
  assert.is(ran.code, 0, ran.stdout.slice(-3000))
  for (const host of web) assert.is(await ask(host, 'bbs', "-o /dev/null -w '%{http_code}'", '/'), '200')
  assert.equal(await keptPids(before), {
    tomcats: [true, true, true, true, true, true],
    httpds: [true, true],
  })
})

test('an instance that was moved to removed_instances goes, with its ports and workers, and no other is touched', async () => {
  const before = await pids()
  let removed: Instance[] = []
  setInstances((all) => {
    removed = all.filter((each) => each.name === 'bbs')
    return all.filter((each) => each.name !== 'bbs')
  })
  site.setVars('was', (vars) => {
    vars.removed_instances = removed
  })
  site.setVars('web', (vars) => {
    vars.vhosts = (vars.vhosts as { instance: string }[]).filter(({ instance }) => instance !== 'bbs')
  })
  const lines = await linesToChange()
  assert.equal(
    lines.filter((line) => line.startsWith('+')),
    web.map(() => '+worker.list=ecs_loadbalancer,ifs_loadbalancer,pls_loadbalancer'),
  )
  const ran = await site.runPlaybook('site.ts', '--output', 'jsonl')
  assert.is(ran.code, 0, ran.stdout.slice(-3000))
  const { stdout } = await site.on(
    'was-02',
    "ls -d /data2/was/* /data3/logs/tomcat/*; pgrep -fc '[c]atalina.base='; firewall-cmd --list-ports; firewall-cmd --list-rich-rules",
  )
  assert.not.match(stdout, '/data2/was/ws-bbs-server')
  assert.match(stdout, '/data3/logs/tomcat/ws-bbs-server')
  assert.match(stdout, /^3$/m)
  assert.not.match(stdout, /45567|4003|8012|8083/)
  const { stdout: workers } = await site.on('web-02', `cat ${apache}/conf/workers.properties`)
  assert.not.match(workers, 'bbs')
  assert.equal(await keptPids(before), {
    tomcats: [true, true, true, true, true, true],
    httpds: [true, true],
  })
  const again = await site.runPlaybook('site.ts', '--output', 'jsonl')
  assert.equal(ended(again, 'changed', 'failed'), [])
})

test('another port and another method are taken by a reload, and httpd answers there alone', async () => {
  const before = await pids()
  const vars = ['-e', '{"http_port": 8088, "allowed_methods": ["GET", "POST", "HEAD", "PUT"]}']
  const ran = await site.runPlaybook('site.ts', '--output', 'jsonl', ...vars)
  assert.is(ran.code, 0, ran.stdout.slice(-3000))
  assert.equal(
    sorted(ended(ran, 'changed')),
    web.flatMap((host) => [
      `${host}: firewallPort 8088/tcp 443/tcp`,
      `${host}: httpdConfiguration /data2/apache`,
      `${host}: reloadHttpd`,
    ]),
  )
  const script = `for m in GET PUT DELETE; do curl -s -X $m -o /dev/null -w '%{http_code} ' -H 'Host: ecs.test.co.kr' http://127.0.0.1:8088/; done; curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1/`
  assert.is((await site.on('web-02', script)).stdout, '200 405 403 000')
  assert.equal(await keptPids(before), {
    tomcats: [true, true, true, true, true, true],
    httpds: [true, true],
  })
  assert.is((await site.runPlaybook('site.ts')).code, 0)
})

test('a source whose checksum is wrong is reported with both, and the server that was built before goes on', async () => {
  const before = await pids()
  const ran = await site.runPlaybook('web.ts', '-l', 'web-01', '-e', `httpd_checksum=${'a'.repeat(128)}`)
  assert.is(ran.code, 2, ran.stdout)
  assert.match(ran.stdout, /E_DOWNLOAD/)
  assert.match(ran.stdout, /SHA-512 is [0-9a-f]{4}…[0-9a-f]{2}, expected aaaa…aa/)
  assert.is(await ask('web-01', 'ecs', "-o /dev/null -w '%{http_code}'", '/'), '200')
  assert.equal(await pids(), before)
})

test('a configuration that httpd refuses is taken back, shown by file and line, and the server goes on', async () => {
  const before = await pids()
  const sums = `cd ${apache}/conf && sha256sum httpd.conf mod_jk.conf workers.properties extra/httpd-vhosts.conf`
  await site.on(
    'web-01',
    `printf '\\nInclude conf/own.conf\\n' >> ${apache}/conf/httpd.conf; echo 'Nonsense on' > ${apache}/conf/own.conf`,
  )
  const { stdout: sumsBefore } = await site.on('web-01', sums)
  const ran = await site.runPlaybook('web.ts', '-l', 'web-01', '-e', '{"keep_alive_timeout": 9}')
  assert.is(ran.code, 2)
  assert.match(ran.stdout, /E_HTTPD_CONFIG/)
  assert.match(ran.stdout, /playbooks\/roles\/web\.ts:\d+/)
  assert.match(ran.stdout, 'Syntax error on line 1 of /data2/apache/conf/own.conf')
  assert.match(ran.stdout, '/data2/apache/conf/own.conf:1: Nonsense on')
  assert.is((await site.on('web-01', sums)).stdout, sumsBefore)
  assert.equal(await pids(), before)
  assert.is(await ask('web-01', 'ecs', "-o /dev/null -w '%{http_code}'", '/'), '200')
})

test('a log folder that is missing is named with file and line, and the server goes on', async () => {
  const log = `CustomLog "|${apache}/bin/rotatelogs /data3/logs/nowhere/x-%Y%m%d 86400 540" common`
  await site.on('web-01', `echo '${log}' > ${apache}/conf/own.conf`)
  const ran = await site.runPlaybook('web.ts', '-l', 'web-01')
  await site.on('web-01', `sed -i '/own.conf/d' ${apache}/conf/httpd.conf; rm ${apache}/conf/own.conf`)
  assert.is(ran.code, 2)
  assert.match(
    ran.stdout,
    '/data2/apache/conf/own.conf:1: the folder /data3/logs/nowhere for its log does not exist',
  )
  assert.is(await ask('web-01', 'ecs', "-o /dev/null -w '%{http_code}'", '/'), '200')
})

test('a port that another program has is named with that program', async () => {
  const squat =
    'import socket,time; s=socket.socket(); s.setsockopt(1,2,1); s.bind(("0.0.0.0",80)); s.listen(); time.sleep(600)'
  await site.on(
    'web-02',
    `${apache}/bin/apachectl -k stop; while [ -e ${apache}/logs/httpd.pid ]; do sleep 0.2; done; systemd-run --unit=squatter -q python3 -c '${squat}'; until ss -Hltn sport = :80 | grep -q .; do sleep 0.2; done`,
  )
  const ran = await site.runPlaybook('web.ts', '-l', 'web-02')
  await site.on('web-02', 'systemctl stop squatter')
  assert.is(ran.code, 2, ran.stdout)
  assert.match(ran.stdout, /E_PORT_IN_USE/)
  assert.match(ran.stdout, /Port 80 is in use by pid \d+: .*python3/)
  const again = await site.runPlaybook('web.ts', '--output', 'jsonl')
  assert.is(again.code, 0, again.stdout)
  assert.ok(ended(again, 'changed').includes('web-02: httpd /data2/apache running'))
})

test('an httpd that was killed is started again', async () => {
  await site.on('web-01', 'pkill -9 -x httpd; sleep 0.5')
  const ran = await site.runPlaybook('web.ts', '--output', 'jsonl')
  assert.is(ran.code, 0, ran.stdout.slice(-2000))
  assert.equal(ended(ran, 'changed'), ['web-01: httpd /data2/apache running'])
})

type FailureRow = readonly [
  title: string,
  change: (text: string) => string,
  args: readonly string[],
  output: RegExp,
]

const failureRows: readonly FailureRow[] = [
  [
    'two WAS hosts of one node',
    (text) => text.replace('node: 3', 'node: 1'),
    [],
    /was-01 and was-02 would both have the worker ecs1/,
  ],
  [
    'a virtual host of an instance that does not exist',
    (text) => text,
    ['-e', '{"vhosts": [{"name": "x.test.co.kr", "instance": "xyz"}]}'],
    /x\.test\.co\.kr is for the instance xyz, which no WAS host has/,
  ],
  [
    'no WAS hosts at all',
    (text) => text,
    ['-e', 'was_hosts=all:!all'],
    /has no hosts, so there is nothing to balance/,
  ],
  ['a WAS host without its node', (text) => text.replace(', node: 3', ''), [], /was-02: node: /],
]
for (const [title, change, args, output] of failureRows) {
  test(`what mod_jk would not serve is found before any host is contacted: ${title}`, async () => {
    const before = readFileSync(site.inventory, 'utf8')
    editInventory(change)
    const ran = await site.runPlaybook('web.ts', ...args)
    writeFileSync(site.inventory, before)
    assert.is(ran.code, 1, ran.stdout)
    assert.match(ran.stderr + ran.stdout, output)
    assert.match(ran.stderr + ran.stdout, 'No host was contacted')
  })
}

test('a WAS host that cannot be reached is counted, and the WEB hosts are deployed all the same, with its workers', async () => {
  const gone = lab.hosts[0]!.address.replace(/\d+$/, '99')
  const before = readFileSync(site.inventory, 'utf8')
  editInventory((text) =>
    text.replace(/( +)was-02: .*\n/, `$&$1was-03: { ansible_host: ${gone}, node: 9 }\n`),
  )
  const ran = await site.runPlaybook('site.ts', '--timeout', '3', '--output', 'jsonl')
  writeFileSync(site.inventory, before)
  assert.is(ran.code & 4, 4, ran.stdout.slice(-2000))
  assert.ok(ended(ran, 'changed').includes('web-01: httpdConfiguration /data2/apache'))
  const { stdout } = await site.on('web-01', `cat ${apache}/conf/workers.properties`)
  assert.match(stdout, `worker.ecs9.host=${gone}\n`)
  // mod_jk takes its time to find out that the third is not there.
  const codes = instances.map((instance) => ask('web-01', instance, "-o /dev/null -w '%{http_code}'", '/'))
  assert.equal(
    await Promise.all(codes),
    instances.map(() => '200'),
  )
})

test('after all this the site is put right, and a run finds nothing to do', async () => {
  cpSync(join(site.root, 'inventory/group_vars'), join(site.folder, 'group_vars'), { recursive: true })
  assert.is((await site.runPlaybook('site.ts')).code, 0)
  const ran = await site.runPlaybook('site.ts', '--output', 'jsonl')
  assert.is(ran.code, 0, ran.stdout.slice(-2000))
  assert.equal(ended(ran, 'changed', 'failed'), [])
})

test.after(() => site.remove())

type Instance = { readonly name: string; readonly [key: string]: unknown }

function setInstances(change: (instances: readonly Instance[]) => readonly Instance[]): void {
  site.setVars('was', (vars) => {
    vars.instances = change(vars.instances as Instance[])
  })
}

function editInventory(change: (text: string) => string): void {
  writeFileSync(site.inventory, change(readFileSync(site.inventory, 'utf8')))
}

const conf = (instance: string) => `/data2/was/ws-${instance}-server/conf`
const sorted = (texts: readonly string[]) => [...texts].sort()

/** The lines of files that a run would change, as a dry run shows them. */
async function linesToChange(): Promise<string[]> {
  const { code, stdout } = await site.runPlaybook('site.ts', '--check', '--diff')
  assert.is(code, 0, stdout)
  return stdout
    .split('\n')
    .filter((line) => /^ {4}[-+]/.test(line))
    .map((line) => line.trim().replace(/^([-+])\s+/, '$1'))
}

/** Asks a virtual host from the WEB host itself. */
async function ask(host: string, instance: string, options: string, path: string): Promise<string> {
  const command = `curl -s -m 30 --noproxy '*' ${options} -H 'Host: ${instance}.test.co.kr' http://127.0.0.1${path}`
  return (await site.on(host, command)).stdout
}

type Pids = { readonly tomcats: readonly (number | undefined)[]; readonly httpds: readonly string[] }

/** Of the three instances on both WAS hosts, and of both httpds. */
async function pids(): Promise<Pids> {
  const [states, ...answers] = await Promise.all([
    tomcatStatuses(lab),
    ...web.map((host) => site.on(host, `cat ${apache}/logs/httpd.pid`)),
  ])
  return { tomcats: states.map(({ pid }) => pid), httpds: answers.map(({ stdout }) => stdout.trim()) }
}

async function keptPids(before: Pids): Promise<{ tomcats: boolean[]; httpds: boolean[] }> {
  const after = await pids()
  return {
    tomcats: after.tomcats.map((pid, index) => pid !== undefined && pid === before.tomcats[index]),
    httpds: after.httpds.map((pid, index) => pid !== '' && pid === before.httpds[index]),
  }
}

/** What a dry run must not change: packages, accounts, firewall, and every file of some folders. */
async function fingerprint(): Promise<string> {
  const script = `rpm -qa | sort; getent passwd; firewall-cmd --list-all; firewall-cmd --permanent --list-all
find /etc /root /usr/bin /usr/sbin /opt /data2 /data3 /var/tmp/run-playbook* /var/lib/rpm -xdev -printf '%p %s %T@ %m %u\\n' 2>/dev/null | grep -v -e /var/lib/rpm -e /root/.cache -e /root/.rpmdb | sort | sha256sum`
  const answers = await Promise.all([...was, ...web].map((host) => site.on(host, script)))
  return answers.map(({ stdout }) => stdout).join('\n')
}

test.run()
