// waitFor: on real sockets, files and commands of this machine, under each shell.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { delimiter, join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { PlaybookError } from '../../../src/index.ts'
import { waitFor } from '../../../tasks/system/waitFor.ts'
import { applied, failure, inFolder, looked, shells } from '../apply.ts'
import { freePort } from '../tomcat/fakeTomcat.ts'

async function withServer<T>(address: string, body: (port: number) => Promise<T>): Promise<T> {
  const port = await freePort()
  const server = await listen(address, port)
  try {
    return await body(port)
  } finally {
    server.close()
  }
}

function listen(address: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.end()
    })
    server.on('error', reject)
    server.listen(port, address, () => resolve(server))
  })
}

for (const shell of shells) {
  test(`a port that listens needs no waiting, on IPv4 and IPv6 (${shell[0]})`, async () => {
    for (const address of ['127.0.0.1', '0.0.0.0', '::']) {
      await withServer(address, async (port) => {
        assert.equal(await looked(waitFor, { port }, { shell }), [])
        const [change] = await looked(waitFor, { port, state: 'stopped' }, { shell })
        assert.is(`${change!.from} → ${change!.to}`, 'listening → not listening')
      })
    }
  })

  test(`a port is waited for until it listens (${shell[0]})`, async () => {
    const port = await freePort()
    const [change] = await looked(waitFor, { port }, { shell })
    assert.is(`${change!.what}: ${change!.from} → ${change!.to}`, `port ${port}: not listening → listening`)
    const listening = new Promise<Server>((resolve) =>
      setTimeout(() => resolve(listen('127.0.0.1', port)), 150),
    )
    const { again } = await applied(waitFor, { port, timeout: 10, interval: 0.1 }, { shell })
    assert.equal(again, [])
    ;(await listening).close()
  })

  test(`a port that stays shut fails after the timeout (${shell[0]})`, async () => {
    const port = await freePort()
    const error = await failure(() => applied(waitFor, { port, timeout: 0.2, interval: 0.1 }, { shell }))
    assert.equal(
      [error.code, error.message],
      ['E_TIMEOUT', `After 0.2 s port ${port} is still not listening.`],
    )
  })
}

/** A PATH without bash or timeout, so that curl has to do it. */
async function withoutBash<T>(body: (path: string) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    const find = (name: string) =>
      (process.env.PATH ?? '')
        .split(delimiter)
        .map((each) => join(each, name))
        .find((path) => path.startsWith('/usr/bin'))!
    mkdirSync(join(folder, 'bin'))
    for (const name of ['curl', 'sleep', 'tail', 'cat', 'grep'])
      symlinkSync(find(name), join(folder, 'bin', name))
    return body(join(folder, 'bin'))
  })
}

test('a port of a host is tried by connecting, with bash or with curl', async () => {
  await withServer('127.0.0.1', async (port) => {
    assert.equal(await looked(waitFor, { host: '127.0.0.1', port }), [])
    await withoutBash(async (path) =>
      assert.equal(await looked(waitFor, { host: '127.0.0.1', port }, { path }), []),
    )
  })
  const shut = { host: '127.0.0.1', port: await freePort(), timeout: 0.1, interval: 0.1 }
  const byBash = await failure(() => applied(waitFor, shut))
  assert.is(byBash.message, `After 0.1 s port ${shut.port} of 127.0.0.1 is still closed.`)
  assert.match(byBash.details.join('\n'), 'Connection refused')
  await withoutBash(async (path) => {
    const byCurl = await failure(() => applied(waitFor, shut, { path }))
    assert.match(byCurl.details.join('\n'), /Failed to connect|refused/)
  })
})

test('a path is waited for, and the text in it', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'catalina.out')
    assert.is((await looked(waitFor, { path }))[0]?.from, 'absent')
    assert.equal(await looked(waitFor, { path, state: 'absent' }), [])
    writeFileSync(path, 'Starting\n')
    assert.equal(await looked(waitFor, { path }), [])
    const contains = "startup in [12] 'ms'"
    assert.is((await looked(waitFor, { path, contains }))[0]?.from, `without "${contains}"`)
    setTimeout(() => writeFileSync(path, `Starting\nServer ${contains}\n`), 100)
    const { again } = await applied(waitFor, { path, contains, timeout: 10, interval: 0.1 })
    assert.equal(again, [])
  }))

test('a command is waited for, and its last output is shown', () =>
  inFolder(async (folder) => {
    const command = `test -e ${folder}/go || { echo "no go yet"; exit 3; }`
    const error = await failure(() => applied(waitFor, { command, timeout: 0.1, interval: 0.1 }))
    assert.match(error.message, /^After 0.1 s test -e .* is still failing\.$/)
    assert.equal(error.details, ['no go yet', 'exit code 3'])
    writeFileSync(join(folder, 'go'), '')
    assert.equal(await looked(waitFor, { command }), [])
    assert.is((await looked(waitFor, { command, state: 'stopped' }))[0]?.to, 'failing')
  }))

const wrong = [
  {},
  { port: 80, path: '/x' },
  { host: 'a' },
  { port: 0 },
  { command: 'x', contains: 'y' },
  { path: 'relative' },
]

for (const params of wrong) {
  test(`waitFor refuses ${JSON.stringify(params)}`, () => {
    assert.throws(
      () => waitFor(params),
      (error: PlaybookError) => error.code === 'E_PARAMS',
    )
  })
}

test.run()
