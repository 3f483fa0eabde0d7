// Tests the runbook's Tomcat and httpd as units in /data2, with SELinux enforcing.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { changesOf, guestSite, isOfLogin, testDenials } from './guestSite.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const site = guestSite()
const nowhere = ['http://nowhere.invalid/unused.tar.gz']
/** The port of AJP is none that the policy knows for web servers. */
const instance = {
  ...{ name: 'ecs', service: 'ECS', shutdown: 8005, http: 8080, ajp: 8013, redirect: 8443 },
  ...{ multicast: 45564, receiver: 4000 },
}
let words: readonly string[]

/**
 * The roles of the repository, on one host. It has no dnf and no compiler: what they would install is there already. Each
 * firewall-cmd takes ten seconds, so the firewall is left out, and one of three Tomcats will do. The role of WAS gives all
 * of /data2 to its account; here httpd's own files are there, too, so that is left to the other role.
 */
const playbook = site.write(
  'site.ts',
  `import { definePlay } from 'run-playbook'
import { was } from '${root}playbooks/roles/was.ts'
import { wasVars } from '${root}playbooks/roles/wasVars.ts'
import { web } from '${root}playbooks/roles/web.ts'
import { webVars } from '${root}playbooks/roles/webVars.ts'

const absent = ['dnf', 'buildFromSource', 'firewallPort', 'firewallRichRule']
const without = (names, list) =>
  list.flatMap((each) => (Array.isArray(each) ? without(names, each) : each && !names.includes(each.name) ? [each] : []))

export default [
  definePlay({ name: 'WAS', hosts: 'was-01', become: true, vars: wasVars, tasks: (host) => without([...absent, 'ownership'], was(host)) }),
  definePlay({ name: 'WEB', hosts: 'web-01', become: true, vars: webVars, tasks: (host) => without(absent, web(host)) }),
]
`,
)

test('what the roles build and download is there, with the contexts of the folders it was unpacked in', async () => {
  // What was denied when the host booted is nothing of ours.
  await site.root(': >/var/log/audit/audit.log')
  await site.root(`mkdir -p /root/src /data2 && cd /srv && tar -xzf apache.tar.gz -C /data2
id ecsuser >/dev/null 2>&1 || useradd --create-home ecsuser
chown -R ecsuser:ecsuser /data2/apache
cp tomcat.tar.gz /root/src/apache-tomcat-9.0.109.tar.gz
cp /usr/bin/rotatelogs /usr/sbin/rotatelogs; restorecon /usr/sbin/rotatelogs
systemctl set-environment 'CATALINA_OPTS=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'`)
  const sum = (await site.root('sha512sum /srv/tomcat.tar.gz')).split(' ')[0]
  const unused = { packages: ['none'], systemd_units: true, ansible_user: 'ops' }
  const inventory = site.inventory('inventory', {
    'was-01': {
      ...varsOf('was'),
      ...unused,
      ...{ node: 1, tomcat_checksum: sum, tomcat_urls: nowhere, instances: [instance], start_seconds: 900 },
      ...{ was_hosts: 'was-01', web_hosts: 'web-01' },
    },
    'web-01': {
      ...varsOf('web'),
      ...unused,
      ...{ httpd_version: '2.4.65', httpd_checksum: sum, httpd_urls: nowhere },
      ...{ mod_jk_version: '1.2.48', mod_jk_checksum: sum, mod_jk_urls: nowhere },
      ...{ was_hosts: 'was-01', vhosts: [{ name: 'ecs.test.co.kr', instance: 'ecs' }] },
    },
  })
  words = [playbook, '-i', inventory]
})

test('the run teaches the policy what httpd needs, and starts both', async () => {
  const changes = changesOf(await site.run(...words))
  for (const expected of [
    'context of /data2/apache/bin/httpd: none → httpd_exec_t',
    'context of /data3/logs/tomcat(/.*)?: none → httpd_log_t',
    'type of port 8013/tcp: unreserved_port_t → http_port_t',
  ])
    assert.ok(changes.includes(expected), `${expected}\n${changes.join('\n')}`)
})

test('httpd is confined, reaches the Tomcat, and both write their logs', async () => {
  const answer = await site.root(
    "curl -s -o /dev/null -w '%{http_code}' -H 'Host: ecs.test.co.kr' http://127.0.0.1/",
  )
  assert.is(answer, '200')
  const domains = await site.root(
    "ps -eo label,comm | sed -n 's/^[^:]*:[^:]*:\\([^:]*\\):[^ ]* *\\(httpd\\|rotatelogs\\|java\\)$/\\2 \\1/p' | sort -u",
  )
  assert.match(domains, /^httpd httpd_t$/m)
  assert.match(domains, /^rotatelogs httpd_rotatelogs_t$/m)
  const logs = await site.root('ls -Z /data3/logs/httpd /data3/logs/tomcat/ws-ecs-server')
  for (const name of ['mod_jk.log-', 'ecs.test.co.kr_access_log-', 'catalina.out.'])
    assert.match(logs, new RegExp(`:httpd_log_t:\\S+ ${name}`), logs)
})

test('a second run finds nothing to do', async () => assert.equal(changesOf(await site.run(...words)), []))

/** The kernel asks before it sees that the pipe of `>(…)` is there already; bash gets it all the same. */
const pipe = '"bash" initrc_t \\{ create \\} "63" initrc_t file'
/** What rotatelogs inherits as stderr of httpd: it writes its logs without. */
const inherited =
  '"rotatelogs" httpd_rotatelogs_t \\{ append \\} "/data2/apache/logs/error_log" httpd_runtime_t file'
testDenials(
  site,
  new RegExp(`^(${pipe}|${inherited})$`),
  (each) => isOfLogin(each) || /^\S+ (httpd|initrc|init)\w*_t /.test(each),
)

function varsOf(group: string): { [name: string]: unknown } {
  return parse(readFileSync(`${root}inventory/group_vars/${group}.yaml`, 'utf8'))
}

test.run()
