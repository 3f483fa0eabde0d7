// Tests when an httpd is started, reloaded, restarted or left alone.

import {
  copyFileSync,
  existsSync,
  readFileSync,
  realpathSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { run } from '../../../src/index.ts'
import { httpd as httpdTask } from '../../../tasks/httpd/httpd.ts'
import { reloadCommand, startCommand } from '../../../tasks/httpd/process.ts'
import { reloadHttpd } from '../../../tasks/httpd/reloadHttpd.ts'
import { applied, failure, inFolder, looked, runShell, shells } from '../apply.ts'
import { type FakeHttpd, fakeHttpd } from './fakeHttpd.ts'

function withHttpd(body: (httpd: FakeHttpd) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const httpd = fakeHttpd(folder)
    try {
      await body(httpd)
    } finally {
      httpd.stop()
    }
  })
}

/** The configuration is written in the future, or long ago: no test has to wait for the clock. */
function age({ path }: FakeHttpd, seconds: number): void {
  const time = Date.now() / 1000 - seconds
  utimesSync(path('conf/httpd.conf'), time, time)
}

for (const shell of shells) {
  test(`a server that does not run is started, once (${shell.join(' ')})`, () =>
    withHttpd(async (httpd) => {
      const { changes, again } = await applied(httpdTask, { prefix: httpd.prefix }, { shell })
      assert.equal(
        changes.map(({ from, to }) => [from, to]),
        [['not running', 'running']],
      )
      assert.equal(again, [])
      assert.ok(existsSync(`/proc/${httpd.pid()}`))
    }))

  test(`a newer configuration is loaded gracefully, an older one is not (${shell.join(' ')})`, () =>
    withHttpd(async (httpd) => {
      const { prefix } = httpd
      await applied(httpdTask, { prefix }, { shell })
      age(httpd, 100)
      assert.equal(await looked(reloadHttpd, { prefix }, { shell }), [])
      age(httpd, -100)
      const pid = httpd.pid()
      const { changes } = await applied(reloadHttpd, { prefix }, { shell })
      assert.equal(
        changes.map(({ from, to }) => [from, to]),
        [[`pid ${pid}`, 'reloaded gracefully']],
      )
      assert.is(httpd.pid(), pid)
    }))
}

test('a reload is made each time where it is told to', () =>
  withHttpd(async (httpd) => {
    const { prefix } = httpd
    await applied(httpdTask, { prefix })
    age(httpd, 100)
    assert.is((await looked(reloadHttpd, { prefix, always: true }))[0]!.to, 'reloaded gracefully')
  }))

test('a server whose program was replaced is restarted', () =>
  withHttpd(async (httpd) => {
    const { prefix, path } = httpd
    await applied(httpdTask, { prefix })
    copyFileSync(realpathSync('/bin/sleep'), path('bin/new'))
    renameSync(path('bin/new'), path('bin/httpd'))
    const pid = httpd.pid()
    const { changes, again } = await applied(reloadHttpd, { prefix, within: 0.5 })
    assert.is(changes[0]!.to, 'restarted')
    assert.equal(again, [])
    assert.is.not(httpd.pid(), pid)
    assert.not.ok(existsSync(`/proc/${pid}`))
  }))

test('a server that does not run is started by a reload', () =>
  withHttpd(async ({ prefix }) => {
    const { changes } = await applied(reloadHttpd, { prefix })
    assert.is(changes[0]!.to, 'started')
  }))

/** A systemd of one unit, which starts what apachectl starts, and says so where it is asked. */
function pretendSystemd(folder: string, { prefix }: FakeHttpd): void {
  const program = `#!/bin/sh
echo "$1" >>${folder}/asked
case $1 in
  start) ${prefix}/bin/apachectl -k start ;;
  reload) ${prefix}/bin/apachectl -k graceful ;;
  show) cat ${prefix}/logs/httpd.pid ;;
esac
`
  writeFileSync(`${folder}/systemctl`, program, { mode: 0o755 })
}

test('a server that is a unit is started and reloaded by systemd', () =>
  inFolder((folder) =>
    withHttpd(async (httpd) => {
      pretendSystemd(folder, httpd)
      const options = { path: `${folder}:$PATH` }
      const { prefix } = httpd
      const start = run(startCommand({ prefix, within: 5, unit: 'apache.service' }))
      assert.is((await runShell(start.command.script, options)).code, 0)
      const pid = httpd.pid()
      const reload = run(reloadCommand({ prefix, within: 5, unit: 'apache.service' }))
      assert.is((await runShell(reload.command.script, options)).code, 0)
      assert.is(httpd.pid(), pid)
      assert.equal(readFileSync(`${folder}/asked`, 'utf8').split('\n'), [
        ...['reset-failed', 'start', 'show', 'reload', ''],
      ])
    }),
  ))

test('a server that was started by hand is taken over by its unit', () =>
  inFolder((folder) =>
    withHttpd(async (httpd) => {
      const { prefix } = httpd
      await applied(httpdTask, { prefix })
      const pid = httpd.pid()
      const unit = 'apache.service'
      const [change] = await looked(httpdTask, { prefix, unit })
      assert.equal([change!.from, change!.to], [`pid ${pid}, not of ${unit}`, `running as ${unit}`])
      assert.is((await looked(reloadHttpd, { prefix, unit }))[0]!.to, 'restarted')
      pretendSystemd(folder, httpd)
      const [step] = change!.steps
      const script = step?.kind === 'run' ? step.command.script : ''
      const ended = await runShell(script.replace('within=3000', 'within=50'), { path: `${folder}:$PATH` })
      assert.is(ended.code, 0, ended.stderr.toString())
      assert.not.ok(existsSync(`/proc/${pid}`))
      assert.is.not(httpd.pid(), pid)
      assert.equal(readFileSync(`${folder}/asked`, 'utf8').split('\n'), ['stop', 'reset-failed', 'start', ''])
    }),
  ))

test('nothing is started or reloaded with a bad configuration', () =>
  withHttpd(async (httpd) => {
    const { prefix, path } = httpd
    await applied(httpdTask, { prefix })
    const pid = httpd.pid()
    writeFileSync(path('conf/extra/own.conf'), 'BAD\n')
    age(httpd, -100)
    const error = await failure(() => applied(reloadHttpd, { prefix }))
    assert.is(error.code, 'E_HTTPD_CONFIG')
    assert.match(error.details.join('\n'), 'own.conf:1: BAD')
    assert.ok(existsSync(`/proc/${pid}`))
    httpd.stop()
    assert.is((await failure(() => applied(httpdTask, { prefix }))).code, 'E_HTTPD_CONFIG')
  }))

test('a pid file that names a process of something else is no server', () =>
  withHttpd(async ({ prefix, path }) => {
    writeFileSync(path('logs/httpd.pid'), `${process.pid}\n`)
    assert.is((await looked(httpdTask, { prefix }))[0]!.from, 'not running')
    await applied(httpdTask, { prefix })
  }))

test('a port that is taken is named with the process that has it', () =>
  withHttpd(async (httpd) => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.on('listening', resolve))
    const { port } = server.address() as AddressInfo
    httpd.refuse(
      `(98)Address already in use: AH00072: make_sock: could not bind to address [::]:${port}\nno listening sockets available\n`,
    )
    const error = await failure(() => applied(httpdTask, { prefix: httpd.prefix }))
    server.close()
    assert.is(error.code, 'E_PORT_IN_USE')
    assert.match(error.message, `Port ${port} is in use by pid ${process.pid}: `)
    assert.match(error.message, 'node')
  }))

test('why a server does not start is shown, with the end of its log', () =>
  withHttpd(async (httpd) => {
    httpd.refuse('AH00015: Unable to open logs\n')
    const error = await failure(() => applied(httpdTask, { prefix: httpd.prefix }))
    assert.is(error.code, 'E_HTTPD_START')
    assert.equal(error.details, ['AH00015: Unable to open logs'])
  }))

test('a prefix without an httpd is named', () =>
  inFolder(async (folder) => {
    const error = await failure(() => applied(httpdTask, { prefix: folder }))
    assert.is(error.code, 'E_NO_HTTPD')
  }))

test.run()
