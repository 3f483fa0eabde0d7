// tomcatStarted: starts without waiting, never twice; who waits afterwards tells of those that died.

import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { PlaybookError } from '../../../src/index.ts'
import { planned } from '../../../src/testing/index.ts'
import { tomcatRunning } from '../../../tasks/tomcat/tomcatRunning.ts'
import { tomcatStarted } from '../../../tasks/tomcat/tomcatStarted.ts'
import { runTasks } from '../../engine/harness.ts'
import { applied, failure, inFolder, looked, shells } from '../apply.ts'
import { withTomcat } from './fakeTomcat.ts'

const params = { home: '/data2/was/ws-ecs-server', user: 'ecsuser', httpPort: 8080 }
const jvm = { pid: 812, owner: 'ecsuser', uid: '1001', startedMs: 0 }

test('tomcatStarted is quiet where it runs, whether it answers or not', () => {
  assert.equal(planned(tomcatStarted, params, { jvms: [jvm] }).changes, [])
  const [change] = planned(tomcatStarted, params, { jvms: [] }).changes
  assert.equal([change!.from, change!.to], ['not running', 'started'])
})

test('tomcatStarted takes over one that was started by hand, as its unit', () => {
  const jvms = [{ ...jvm, unit: 'sshd.service' }]
  const { changes, steps } = planned(tomcatStarted, { ...params, unit: 'ws' }, { jvms })
  assert.equal([changes[0]!.from, changes[0]!.to], ['pid 812, not of ws.service', 'started, as ws.service'])
  assert.is(steps.length, 2)
})

test('a dry run that would start it does not know whether it will answer', async () => {
  const home = '/nowhere/ws'
  const tasks = [
    tomcatStarted({ home, httpPort: 1 }),
    tomcatRunning({ home, httpPort: 1, start: false }),
    tomcatRunning({ home: '/nowhere/other', httpPort: 1 }),
  ]
  const { story } = await runTasks(tasks, { isCheck: true })
  assert.equal(story, [
    'one: changed tomcatStarted /nowhere/ws',
    'one: unknown tomcatRunning /nowhere/ws',
    'one: changed tomcatRunning /nowhere/other',
  ])
})

test('tomcatStarted refuses one that runs as another account', () => {
  assert.throws(
    () => planned(tomcatStarted, params, { jvms: [{ ...jvm, owner: 'root', uid: '0' }] }),
    (error: PlaybookError) => error.code === 'E_TOMCAT_OWNER',
  )
})

for (const shell of shells) {
  test(`tomcatStarted goes on as soon as the JVM is there, and starts none twice (${shell[0]})`, () =>
    inFolder((folder) =>
      withTomcat(folder, async ({ home, httpPort, behave }) => {
        behave('silent')
        const { changes, again } = await applied(tomcatStarted, { home, httpPort }, { shell })
        assert.equal([changes.length, again.length], [1, 0])
        const [waiting] = await looked(tomcatRunning, { home, httpPort, start: false }, { shell })
        assert.match(waiting!.from, /^pid \d+, no answer$/)
        assert.is(readFileSync(join(home, 'starts'), 'utf8'), 'x\n')
      }),
    ))
}

test('one that dies after its start fails when it is waited for, with what it wrote, and is not started again', () =>
  inFolder((folder) =>
    withTomcat(folder, async ({ home, httpPort, behave }) => {
      behave('die')
      await applied(tomcatStarted, { home, httpPort })
      while ((await looked(tomcatStarted, { home, httpPort })).length === 0);
      const before = Date.now()
      const error = await failure(() => applied(tomcatRunning, { home, httpPort, start: false }))
      assert.is(error.code, 'E_TOMCAT_DIED')
      assert.ok(Date.now() - before < 5000)
      assert.ok(error.details.includes('SEVERE Failed to start'), error.details.join('\n'))
      assert.is(readFileSync(join(home, 'starts'), 'utf8'), 'x\n')
    }),
  ))

test('tomcatStarted looks before it starts anything', () =>
  inFolder((folder) =>
    withTomcat(folder, async ({ home, httpPort }) => {
      rmSync(join(home, 'logs'), { recursive: true })
      assert.is((await failure(() => applied(tomcatStarted, { home, httpPort }))).code, 'E_NO_LOGS')
      assert.not.ok(existsSync(join(home, 'starts')))
    }),
  ))

test.run()
