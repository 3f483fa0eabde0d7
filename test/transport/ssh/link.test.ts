// Connections on bad networks and odd servers: everything settles with an error.

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import {
  type AddressInfo,
  createServer,
  connect as dial,
  type Server as NetServer,
  type Socket,
} from 'node:net'
import { join } from 'node:path'
import ssh2, { type Connection as Client, type ServerChannel } from 'ssh2'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { UnreachableError } from '../../../src/model/errors/error.ts'
import type { ConnectionSettings } from '../../../src/model/host.ts'
import { secret } from '../../../src/model/secrets/secret.ts'
import type { Connection } from '../../../src/transport/program/transport.ts'
import { createSshTransport } from '../../../src/transport/ssh/sshTransport.ts'
import { shownLines } from '../../shownLines.ts'
import { testFolder } from '../../testFolder.ts'
import { ask, endOf, errorOf, isolated, within } from '../settings.ts'

const folder = testFolder('broken')
const hostKey = join(folder, 'host_key')
execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey])

type Behaviour = {
  /** What a session's command does; if not given, a shell that answers `ask` with an empty text. */
  readonly exec?: (channel: ServerChannel, command: string) => void
  /** How many session opens are refused first. */
  readonly refusals?: number
  /** Passwords are asked for by keyboard-interactive alone. */
  readonly isKeyboardOnly?: boolean
}

type Fake = {
  readonly settings: (changes?: Partial<ConnectionSettings>) => ConnectionSettings
  /** Connections that clients made. */
  readonly sockets: Socket[]
  /** Stops passing bytes, with the sockets left open. */
  readonly silence: () => void
  readonly stop: () => void
}

/** An ssh server of ssh2's behind a relay that can be cut. `refuseFirst` connections are closed before the banner. */
async function fakeServer(behaviour: Behaviour = {}, refuseFirst = 0): Promise<Fake> {
  let refusals = behaviour.refusals ?? 0
  const server = new ssh2.Server({ hostKeys: [readFileSync(hostKey)] }, (client) => serve(client))
  const sockets: Socket[] = []
  const upstreams: Socket[] = []
  let left = refuseFirst
  const port = await listening(server as unknown as NetServer)
  const relay = createServer((socket) => {
    socket.on('error', () => {})
    sockets.push(socket)
    if (left-- > 0) return socket.end('Exceeded MaxStartups\r\n')
    const upstream = dial({ port, host: '127.0.0.1', noDelay: true }).on('error', () => {})
    upstreams.push(upstream)
    socket.pipe(upstream).pipe(socket)
    socket.on('close', () => upstream.destroy())
  })
  const relayPort = await listening(relay)
  const known = join(folder, `known-${relayPort}`)
  writeFileSync(known, `[127.0.0.1]:${relayPort} ${readFileSync(`${hostKey}.pub`, 'utf8')}`)

  function serve(client: Client): void {
    client.on('error', () => {})
    client.on('authentication', (context) => {
      if (context.method === 'password' && !behaviour.isKeyboardOnly && context.password === 'right')
        return context.accept()
      if (context.method !== 'keyboard-interactive' || !behaviour.isKeyboardOnly) {
        return context.reject([behaviour.isKeyboardOnly ? 'keyboard-interactive' : 'password'])
      }
      context.prompt([{ prompt: 'Password: ', echo: false }], ([answer]) =>
        answer === 'right' ? context.accept() : context.reject(),
      )
    })
    client.on('session', (accept, reject) => {
      if (refusals-- > 0) return reject()
      accept().on('exec', (acceptExec, _rejectExec, { command }) => {
        const channel = acceptExec().on('error', () => {})
        ;(behaviour.exec ?? shell)(channel, command)
      })
    })
  }

  return {
    settings: (changes) => ({
      kind: 'ssh',
      host: '127.0.0.1',
      port: relayPort,
      user: 'app',
      password: secret('right'),
      sshArgs: ['-o', 'ServerAliveInterval=0.2', '-o', 'ServerAliveCountMax=3', ...isolated(known)],
      become: { method: 'sudo', user: 'root' },
      ...changes,
    }),
    sockets,
    silence: () => {
      for (const [index, socket] of sockets.entries()) {
        socket.unpipe()
        upstreams[index]?.unpipe()
        socket.pause()
      }
    },
    stop: () => {
      relay.close()
      server.close()
      for (const socket of [...sockets, ...upstreams]) socket.destroy()
    },
  }
}

function listening(server: NetServer): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

/** Says the markers of the command, then an end for every line that is written. */
function shell(channel: ServerChannel, command: string): void {
  announce(channel, command)
  channel.on('data', () => channel.write('\0'))
}

function announce(channel: ServerChannel, command: string): void {
  const [, first, second] = /printf %s%s (\S+) (\S+) >&2/.exec(command)!
  channel.stderr.write(`${first}${second}`)
  channel.write(`${first}${second}`)
}

async function withServer(
  behaviour: Behaviour,
  use: (fake: Fake, connection: Connection) => Promise<void>,
): Promise<void> {
  const fake = await fakeServer(behaviour)
  const connection = await createSshTransport().connect(fake.settings(), {})
  try {
    await use(fake, connection)
  } finally {
    await within(1000, 'close', connection.close())
    fake.stop()
  }
}

const cuts: readonly [title: string, cut: (fake: Fake) => void, expected: RegExp][] = [
  ['a reset', ({ sockets }) => sockets[0]!.resetAndDestroy(), /ECONNRESET|cut/],
  ['an end', ({ sockets }) => sockets[0]!.end(), /host closed it/],
  ['silence', ({ silence }) => silence(), /no answer for 0.6 s/],
]

for (const [title, cut, expected] of cuts) {
  test(`After ${title}, an idle shell, a busy one and the connection all say so`, () =>
    withServer({}, async (fake, connection) => {
      const broken = new Promise<UnreachableError>((resolve) => connection.onBroken(resolve))
      const idle = endOf(await connection.openShell())
      const shell = await connection.openShell()
      await ask(shell, 'true')
      const busy = endOf(shell)
      cut(fake)
      const errors = await within(2500, 'the end', Promise.all([broken, idle, busy]))
      assert.equal(
        errors.map(({ code }) => code),
        Array(3).fill('E_CONNECTION_LOST'),
      )
      assert.equal([errors[1]!.stage, errors[2]!.stage], ['idle', 'busy'])
      assert.match(errors[0]!.message, expected)
      const late = new Promise<UnreachableError>((resolve) => connection.onBroken(resolve))
      assert.is((await within(100, 'a late listener', late)).code, 'E_CONNECTION_LOST')
      assert.is((await errorOf(shell.write(Buffer.from('x')))).code, 'E_CONNECTION_LOST')
      assert.is((await within(500, 'openShell', errorOf(connection.openShell()))).code, 'E_CONNECTION_LOST')
      assert.is(
        (await within(500, 'upload', errorOf(connection.upload(Buffer.from('x'), '/x')))).code,
        'E_CONNECTION_LOST',
      )
    }))

  test(`${title} while a shell is opened and while an upload waits settles both`, () =>
    withServer(
      { exec: (channel, command) => command.includes('cat >') && announce(channel, command) },
      async (fake, connection) => {
        const opening = errorOf(connection.openShell())
        const uploading = errorOf(connection.upload(Buffer.alloc(9_000_000), '/x'))
        setTimeout(() => cut(fake), 100)
        const errors = await within(2500, 'the end', Promise.all([opening, uploading]))
        assert.equal(
          errors.map(({ code }) => code),
          ['E_CONNECTION_LOST', 'E_CONNECTION_LOST'],
        )
      },
    ))
}

test('A server that cuts connections before its banner (MaxStartups) is tried twice more', async () => {
  for (const [refusals, works] of [
    [2, true],
    [3, false],
  ] as const) {
    const fake = await fakeServer({}, refusals)
    try {
      const connecting = createSshTransport().connect(fake.settings(), {})
      if (works) await (await connecting).close()
      else assert.is((await errorOf(connecting)).code, 'E_CONNECTION_LOST')
      assert.is(fake.sockets.length, 3)
    } finally {
      fake.stop()
    }
  }
})

test('A refused password is not tried again', async () => {
  const fake = await fakeServer()
  const error = await errorOf(createSshTransport().connect(fake.settings({ password: secret('wrong') }), {}))
  assert.is(error.code, 'E_AUTH')
  assert.is(fake.sockets.length, 1)
  fake.stop()
})

test('keyboard-interactive is answered with the password', async () => {
  const fake = await fakeServer({ isKeyboardOnly: true })
  await (await createSshTransport().connect(fake.settings(), {})).close()
  const error = await errorOf(createSshTransport().connect(fake.settings({ password: secret('wrong') }), {}))
  assert.is(error.code, 'E_AUTH')
  assert.match((await shownLines(error)).join('\n'), /password \(keyboard-interactive\): refused/)
  fake.stop()
})

test('Sessions refused for a while are asked for again', () =>
  withServer({ refusals: 4 }, async (_fake, connection) => {
    assert.is(await ask(await within(3000, 'openShell', connection.openShell()), 'true'), '')
  }))

test('No more than 20 hosts are logged in to at the same time', async () => {
  const sockets = new Set<Socket>()
  let most = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    most = Math.max(most, sockets.size)
    socket
      .resume()
      .on('error', () => {})
      .on('close', () => sockets.delete(socket))
  })
  const port = await listening(server)
  const { connect } = createSshTransport()
  const become = { method: 'sudo', user: 'root' } as const
  const settings = { kind: 'ssh', host: '127.0.0.1', port, timeout: 0.3, become } as const
  const sshArgs = isolated(join(folder, 'known_hosts'))
  const errors = await Promise.all(
    Array.from({ length: 50 }, () => errorOf(connect({ ...settings, sshArgs }, {}))),
  )
  server.close()
  assert.equal(new Set(errors.map(({ code }) => code)), new Set(['E_CONNECT_TIMEOUT']))
  assert.is(most, 20)
})

test('A login that stays silent after the banner ends in time: E_CONNECT_TIMEOUT', async () => {
  const fake = await fakeServer()
  const connecting = errorOf(createSshTransport().connect(fake.settings({ timeout: 0.4 }), {}))
  while (fake.sockets.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  fake.silence()
  assert.is((await within(1500, 'connect', connecting)).code, 'E_CONNECT_TIMEOUT')
  fake.stop()
})

test('A shell without an end of its own says the connection was closed, when we close it', async () => {
  const fake = await fakeServer()
  const connection = await createSshTransport().connect(fake.settings(), {})
  let brokenCount = 0
  connection.onBroken(() => {
    brokenCount += 1
  })
  const end = endOf(await connection.openShell())
  await within(1000, 'close', connection.close())
  assert.is((await within(500, 'the end', end)).code, 'E_CONNECTION_CLOSED')
  assert.is(brokenCount, 0)
  fake.stop()
})

test('A shell that is killed while what it started keeps the channel open: E_SHELL_ENDED, all its output read', () => {
  const kill = (channel: ServerChannel, command: string) => {
    announce(channel, command)
    channel.on('data', () => {
      channel.exit('KILL')
      for (const delay of [300, 600, 900, 1200]) setTimeout(() => channel.write(`${delay} `), delay)
    })
  }
  return withServer({ exec: kill }, async (_fake, connection) => {
    const shell = await connection.openShell()
    let received = ''
    const end = new Promise<UnreachableError>((resolve) =>
      shell.receive({ data: (_stream, bytes) => (received += bytes), end: resolve }),
    )
    await shell.write(Buffer.from('sleep 300'))
    const { code, stage, message } = await within(4000, 'the end', end)
    assert.equal([code, stage, received], ['E_SHELL_ENDED', 'busy', '300 600 900 1200 '])
    assert.match(message, /SIGKILL/)
  })
})

test('Closing a connection whose host went silent settles within a second', async () => {
  const fake = await fakeServer()
  const connection = await createSshTransport().connect(
    fake.settings({ sshArgs: [...fake.settings().sshArgs!.slice(4)] }),
    {},
  )
  const end = endOf(await connection.openShell())
  fake.silence()
  await within(1000, 'close', connection.close())
  await within(500, 'the end', end)
  fake.stop()
})

test.run()
