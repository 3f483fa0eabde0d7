// Tests the systemd units of the site: their content, and when they exist.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { httpdUnitText, siteUnit, tomcatUnitText } from '../../playbooks/roles/units.ts'
import { service } from '../../tasks/services/service.ts'

const home = '/data2/was/ws-ecs-server'
const logs = '/data3/logs/tomcat/ws-ecs-server'
const tomcat = tomcatUnitText({
  ...{ home, logs, account: 'ecsuser' },
  ...{ rotatelogs: '/usr/sbin/rotatelogs', offsetMinutes: 540 },
})
const httpd = httpdUnitText({ prefix: '/data2/apache', logs: '/data3/logs/httpd' })

test('the main process of a Tomcat is its JVM, whose output rotatelogs takes to its end', () => {
  const start = /^ExecStart=\/bin\/bash -c '(.*)'$/m.exec(tomcat)?.[1]
  assert.is(
    start,
    `export LANG=$\${LANG:-C.UTF-8}; exec ${home}/bin/catalina.sh run > >(trap "" TERM; exec /usr/sbin/rotatelogs ${logs}/catalina.out.%%Y-%%m-%%d 86400 540) 2>&1`,
  )
})

const lines: readonly (readonly [of: string, text: string, line: string])[] = [
  ['a Tomcat', tomcat, 'User=ecsuser'],
  ['a Tomcat', tomcat, 'SuccessExitStatus=143'],
  ['a Tomcat', tomcat, `RequiresMountsFor=${home} ${logs}`],
  ['a Tomcat', tomcat, 'AssertFileIsExecutable=/usr/sbin/rotatelogs'],
  ['a Tomcat', tomcat, 'Restart=on-failure'],
  ['httpd', httpd, 'PIDFile=/data2/apache/logs/httpd.pid'],
  ['httpd', httpd, 'ExecReload=/bin/sh /data2/apache/bin/apachectl -k graceful'],
  ['httpd', httpd, 'KillSignal=SIGWINCH'],
  ['httpd', httpd, 'WantedBy=multi-user.target'],
]
for (const [of, text, line] of lines) {
  test(`the unit of ${of} says ${line}`, () => assert.ok(text.split('\n').includes(line), text))
}

const handler = service({ name: 'apache', state: 'restarted' })
const wishes: readonly (readonly [wish: boolean | undefined, titles: readonly string[]])[] = [
  [true, ['systemdUnit apache']],
  [false, ['systemdUnit apache absent']],
  [undefined, []],
]
for (const [wish, titles] of wishes) {
  test(`with systemd_units ${wish} there is ${titles[0] ?? 'no task of a unit'}`, () => {
    const tasks = siteUnit({ systemd_units: wish }, 'apache', httpd, handler)
    assert.equal(
      tasks.map((task) => (task as { title: string }).title),
      titles,
    )
  })
}

test.run()
