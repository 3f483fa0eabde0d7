// Tests tomcat started: no waiting, no second start; a later wait reports one that died.

import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { PlaybookError } from '../../../src/index.ts'
import { planned } from '../../../src/testing/index.ts'
import { tomcat } from '../../../tasks/tomcat/tomcat.ts'
import { runTasks } from '../../engine/harness.ts'
import { applied, failure, inFolder, looked, shells } from '../apply.ts'
import { withTomcat } from './fakeTomcat.ts'

const params = {
  home: '/data2/was/ws-ecs-server',
  user: 'ecsuser',
  httpPort: 8080,
  state: 'started' as const,
}
const jvm = { pid: 812, owner: 'ecsuser', uid: '1001', startedMs: 0 }

test('tomcat started is quiet where it runs, whether it answers or not', () => {
  assert.equal(planned(tomcat, params, { jvms: [jvm], status: 0, unit: undefined }).changes, [])
  const [change] = planned(tomcat, params, { jvms: [], status: 0, unit: undefined }).changes
  assert.equal([change!.from, change!.to], ['not running', 'started'])
})

test('tomcat started takes over one that was started by hand, as its unit', () => {
  const jvms = [{ ...jvm, unit: 'sshd.service' }]
  const { changes, steps } = planned(tomcat, { ...params, unit: 'ws' }, { jvms, status: 0, unit: undefined })
  assert.equal([changes[0]!.from, changes[0]!.to], ['pid 812, not of ws.service', 'started, as ws.service'])
  assert.is(steps.length, 2)
})

test('a dry run that would start it does not know whether it will answer', async () => {
  const home = '/nowhere/ws'
  const tasks = [
    tomcat({ state: 'started', home, httpPort: 1 }),
    tomcat({ home, httpPort: 1, start: false }),
    tomcat({ home: '/nowhere/other', httpPort: 1 }),
  ]
  const { story } = await runTasks(tasks, { isCheck: true })
  assert.equal(story, [
    'one: changed tomcat /nowhere/ws started',
    'one: unknown tomcat /nowhere/ws running',
    'one: changed tomcat /nowhere/other running',
  ])
})

test('tomcat started refuses one that runs as another account', () => {
  assert.throws(
    () =>
      planned(tomcat, params, { jvms: [{ ...jvm, owner: 'root', uid: '0' }], status: 0, unit: undefined }),
    (error: PlaybookError) => error.code === 'E_TOMCAT_OWNER',
  )
})

for (const shell of shells) {
  test(`tomcat started goes on as soon as the JVM is there, and starts none twice (${shell[0]})`, () =>
    inFolder((folder) =>
      withTomcat(folder, async ({ home, httpPort, behave }) => {
        behave('silent')
        const { changes, again } = await applied(tomcat, { state: 'started', home, httpPort }, { shell })
        assert.equal([changes.length, again.length], [1, 0])
        const [waiting] = await looked(tomcat, { home, httpPort, start: false }, { shell })
        assert.match(waiting!.from, /^pid \d+, no answer$/)
        assert.is(readFileSync(join(home, 'starts'), 'utf8'), 'x\n')
      }),
    ))
}

test('one that dies after its start fails when it is waited for, with what it wrote, and is not started again', () =>
  inFolder((folder) =>
    withTomcat(folder, async ({ home, httpPort, behave }) => {
      behave('die')
      await applied(tomcat, { state: 'started', home, httpPort })
      while ((await looked(tomcat, { state: 'started', home, httpPort })).length === 0);
      const before = Date.now()
      const error = await failure(() => applied(tomcat, { home, httpPort, start: false }))
      assert.is(error.code, 'E_TOMCAT_DIED')
      assert.ok(Date.now() - before < 60_000)
      assert.ok(error.details.includes('SEVERE Failed to start'), error.details.join('\n'))
      assert.is(readFileSync(join(home, 'starts'), 'utf8'), 'x\n')
    }),
  ))

test('tomcat started looks before it starts anything', () =>
  inFolder((folder) =>
    withTomcat(folder, async ({ home, httpPort }) => {
      rmSync(join(home, 'logs'), { recursive: true })
      assert.is(
        (await failure(() => applied(tomcat, { state: 'started', home, httpPort }))).code,
        'E_NO_LOGS',
      )
      assert.not.ok(existsSync(join(home, 'starts')))
    }),
  ))

test.run()
