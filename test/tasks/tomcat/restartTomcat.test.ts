// Tests restartTomcat: plans, and its scripts on a process tree like Tomcat's.

import { readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { planned } from '../../../src/testing/index.ts'
import { restartTomcat } from '../../../tasks/tomcat/restartTomcat.ts'
import { applied, inFolder, looked, shells } from '../apply.ts'
import { withTomcat } from './fakeTomcat.ts'

const params = { home: '/data2/was/ws-ecs-server', user: 'ecsuser', httpPort: 8080 }
const jvm = { pid: 812, owner: 'ecsuser', uid: '1001', startedMs: 5000 }
const older = { path: '/data2/was/ws-ecs-server/conf/server.xml', changedMs: 4999 }
const newer = { path: '/data2/was/ws-ecs-server/bin/catalina.sh', changedMs: 5000 }

const rows = [
  { title: 'is quiet where the JVM is younger than its configuration', jvms: [jvm], configuration: [older] },
  {
    title: 'restarts a JVM that is older than a file',
    jvms: [jvm],
    configuration: [older, newer],
    change: 'pid 812 → restarted',
  },
  {
    title: 'restarts it always if told to',
    jvms: [jvm],
    configuration: [older],
    always: true,
    change: 'pid 812 → restarted',
  },
  {
    title: 'restarts one of another account',
    jvms: [{ ...jvm, owner: 'root', uid: '0' }],
    configuration: [older],
    change: 'pid 812 as root → restarted',
  },
  {
    title: 'starts one that does not run',
    jvms: [],
    configuration: [older],
    change: 'not running → started',
  },
]

const unit = 'ws.service'

const unitRows = [
  { title: 'one that runs as it and is current', of: unit, file: older, change: undefined },
  { title: 'one whose unit file is newer', of: unit, file: newer, change: 'pid 812 → restarted' },
  {
    title: 'one that was started by hand',
    of: 'session-1.scope',
    file: older,
    change: `pid 812 not of ${unit} → restarted`,
  },
]

for (const { title, of, file, change } of unitRows) {
  test(`restartTomcat of a unit ${change ? 'restarts' : 'is quiet about'} ${title}`, () => {
    const observed = { jvms: [{ ...jvm, unit: of }], configuration: [file] }
    const { changes } = planned(restartTomcat, { ...params, unit }, observed)
    assert.equal(
      changes.map(({ from, to }) => `${from} → ${to}`),
      change ? [change] : [],
    )
  })
}

test('the file of its unit and its drop-ins are part of its configuration', () => {
  const task = restartTomcat({ ...params, unit })
  const { configuration } = restartTomcat.spec.probe(task.params as never, undefined as never)
  const { reads } = configuration as { reads: readonly string[] }
  assert.equal(reads.slice(-2), ['/etc/systemd/system/ws.service', '/etc/systemd/system/ws.service.d'])
})

test('leaves one that does not run alone, if told to', () => {
  const reported = { ...params, onlyIfRunning: true }
  assert.equal(planned(restartTomcat, reported, { jvms: [], configuration: [] }).changes, [])
})

for (const { title, jvms, configuration, always = false, change } of rows) {
  test(`restartTomcat ${title}`, () => {
    const { changes, steps } = planned(restartTomcat, { ...params, always }, { jvms, configuration })
    assert.equal(
      changes.map(({ from, to }) => `${from} → ${to}`),
      change ? [change] : [],
    )
    assert.is(steps.length, change === undefined ? 0 : jvms.length + 1)
  })
}

test('restartTomcat acts each time, so it is not looked at again', () => {
  assert.is(restartTomcat.spec.verify, false)
})

for (const shell of shells) {
  test(`restartTomcat starts, is quiet, and restarts when its configuration changes (${shell[0]})`, () =>
    inFolder((folder) =>
      withTomcat(folder, async ({ home, httpPort }) => {
        const task = { home, httpPort }
        const started = await applied(restartTomcat, task, { shell })
        assert.is(started.changes[0]?.to, 'started')
        assert.equal(started.again, [])
        const first = readFileSync(join(home, 'pid'), 'utf8')
        utimesSync(join(home, 'webapps/ROOT/WEB-INF/web.xml'), 1, 1)
        assert.equal(await looked(restartTomcat, task, { shell }), [])

        writeFileSync(join(home, 'conf/context.xml'), '<Context/>\n')
        utimesSync(join(home, 'conf/context.xml'), 1, 1)
        const restarted = await applied(restartTomcat, task, { shell })
        assert.is(restarted.changes[0]?.from, `pid ${first}`)
        assert.equal(restarted.again, [])
        assert.is.not(readFileSync(join(home, 'pid'), 'utf8'), first)
        assert.is(readFileSync(join(home, 'starts'), 'utf8'), 'x\nx\n')
      }),
    ))
}

test.run()
