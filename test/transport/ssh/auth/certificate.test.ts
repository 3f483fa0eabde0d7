// OpenSSH certificates: parsing them, and logging in with them at a real sshd.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import {
  describeCertificate,
  parseUserCertificate,
} from '../../../../src/transport/ssh/protocol/certificate.ts'
import { createSshTransport } from '../../../../src/transport/ssh/sshTransport.ts'
import { shownLines } from '../../../shownLines.ts'
import { ask, errorOf, isolated, settingsFor, using } from '../../settings.ts'
import { makeKey, type Sshd, sshdMissing, startSshd } from '../../sshd.ts'
import { addUser, type TestUser } from '../../testUser.ts'

const missing = sshdMissing()
const test = suite(missing ? `certificate: skipped, ${missing}` : 'certificate')
const it = missing ? test.skip : test

const folder = mkdtempSync(join(tmpdir(), 'rp-certificates-'))
const path = (name: string) => join(folder, name)
let sshd: Sshd
let user: TestUser
let agent: ChildProcess

test.before(async () => {
  if (missing) return
  makeKey(path('authority'), 'ed25519')
  user = addUser()
  for (const type of ['ed25519', 'ecdsa', 'rsa'] as const) {
    makeKey(path(type), type)
    sign(type, '-n', user.name)
  }
  sshd = await startSshd({ config: [`TrustedUserCAKeys ${path('authority.pub')}`] })
  agent = spawn('ssh-agent', ['-D', '-a', path('agent')], { stdio: ['ignore', 'pipe', 'ignore'] })
  await new Promise((resolve) => agent.stdout!.once('data', resolve))
})
test.after(async () => {
  agent?.kill()
  await sshd?.stop()
  user?.remove()
  rmSync(folder, { recursive: true })
})

/** Makes `NAME-cert.pub`, signed by the authority. */
function sign(name: string, ...options: readonly string[]): void {
  const words = ['-q', '-s', path('authority'), '-I', `id of ${name}`, ...options, path(`${name}.pub`)]
  execFileSync('ssh-keygen', words, { stdio: 'ignore' })
}

function inAgent(...words: readonly string[]): void {
  execFileSync('ssh-add', ['-q', ...words], {
    env: { ...process.env, SSH_AUTH_SOCK: path('agent'), SSH_ASKPASS: '/bin/false', DISPLAY: ':9' },
    stdio: 'ignore',
  })
}

const { connect } = createSshTransport()

function settings(privateKeyFile: string | undefined, ...options: readonly string[]) {
  const sshArgs = [...options.flatMap((option) => ['-o', option]), ...isolated(sshd.knownHostsFile)]
  return settingsFor(sshd, { user: user.name, privateKeyFile, sshArgs })
}

async function logsIn(to: ReturnType<typeof settings>): Promise<void> {
  await using(connect(to, {}), async (connection) => {
    assert.is(await ask(await connection.openShell(), 'id -un'), `${user.name}\n`)
  })
}

for (const type of ['ed25519', 'ecdsa', 'rsa']) {
  it(`A certificate beside its key logs in: ${type}`, async () => {
    await logsIn(settings(path(type)))
    assert.match(sshd.log(), new RegExp(`Accepted certificate ID "id of ${type}"`))
  })

  it(`A certificate of an agent logs in: ${type}`, async () => {
    inAgent(path(type))
    await logsIn(settings(undefined, `IdentityAgent=${path('agent')}`))
    inAgent('-D')
  })
}

it('A certificate that CertificateFile names logs in, its key in a file or in an agent', async () => {
  copyFileSync(path('ed25519'), path('moved'))
  copyFileSync(path('ed25519-cert.pub'), path('elsewhere.pub'))
  await logsIn(settings(path('moved'), `CertificateFile=${path('elsewhere.pub')}`))
  inAgent(path('moved'))
  await logsIn(
    settings(undefined, `CertificateFile=${path('elsewhere.pub')}`, `IdentityAgent=${path('agent')}`),
  )
  const only = [`IdentityAgent=${path('agent')}`, 'IdentitiesOnly=yes']
  await logsIn(settings(undefined, `CertificateFile=${path('elsewhere.pub')}`, ...only))
  inAgent('-D')
})

type Refusal = { readonly title: string; readonly signed: readonly string[]; readonly expected: RegExp }

const refusals: readonly Refusal[] = [
  {
    title: 'A certificate that has expired is reported',
    signed: ['-V', '20200101000000Z:20200102000000Z'],
    expected: /certificate "id of late\d", expired on 2020-01-02T00:00:00Z: refused[\s\S]*get a new one/,
  },
  {
    title: 'A certificate that is not valid yet',
    signed: ['-V', '20990101000000Z:20990102000000Z'],
    expected: /not valid before 2099-01-01T00:00:00Z: refused/,
  },
  {
    title: 'A certificate of another user',
    signed: ['-n', 'somebody,else'],
    expected: /certificate "id of late\d" for somebody, else, not for rp-test-\S+: refused/,
  },
]

for (const [index, { title, signed, expected }] of refusals.entries()) {
  it(`${title}: E_AUTH`, async () => {
    makeKey(path(`late${index}`), 'ed25519')
    sign(`late${index}`, ...signed)
    const error = await errorOf(connect(settings(path(`late${index}`)), {}))
    assert.is(error.code, 'E_AUTH')
    assert.match((await shownLines(error)).join('\n'), expected)
  })
}

it('A certificate that is refused leaves its key the next try', async () => {
  copyFileSync(sshd.keyFile, path('plain'))
  copyFileSync(`${sshd.keyFile}.pub`, path('plain.pub'))
  sign('plain', '-n', 'nobody-here')
  await logsIn(settings(path('plain')))
})

it('An agent that does not sign leaves the next try, and is reported', async () => {
  inAgent('-c', path('ed25519'))
  const withAgent = [`IdentityAgent=${path('agent')}`, 'IdentityFile=none']
  const error = await errorOf(connect(settings(undefined, ...withAgent), {}))
  assert.match((await shownLines(error)).join('\n'), /agent key test.*: not signed: it refused/)
  await logsIn({ ...settings(undefined, `IdentityAgent=${path('agent')}`, `IdentityFile=${sshd.keyFile}`) })
  inAgent('-D')
})

it('CertificateFile with something else in it is reported', async () => {
  const to = settings(path('authority'), `CertificateFile=${path('authority.pub')}`)
  const error = await errorOf(connect(to, {}))
  assert.match((await shownLines(error)).join('\n'), /certificate \S+authority\.pub: no user certificate/)
})

it('What is read of a certificate is what ssh-keygen reads', () => {
  sign('ecdsa', '-n', 'app,ops', '-V', '20260101000000Z:20270101000000Z')
  const certificate = parseUserCertificate(readFileSync(path('ecdsa-cert.pub'), 'utf8'))!
  const [, key = ''] = readFileSync(path('ecdsa.pub'), 'utf8').split(' ')
  assert.ok(certificate.publicKey.equals(Buffer.from(key, 'base64')))
  assert.equal([certificate.keyId, certificate.principals], ['id of ecdsa', ['app', 'ops']])
  assert.is(new Date(certificate.validToMs).toISOString(), '2027-01-01T00:00:00.000Z')
  assert.is(
    describeCertificate(certificate, 'app', Date.UTC(2026, 6)),
    'certificate "id of ecdsa" for app, ops',
  )
})

for (const [title, line] of [
  ['a plain key', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA'],
  ['nothing', ''],
  [
    'a certificate that is cut off',
    'ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAA',
  ],
] as const) {
  test(`No certificate: ${title}`, () => {
    assert.is(parseUserCertificate(line), undefined)
  })
}

it('A host certificate is none of a user', () => {
  makeKey(path('host'), 'ed25519')
  sign('host', '-h', '-n', 'was-01')
  assert.is(parseUserCertificate(readFileSync(path('host-cert.pub'), 'utf8')), undefined)
})

test.run()
