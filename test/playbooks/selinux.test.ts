// Tests the roles on described hosts with SELinux off, on, and on without its tools.

import { test } from '#test'
import * as assert from 'uvu/assert'
import type { InstanceBalancer } from '../../playbooks/roles/balancers.ts'
import { wasPolicy, webPolicy } from '../../playbooks/roles/selinux.ts'
import type { WasVars } from '../../playbooks/roles/wasVars.ts'
import type { WebVars } from '../../playbooks/roles/webVars.ts'
import type { TaskList } from '../../src/index.ts'
import { fakeHost, testPlay } from '../../src/testing/index.ts'

const owned_dirs = ['/data2', '/data3']
const web = webPolicy(
  {
    ...{ owned_dirs, apache_dir: '/data2/apache', log_dir: '/data3/logs/httpd' },
    ...{ http_port: 80, https_port: 443 },
  } as WebVars,
  [8009, 8010].map((port, index) => ({
    ...{ instance: 'ecs', name: 'ecs' },
    workers: [{ name: `ecs${index}`, host: '10.0.0.11', port }],
  })) as InstanceBalancer[],
)
const was = wasPolicy({ owned_dirs, was_dir: '/data2/was', log_dir: '/data3/logs/tomcat' } as WasVars)

const policy = '/etc/selinux/targeted/contexts/files/'
const on = {
  '/sys/fs/selinux/enforce': '1',
  '/sys/fs/selinux/booleans/httpd_can_network_relay': '0 0',
  '/etc/selinux/config': 'SELINUX=enforcing\nSELINUXTYPE=targeted\n',
  [`${policy}file_contexts`]: '/.*\tsystem_u:object_r:default_t:s0\n',
}
const ports =
  'http_port_t  tcp  80, 81, 443, 488, 8008, 8009, 8443, 9000\nunreserved_port_t  tcp  1024-32767\n'
const tools = { 'semanage port -l -n': ports, 'restorecon *': '', 'setsebool *': '' }
const rpm = { 'rpm *': 'policycoreutils-python-utils-3.6-2.1.el9' }

type Files = { [path: string]: string }
type Commands = { [line: string]: string | { stdout: string; code: number } }
const host = (files: Files, commands: Commands) => fakeHost({ os: 'rocky 9.6', files, commands })

/** The changes of a dry run, and the tasks that ended otherwise than ok or changed. */
async function dryRun(tasks: TaskList, files: Files, commands: Commands) {
  const ran = await testPlay(() => tasks, host(files, commands), { check: true })
  return {
    changes: ran.changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
    others: ran.tasks.flatMap(({ title, status, error }) =>
      ['ok', 'changed'].includes(status) ? [] : [[title, status, error?.code].join(' ').trim()],
    ),
  }
}

test('where SELinux is off, nothing is done, and no tool is installed', async () => {
  for (const tasks of [web, was])
    assert.equal(await dryRun(tasks, {}, rpm), { changes: [], others: ['dnf semanage skipped'] })
})

test('a web host gets types for its files and for ports of Tomcats that have none, and one boolean', async () => {
  const { changes, others } = await dryRun(web, on, { ...tools, ...rpm })
  assert.equal(others, [])
  for (const expected of [
    'context of /data2: none → usr_t',
    'context of /data3: none → var_t',
    'context of /data3/logs: none → var_log_t',
    'context of /data3/logs/httpd(/.*)?: none → httpd_log_t',
    'context of /data2/apache/bin/httpd: none → httpd_exec_t',
  ])
    assert.ok(changes.includes(expected), `${expected}\n${changes.join('\n')}`)
  assert.equal(changes.slice(-2), [
    'type of port 8010/tcp: unreserved_port_t → http_port_t',
    'boolean httpd_can_network_relay: off → on',
  ])
})

test('the console log of a Tomcat is one that the rotatelogs of the distribution may write', async () => {
  const { changes, others } = await dryRun(was, on, { ...tools, ...rpm })
  assert.equal(others, [])
  assert.ok(changes.includes('context of /data3/logs/tomcat(/.*)?: none → httpd_log_t'), changes.join('\n'))
  assert.not.ok(changes.some((each) => /port|boolean/.test(each)))
})

test('no two targets of a role match the same path, save those without an expression', () => {
  const paths = [
    ...['/data2', '/data2/apache', '/data2/apache/.built-httpd', '/data2/apache/bin/apachectl'],
    ...['/data2/apache/conf/extra/x.conf', '/data2/apache/logs/httpd.pid', '/data3', '/data3/logs'],
    ...[
      '/data3/logs/httpd/a',
      '/data3/logs/tomcat/ws-ecs-server/a',
      '/data2/was',
      '/data2/was/ws-ecs-server',
    ],
    ...['/data2/was/ws-ecs-server/NOTICE', '/data2/was/ws-ecs-server/bin/catalina.sh'],
    '/data2/was/ws-ecs-server/webapps/ROOT/index.jsp',
  ]
  for (const tasks of [web, was])
    for (const path of paths) {
      const targets = targetsOf(tasks).filter((target) => new RegExp(`^${target}$`).test(path))
      assert.ok(targets.length <= 1, `${path}: ${targets.join(', ')}`)
    }
})

test('without semanage, a dry run says what is not made', async () => {
  const ran = await testPlay(() => web.slice(1), host(on, { 'restorecon *': '', 'setsebool *': '' }), {
    check: true,
  })
  const { title, error } = ran.tasks.find(({ status }) => status === 'failed')!
  assert.is(title, 'seContext /data2 usr_t and 15 more')
  assert.is(error?.message, 'SELinux is on, but semanage is not installed.')
  assert.ok(error?.details?.includes('Not made: context of /data2/apache/bin/httpd: none → httpd_exec_t'))
  assert.match(error?.hint ?? '', /policycoreutils-python-utils/)
})

test('where a dry run would install semanage, it does not know yet what else changes', async () => {
  const { changes, others } = await dryRun(web, on, {
    ...{ 'restorecon *': '', 'setsebool *': '', 'dnf *': '' },
    ...{ 'rpm *': { stdout: 'package policycoreutils-python-utils is not installed', code: 1 } },
  })
  assert.equal(changes, [
    'package policycoreutils-python-utils: not installed → installed',
    'boolean httpd_can_network_relay: off → on',
  ])
  assert.equal(others, [
    'seContext /data2 usr_t and 15 more unknown',
    'sePort 80/tcp 443/tcp 8009/tcp 8010/tcp http_port_t unknown',
  ])
})

function targetsOf(tasks: TaskList): string[] {
  const params = tasks.flatMap((task) => (task && 'params' in task ? [task.params] : []))
  return params.flatMap(
    (each) => (each as { rules?: { target: string }[] }).rules?.map(({ target }) => target) ?? [],
  )
}

test.run()
