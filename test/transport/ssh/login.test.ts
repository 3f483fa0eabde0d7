// Logging in to a real sshd: keys, agent, passwords, host keys, and errors.

import { execFileSync, spawn } from 'node:child_process'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import { secret } from '../../../src/model/secrets/secret.ts'
import { sshString, sshUint32 } from '../../../src/transport/ssh/protocol/wireFormat.ts'
import { createSshTransport } from '../../../src/transport/ssh/sshTransport.ts'
import { shownLines } from '../../shownLines.ts'
import { ask, errorOf, isolated, settingsFor, using, within } from '../settings.ts'
import { freePort, makeKey, type Sshd, sshdMissing, startSshd } from '../sshd.ts'
import { addUser, type TestUser } from '../testUser.ts'

const missing = sshdMissing()
const test = suite(missing ? `ssh: skipped, ${missing}` : 'ssh')
const it = missing ? test.skip : test

let sshd: Sshd
let user: TestUser
test.before(async () => {
  if (missing) return
  sshd = await startSshd({
    config: ['PasswordAuthentication yes', 'HostKeyAlgorithms +ssh-rsa', 'LogLevel VERBOSE'],
  })
  user = addUser()
})
test.after(async () => {
  await sshd?.stop()
  user?.remove()
})

const { connect } = createSshTransport()

for (const type of ['ed25519', 'rsa', 'ecdsa'] as const) {
  for (const passphrase of ['', 'open sesame é']) {
    it(`A key of type ${type}${passphrase && ', encrypted'}, logs in`, async () => {
      const keyFile = join(sshd.folder, `${type}${passphrase && '-encrypted'}`)
      makeKey(keyFile, type, passphrase)
      appendFileSync(sshd.authorizedKeysFile, readFileSync(`${keyFile}.pub`))
      const settings = settingsFor(sshd, {
        user: user.name,
        privateKeyFile: keyFile,
        privateKeyPassphrase: passphrase ? secret(passphrase) : undefined,
      })
      await using(connect(settings, {}), async (connection) => {
        assert.is(await ask(await connection.openShell(), 'id -un'), `${user.name}\n`)
      })
    })
  }
}

it('A key of a file is offered signed, which saves a round trip', async () => {
  const before = sshd.log().length
  await (await connect(settingsFor(sshd, { user: user.name, privateKeyFile: sshd.keyFile }), {})).close()
  const log = sshd.log().slice(before)
  assert.match(log, new RegExp(`Accepted publickey for ${user.name} `))
  assert.not.match(log, 'Postponed publickey') // what sshd says of one that is only asked about
})

it('An encrypted key is parsed once for all hosts', async () => {
  const { connect } = createSshTransport()
  const keyFile = join(sshd.folder, 'ed25519-encrypted')
  const settings = settingsFor(sshd, {
    user: user.name,
    privateKeyFile: keyFile,
    privateKeyPassphrase: secret('open sesame é'),
  })
  await (await connect(settings, {})).close()
  const before = process.cpuUsage()
  for (let index = 0; index < 5; index += 1) await (await connect(settings, {})).close()
  const { user: micros } = process.cpuUsage(before)
  assert.ok(micros < 300_000, `${micros} µs for 5 connects; one parse costs about 370 000`)
})

it('Keys of an agent log in, and a dead agent is passed over', async () => {
  const keyFile = join(sshd.folder, 'agent-key')
  makeKey(keyFile, 'ed25519')
  appendFileSync(sshd.authorizedKeysFile, readFileSync(`${keyFile}.pub`))
  const socket = join(sshd.folder, 'agent')
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    await new Promise((resolve) => agent.stdout.once('data', resolve))
    execFileSync('ssh-add', ['-q', keyFile], {
      env: { ...process.env, SSH_AUTH_SOCK: socket },
      stdio: 'ignore',
    })
    const withAgent = ['-o', `IdentityAgent=${socket}`, ...isolated(sshd.knownHostsFile)]
    const settings = settingsFor(sshd, { user: user.name, privateKeyFile: undefined, sshArgs: withAgent })
    await using(connect(settings, {}), async (connection) => assert.is(connection.user, user.name))
    const error = await errorOf(
      connect({ ...settings, sshArgs: ['-o', 'IdentitiesOnly=yes', ...withAgent] }, {}),
    )
    assert.match((await shownLines(error)).join('\n'), /agent .*: none of its keys can be offered \(1\)/)
    const locked = join(sshd.folder, 'agent-locked')
    execFileSync('cp', [keyFile, locked])
    execFileSync('cp', [`${keyFile}.pub`, `${locked}.pub`])
    execFileSync('ssh-keygen', ['-q', '-p', '-N', 'a passphrase', '-f', locked], { stdio: 'ignore' })
    const only = { ...settings, privateKeyFile: locked, sshArgs: ['-o', 'IdentitiesOnly=yes', ...withAgent] }
    await using(connect(only, {}), async (connection) => assert.is(connection.user, user.name))
  } finally {
    agent.kill()
  }
  const gone = ['-o', 'IdentityAgent=/nowhere', ...isolated(sshd.knownHostsFile)]
  const settings = settingsFor(sshd, { user: user.name, sshArgs: gone, privateKeyFile: sshd.keyFile })
  await using(connect(settings, {}), async (connection) => assert.is(connection.user, user.name))
})

it('ForwardAgent lets programs on the host ask the agent, and a host that refuses it goes on without', async () => {
  const socket = join(sshd.folder, 'agent-forwarded')
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] })
  const refusing = await startSshd({ config: ['AllowAgentForwarding no'] })
  try {
    await new Promise((resolve) => agent.stdout.once('data', resolve))
    const env = { ...process.env, SSH_AUTH_SOCK: socket }
    execFileSync('ssh-add', ['-q', sshd.keyFile], { env, stdio: 'ignore' })
    const keys = 'ssh-add -l 2>/dev/null | wc -l'
    for (const [host, args, count] of [
      [sshd, ['-o', 'ForwardAgent=yes'], 1],
      [sshd, ['-A'], 1],
      [sshd, ['-o', `ForwardAgent=${socket}`], 1],
      [sshd, [], 0],
      [sshd, ['-a', '-o', 'ForwardAgent=yes'], 0],
      [refusing, ['-A'], 0],
    ] as const) {
      const sshArgs = [...args, '-o', `IdentityAgent=${socket}`, ...isolated(host.knownHostsFile)]
      await using(connect(settingsFor(host, { sshArgs }), {}), async (connection) => {
        const shells = await Promise.all([connection.openShell(), connection.openShell()])
        const found = await Promise.all(shells.map((shell) => ask(shell, keys)))
        assert.equal(found.map(Number), [count, count], args.join(' '))
      })
    }
  } finally {
    agent.kill()
    await refusing.stop()
  }
})

it('A password logs in', async () => {
  const settings = settingsFor(sshd, {
    user: user.name,
    privateKeyFile: undefined,
    password: secret(user.password),
  })
  await using(connect(settings, {}), async (connection) => {
    assert.is(await ask(await connection.openShell(), 'echo in'), 'in\n')
  })
})

it('A wrong password is reported, without showing it: E_AUTH', async () => {
  const settings = settingsFor(sshd, {
    user: user.name,
    privateKeyFile: undefined,
    password: secret('let me in'),
  })
  const error = await errorOf(connect(settings, {}))
  assert.is(error.code, 'E_AUTH')
  const text = (await shownLines(error)).join('\n')
  assert.match(text, new RegExp(`login\\s+to\\s+${user.name}@127.0.0.1:${sshd.port}\\s+was\\s+refused`))
  assert.match(text, /password: refused/)
  assert.match(text, /the host accepts: publickey,\s?password/)
  assert.not.match(text, /let me in/)
})

it('Keys that are refused, missing or locked are named: E_AUTH', async () => {
  const stranger = join(sshd.folder, 'stranger')
  makeKey(stranger, 'ed25519')
  const locked = join(sshd.folder, 'locked')
  makeKey(locked, 'ed25519', 'secret')
  const rows: readonly [string, RegExp][] = [
    [stranger, /key .*stranger \(ssh-ed25519\): refused/],
    [join(sshd.folder, 'nothing'), /key .*nothing: no such file/],
    [locked, /key .*locked: encrypted, and no passphrase was given/],
    [`${stranger}.pub`, /key .*stranger.pub: it is a public key/],
    [securityKey(), /key .*id_sk: a security key, which only an agent can use: ssh-add/],
  ]
  for (const [privateKeyFile, says] of rows) {
    const error = await errorOf(connect(settingsFor(sshd, { privateKeyFile }), {}))
    assert.is(error.code, 'E_AUTH')
    assert.match((await shownLines(error)).join('\n'), says)
  }
  const wrong = settingsFor(sshd, { privateKeyFile: locked, privateKeyPassphrase: secret('not this') })
  assert.match((await shownLines(await errorOf(connect(wrong, {})))).join('\n'), /passphrase is wrong/)
})

/** As ssh-keygen -t ed25519-sk writes it, as far as it is read here. */
function securityKey(): string {
  const file = join(sshd.folder, 'id_sk')
  const [none, type] = [sshString('none'), 'sk-ssh-ed25519@openssh.com']
  const publicKey = sshString(Buffer.concat([type, Buffer.alloc(32), 'ssh:'].map(sshString)))
  const body = [
    Buffer.from('openssh-key-v1\0'),
    none,
    none,
    sshString(''),
    sshUint32(1),
    publicKey,
    sshString('x'),
  ]
  const lines = Buffer.concat(body)
    .toString('base64')
    .match(/.{1,70}/g)!
  const [begin, end] = ['BEGIN', 'END'].map((word) => `-----${word} OPENSSH PRIVATE KEY-----`)
  writeFileSync(file, [begin, ...lines, end, ''].join('\n'), { mode: 0o600 })
  return file
}

it('With nothing to log in with, E_AUTH says what the host would take', async () => {
  const error = await errorOf(connect(settingsFor(sshd, { privateKeyFile: undefined }), {}))
  assert.is(error.code, 'E_AUTH')
  assert.match(
    (await shownLines(error)).join(' '),
    /nothing to log in with.*the host accepts: publickey, password/,
  )
})

it('A host that wants a key and a password gets both', async () => {
  const strict = await startSshd({
    config: ['AuthenticationMethods publickey,password', 'PasswordAuthentication yes'],
  })
  try {
    const settings = settingsFor(strict, { user: user.name, password: secret(user.password) })
    await using(connect(settings, {}), async (connection) => assert.is(connection.user, user.name))
    const error = await errorOf(connect({ ...settings, password: undefined }, {}))
    assert.match((await shownLines(error)).join('\n'), /key .*: accepted, but the host requires more/)
  } finally {
    await strict.stop()
  }
})

it('Too many keys end in E_AUTH with a way out', async () => {
  const args = Array.from({ length: 8 }, (_, index) => {
    const file = join(sshd.folder, `many-${index}`)
    makeKey(file, 'ed25519')
    return ['-i', file]
  })
  const settings = settingsFor(sshd, {
    privateKeyFile: undefined,
    sshArgs: [...args.flat(), ...isolated(sshd.knownHostsFile)],
  })
  const error = await errorOf(connect(settings, {}))
  assert.is(error.code, 'E_AUTH')
  assert.match(error.hint ?? '', /IdentitiesOnly/)
})

it('An unknown host key is refused, with its fingerprint and the line to add: E_HOST_KEY_UNKNOWN', async () => {
  const empty = join(sshd.folder, 'empty')
  writeFileSync(empty, '')
  const error = await errorOf(connect(settingsFor(sshd, { sshArgs: isolated(empty) }), {}))
  assert.is(error.code, 'E_HOST_KEY_UNKNOWN')
  const print = execFileSync('ssh-keygen', ['-lf', `${sshd.hostKeyFile}.pub`], { encoding: 'utf8' }).split(
    ' ',
  )[1]!
  const text = (await shownLines(error)).join('\n')
  assert.ok(text.includes(print), text)
  assert.ok(text.includes(`[127.0.0.1]:${sshd.port} ssh-ed25519 AAAA`), text)
  assert.match(text, /ssh-keygen\s+-lf\s+\/etc\/ssh\/ssh_host_ed25519_key\.pub/)
  assert.is(readFileSync(empty, 'utf8'), '')
})

it('A key that is known without a port is known with any, and one that is another there says nothing', async () => {
  const file = join(sshd.folder, 'portless')
  const line = readFileSync(sshd.knownHostsFile, 'utf8').replace(/^\S+/, '127.0.0.1')
  writeFileSync(file, line)
  const settings = settingsFor(sshd, { sshArgs: isolated(file) })
  await using(connect(settings, {}), async (connection) => assert.is(connection.user, 'root'))
  const [, other] = readFileSync(`${sshd.keyFile}.pub`, 'utf8').split(' ')
  writeFileSync(file, `127.0.0.1 ssh-ed25519 ${other}\n`)
  assert.is((await errorOf(connect(settings, {}))).code, 'E_HOST_KEY_UNKNOWN')
  writeFileSync(file, `${line}@revoked ${line}`)
  assert.is((await errorOf(connect(settings, {}))).code, 'E_HOST_KEY_REVOKED')
})

it('accept-new learns an unknown key once, and OpenSSH agrees with the line', async () => {
  const file = join(sshd.folder, 'learned')
  writeFileSync(file, '# no newline at the end')
  const sshArgs = ['-o', 'StrictHostKeyChecking=accept-new', ...isolated(file)]
  for (let index = 0; index < 2; index += 1) await (await connect(settingsFor(sshd, { sshArgs }), {})).close()
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  assert.is(lines.length, 2)
  const found = execFileSync('ssh-keygen', ['-F', `[127.0.0.1]:${sshd.port}`, '-f', file], {
    encoding: 'utf8',
  })
  assert.match(found, /found: line 2/)
})

it('A changed host key is refused with both fingerprints and the place: E_HOST_KEY_CHANGED', async () => {
  for (const type of ['ed25519', 'rsa'] as const) {
    const other = join(sshd.folder, `other-${type}`)
    makeKey(other, type)
    const file = join(sshd.folder, `changed-${type}`)
    const line = readFileSync(`${other}.pub`, 'utf8').split(' ').slice(0, 2).join(' ')
    writeFileSync(file, `# one\n[127.0.0.1]:${sshd.port} ${line}\n`)
    for (const strict of ['yes', 'accept-new', 'ask']) {
      const sshArgs = ['-o', `StrictHostKeyChecking=${strict}`, ...isolated(file)]
      const error = await errorOf(connect(settingsFor(sshd, { sshArgs }), {}))
      assert.is(error.code, 'E_HOST_KEY_CHANGED')
      assert.equal(error.where, { file, line: 2 })
      assert.is((await shownLines(error)).join('\n').match(/SHA256:/g)?.length, 2)
    }
    const lax = settingsFor(sshd, { hostKeyChecking: false, sshArgs: isolated(file) })
    await using(connect(lax, {}), async (connection) => assert.is(connection.user, 'root'))
    const withPassword = {
      ...lax,
      user: user.name,
      privateKeyFile: undefined,
      password: secret(user.password),
    }
    const error = await errorOf(connect(withPassword, {}))
    assert.match((await shownLines(error)).join('\n'), /password: not sent, because the host key has changed/)
  }
})

it('Nothing listens: E_CONNECT_REFUSED', async () => {
  const port = await freePort()
  const error = await errorOf(connect(settingsFor(sshd, { port }), {}))
  assert.is(error.code, 'E_CONNECT_REFUSED')
  assert.match(error.message, new RegExp(`root@127.0.0.1:${port} refused .* port ${port}`))
})

it('A name without an address: E_HOST_NOT_FOUND', async () => {
  const error = await errorOf(connect(settingsFor(sshd, { host: 'was-01.invalid' }), {}))
  assert.is(error.code, 'E_HOST_NOT_FOUND')
})

it('A server that says nothing: E_CONNECT_TIMEOUT, in the time given', () =>
  withServer('', async (port) => {
    const attempt = errorOf(connect(settingsFor(sshd, { port, timeout: 0.5 }), {}))
    assert.is((await within(2000, 'connect', attempt)).code, 'E_CONNECT_TIMEOUT')
    const giveUp = new AbortController()
    setTimeout(() => giveUp.abort(), 100)
    const aborted = errorOf(connect(settingsFor(sshd, { port }), { signal: giveUp.signal }))
    assert.is((await within(1000, 'abort', aborted)).code, 'E_ABORTED')
  }))

it('A server that is not ssh ends in an error, not a hang', () =>
  withServer('HTTP/1.1 400 Bad Request\r\n\r\n', async (port) => {
    const error = await within(5000, 'connect', errorOf(connect(settingsFor(sshd, { port }), {})))
    assert.ok(['E_SSH_PROTOCOL', 'E_CONNECTION_LOST'].includes(error.code), error.code)
  }))

/** A server that says one thing and hangs up, or nothing and does not. */
async function withServer(says: string, use: (port: number) => Promise<void>): Promise<void> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    if (says) socket.end(says)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await use((server.address() as AddressInfo).port)
  } finally {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
}

it('An account whose shell refuses: E_SHELL with its output', async () => {
  const closed = addUser({ shell: '/usr/sbin/nologin' })
  try {
    await using(connect(settingsFor(sshd, { user: closed.name }), {}), async (connection) => {
      const error = await errorOf(connection.openShell())
      assert.is(error.code, 'E_SHELL')
      assert.match((await shownLines(error)).join('\n'), /account is currently not available/)
    })
  } finally {
    closed.remove()
  }
})

it('Fifty shells opened at once, ten sessions allowed: all answer', async () => {
  await using(connect(settingsFor(sshd, { user: user.name }), {}), async (connection) => {
    const answers = Array.from({ length: 50 }, async (_, index) => {
      const shell = await connection.openShell()
      const answer = await ask(shell, `echo ${index}`)
      shell.close()
      return answer
    })
    assert.equal(
      await Promise.all(answers),
      Array.from({ length: 50 }, (_, index) => `${index}\n`),
    )
  })
})

it('Sixty hosts at once, with one signal to give them up, and no warning', async () => {
  const warnings: Error[] = []
  const warn = (warning: Error) => warnings.push(warning)
  process.on('warning', warn)
  const { connect } = createSshTransport()
  const { signal } = new AbortController()
  const hosts = Array.from({ length: 60 }, () => connect(settingsFor(sshd, { user: user.name }), { signal }))
  const connections = await Promise.all(hosts)
  await within(1500, 'close', Promise.all(connections.map((connection) => connection.close())))
  process.off('warning', warn)
  assert.equal(warnings, [])
})

test.run()
