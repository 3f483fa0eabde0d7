// Tests taking a worker out of rotation and back: one line, and a reload if it changed.

import { readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { httpd as httpdTask } from '../../../tasks/httpd/httpd.ts'
import { jkActivation } from '../../../tasks/httpd/jkActivation.ts'
import { runTasks } from '../../engine/harness.ts'
import { applied, inFolder } from '../apply.ts'
import { type FakeHttpd, fakeHttpd } from './fakeHttpd.ts'

const workers =
  'worker.list=lb\nworker.lb.type=lb\nworker.lb.balance_workers=a1,a11\nworker.a1.type=ajp13\nworker.a11.type=ajp13\nworker.a11.activation=disabled\n'
const file = 'conf/workers.properties'

async function withHttpd(body: (httpd: FakeHttpd) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const httpd = fakeHttpd(folder)
    writeFileSync(httpd.path(file), workers, { mode: 0o640 })
    try {
      await applied(httpdTask, { prefix: httpd.prefix })
      await body(httpd)
    } finally {
      httpd.stop()
    }
  })
}

const reported = async ({ prefix }: FakeHttpd, worker: string, state: 'active' | 'stopped') => {
  const servers = [{ on: 'web', prefix }]
  const { events } = await runTasks(
    (host) => (host === 'was' ? [jkActivation({ worker, state, servers })] : []),
    {
      hosts: ['was', 'web'],
    },
  )
  return events.flatMap((event) => (event.kind === 'taskEnd' && event.result.error) || [])[0]
}

const loadedAt = (httpd: FakeHttpd) => statSync(httpd.path('logs/httpd.pid')).mtimeMs

test('a worker is stopped on another host by one line, and the server reloaded; put back, all is as it was', () =>
  withHttpd(async (httpd) => {
    const before = loadedAt(httpd)
    assert.is(await reported(httpd, 'a1', 'stopped'), undefined)
    assert.is(httpd.read(file), `${workers}worker.a1.activation=stopped\n`)
    assert.is(statSync(httpd.path(file)).mode & 0o777, 0o640)
    assert.ok(loadedAt(httpd) > before)
    assert.is(await reported(httpd, 'a1', 'active'), undefined)
    assert.is(httpd.read(file), workers)
    assert.equal(
      readdirSync(httpd.path('conf')).filter((name) => name.startsWith('.')),
      [],
    )
  }))

test('a link at the name of a temporary file of earlier versions is left alone', () =>
  withHttpd(async (httpd) => {
    writeFileSync(httpd.path('shadow'), 'root\n', { mode: 0o600 })
    symlinkSync(httpd.path('shadow'), httpd.path('conf/.run-playbook-new-workers.properties'))
    assert.is(await reported(httpd, 'a1', 'stopped'), undefined)
    assert.equal([httpd.read('shadow'), statSync(httpd.path('shadow')).mode & 0o777], ['root\n', 0o600])
    assert.is(httpd.read(file), `${workers}worker.a1.activation=stopped\n`)
  }))

test('a server on which it is so already is not reloaded', () =>
  withHttpd(async (httpd) => {
    const before = loadedAt(httpd)
    assert.is(await reported(httpd, 'a1', 'active'), undefined)
    assert.is(httpd.read(file), workers)
    assert.is(loadedAt(httpd), before)
  }))

test('a worker that the server does not know is an error, and nothing is changed', () =>
  withHttpd(async (httpd) => {
    const error = await reported(httpd, 'b1', 'stopped')
    assert.is(error?.code, 'E_JK_WORKER')
    assert.match(error!.message, /^web: There is no worker b1 in /)
    assert.is(httpd.read(file), workers)
  }))

test('a configuration that is refused is reported, and the server goes on', () =>
  withHttpd(async (httpd) => {
    writeFileSync(httpd.path('conf/extra/own.conf'), 'BAD\n')
    const error = await reported(httpd, 'a1', 'stopped')
    assert.is(error?.code, 'E_HTTPD_CONFIG')
    assert.match(error!.details.join('\n'), 'own.conf:1')
  }))

test.run()
