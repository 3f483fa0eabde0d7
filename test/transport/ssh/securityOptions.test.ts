// Security options of ssh_config are obeyed, on a real sshd.

import { execFileSync, spawn } from 'node:child_process'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import { createSshTransport } from '../../../src/transport/ssh/sshTransport.ts'
import { shownLines } from '../../shownLines.ts'
import { ask, errorOf, isolated, settingsFor, using } from '../settings.ts'
import { makeKey, type Sshd, sshdMissing, startSshd } from '../sshd.ts'

const missing = sshdMissing()
const test = suite(missing ? `ssh_config security: skipped, ${missing}` : 'ssh_config security')
const it = missing ? test.skip : test

let ed: Sshd
let rsa: Sshd
test.before(async () => {
  if (missing) return
  ed = await startSshd({ config: ['Ciphers aes128-ctr,aes256-gcm@openssh.com', 'MACs hmac-sha2-512'] })
  rsa = await startSshd({ hostKeyType: 'rsa' })
})
test.after(async () => {
  await ed?.stop()
  await rsa?.stop()
})

const { connect } = createSshTransport()

/** The error code of a login with these options; undefined: it works. */
async function codeOf(sshd: Sshd, ...options: readonly string[]): Promise<string | undefined> {
  const sshArgs = [...options.flatMap((each) => ['-o', each]), ...isolated(sshd.knownHostsFile)]
  try {
    await (await connect(settingsFor(sshd, { sshArgs }), {})).close()
    return undefined
  } catch (error) {
    return (error as { readonly code: string }).code
  }
}

it('RevokedHostKeys refuses a known key, from a text, a revocation list and a missing file', async () => {
  const file = (name: string) => join(rsa.folder, name)
  writeFileSync(file('text'), `# revoked\n${readFileSync(`${rsa.hostKeyFile}.pub`, 'utf8')}`)
  execFileSync('ssh-keygen', ['-q', '-k', '-f', file('list'), `${rsa.hostKeyFile}.pub`])
  execFileSync('ssh-keygen', ['-q', '-k', '-f', file('other-list'), `${ed.hostKeyFile}.pub`])
  for (const [name, code] of [
    ['text', 'E_HOST_KEY_REVOKED'],
    ['list', 'E_HOST_KEY_REVOKED'],
    ['missing', 'E_HOST_KEY_REVOKED'],
    ['other-list', undefined],
  ] as const) {
    const option = `RevokedHostKeys=${file(name)}`
    assert.is(await codeOf(rsa, option), code, name)
    assert.is(await codeOf(rsa, option, 'StrictHostKeyChecking=no'), code, `${name}, not checked`)
  }
})

it('RequiredRSASize refuses shorter keys, of the host and of ours', async () => {
  assert.is(await codeOf(rsa, 'RequiredRSASize=4096'), 'E_HOST_KEY_WEAK')
  assert.is(await codeOf(rsa, 'RequiredRSASize=2048'), undefined)
  const keyFile = join(ed.folder, 'rsa')
  makeKey(keyFile, 'rsa')
  appendFileSync(ed.authorizedKeysFile, readFileSync(`${keyFile}.pub`))
  for (const [option, expected] of [
    ['RequiredRSASize=4096', /not offered, because it has 2048 bits, and RequiredRSASize is 4096/],
    ['PubkeyAcceptedAlgorithms=-rsa*', /not offered, because PubkeyAcceptedAlgorithms excludes it/],
  ] as const) {
    const sshArgs = ['-o', option, ...isolated(ed.knownHostsFile)]
    const error = await errorOf(connect(settingsFor(ed, { privateKeyFile: keyFile, sshArgs }), {}))
    assert.match((await shownLines(error)).join('\n'), expected)
  }
  const sshArgs = ['-o', 'PubkeyAcceptedAlgorithms=rsa-sha2-256', ...isolated(ed.knownHostsFile)]
  await (await connect(settingsFor(ed, { privateKeyFile: keyFile, sshArgs }), {})).close()
})

it('Host keys that sign with SHA-1 are refused, unless ssh_config takes them', async () => {
  const old = await startSshd({ hostKeyType: 'rsa', config: ['HostKeyAlgorithms ssh-rsa'] })
  try {
    assert.is(await codeOf(old), 'E_SSH_PROTOCOL')
    assert.is(await codeOf(old, 'HostKeyAlgorithms=+ssh-rsa'), undefined)
  } finally {
    await old.stop()
  }
})

it('Ciphers, MACs, KexAlgorithms and HostKeyAlgorithms are those of ssh_config', async () => {
  assert.is(await codeOf(ed, 'Ciphers=aes128-ctr', 'MACs=hmac-sha2-512'), undefined)
  assert.is(await codeOf(ed, 'Ciphers=aes256-ctr'), 'E_SSH_PROTOCOL')
  assert.is(await codeOf(ed, 'Ciphers=-aes128-ctr,aes256-gcm*'), 'E_SSH_PROTOCOL')
  assert.is(await codeOf(ed, 'Ciphers=aes128-ctr', 'MACs=hmac-sha1'), 'E_SSH_PROTOCOL')
  assert.is(await codeOf(ed, 'KexAlgorithms=diffie-hellman-group1-sha1'), 'E_SSH_PROTOCOL')
  assert.is(await codeOf(ed, 'HostKeyAlgorithms=rsa-sha2-512'), 'E_SSH_PROTOCOL')
})

it('AddressFamily is obeyed by an address, too', async () => {
  assert.is(await codeOf(ed, 'AddressFamily=inet'), undefined)
  assert.is(await codeOf(ed, 'AddressFamily=inet6'), 'E_HOST_NOT_FOUND')
})

it('The agent is not forwarded to a host whose key has changed', async () => {
  const socket = join(ed.folder, 'agent')
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    await new Promise((resolve) => agent.stdout.once('data', resolve))
    execFileSync('ssh-add', ['-q', ed.keyFile], {
      env: { ...process.env, SSH_AUTH_SOCK: socket },
      stdio: 'ignore',
    })
    const changed = join(ed.folder, 'changed')
    const [type, other] = readFileSync(`${ed.keyFile}.pub`, 'utf8').split(' ')
    writeFileSync(changed, `[127.0.0.1]:${ed.port} ${type} ${other}\n`)
    for (const [knownHosts, keys] of [
      [ed.knownHostsFile, '1'],
      [changed, '0'],
    ] as const) {
      const options = ['-o', `ForwardAgent=${socket}`, ...isolated(knownHosts)]
      const settings = settingsFor(ed, { hostKeyChecking: false, sshArgs: options })
      await using(connect(settings, {}), async (connection) => {
        const shell = await connection.openShell()
        assert.is((await ask(shell, 'ssh-add -l 2>/dev/null | wc -l')).trim(), keys)
      })
    }
  } finally {
    agent.kill()
  }
})

it('A key that is not there is named with its path', async () => {
  const sshArgs = ['-F', 'none', '-o', 'IdentityFile=/nowhere/%n-key', ...isolated('/dev/null').slice(2)]
  const settings = settingsFor(ed, { privateKeyFile: undefined, hostKeyChecking: false, sshArgs })
  const error = await errorOf(connect(settings, {}))
  assert.match((await shownLines(error)).join('\n'), /key \/nowhere\/127\.0\.0\.1-key: no such file/)
})

test.run()
