// Host certificates of a real sshd, verified by us and by OpenSSH's client.

import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import { chooseAlgorithms } from '../../../../src/transport/ssh/config/algorithms.ts'
import { hostCertificateProblem } from '../../../../src/transport/ssh/hostKey/hostCertificate.ts'
import type { Certificate } from '../../../../src/transport/ssh/protocol/certificate.ts'
import { decodeCertificate } from '../../../../src/transport/ssh/protocol/certificate.ts'
import { createSshTransport } from '../../../../src/transport/ssh/sshTransport.ts'
import { shownLines } from '../../../shownLines.ts'
import { testFolder } from '../../../testFolder.ts'
import { ask, errorOf, settingsFor, using } from '../../settings.ts'
import { makeKey, type Sshd, sshdMissing, startSshd } from '../../sshd.ts'

const missing = sshdMissing()
const test = suite(missing ? `host certificate: skipped, ${missing}` : 'host certificate')
const it = missing ? test.skip : test

const folder = testFolder('host-certificates')
const path = (name: string) => join(folder, name)
for (const type of ['ed25519', 'ecdsa', 'rsa'] as const) makeKey(path(`authority-${type}`), type)
makeKey(path('stranger'), 'ed25519')

/** An authority's line of known_hosts. */
function trusted(authority: string, marker = '@cert-authority', names = '*'): string {
  return `${marker} ${names} ${readFileSync(path(`${authority}.pub`), 'utf8')}`
}

let count = 0

/** Makes a key with a certificate: the configuration of a host that shows it. */
function shown(
  authority: string,
  options: readonly string[],
  type: 'ed25519' | 'ecdsa' = 'ed25519',
): string[] {
  count += 1
  const key = path(`host-${count}-${type}`)
  makeKey(key, type)
  const words = ['-q', '-s', path(authority), '-h', '-I', 'host one', ...options, `${key}.pub`]
  execFileSync('ssh-keygen', words, { stdio: 'ignore' })
  return [`HostKey ${key}`, `HostCertificate ${key}-cert.pub`]
}

async function withHost(config: readonly string[], work: (sshd: Sshd) => Promise<void>): Promise<void> {
  // A key of its own that has no certificate, of a type that is asked for later.
  const hostKeyType = config.some((line) => line.endsWith('-ecdsa')) ? 'rsa' : 'ecdsa'
  const sshd = await startSshd({ config, hostKeyType })
  try {
    await work(sshd)
  } finally {
    await sshd.stop()
  }
}

const isolated = (file: string, ...options: readonly string[]) => [
  ...['-F', 'none', '-o', `UserKnownHostsFile=${file}`, '-o', 'GlobalKnownHostsFile=/dev/null'],
  ...['-o', 'IdentityAgent=none', ...options.flatMap((option) => ['-o', option])],
]

/** Whether OpenSSH's client logs in. */
function letsSshIn(sshd: Sshd, args: readonly string[]): boolean {
  const words = [...args, '-o', 'BatchMode=yes', '-i', sshd.keyFile, '-p', String(sshd.port)]
  return spawnSync('ssh', [...words, 'root@127.0.0.1', 'true'], { stdio: 'ignore' }).status === 0
}

const { connect } = createSshTransport()
const name = ['-n', 'was-01,127.0.0.1']

type Row = {
  readonly title: string
  readonly config: () => string[]
  readonly known: () => string
  readonly options?: readonly string[]
  /** What is wrong; not given: it is trusted. */
  readonly problem?: RegExp
}

const rows: readonly Row[] = [
  ...['ed25519', 'ecdsa', 'rsa'].map((type) => ({
    title: `the trusted authority has signed it, with ${type}`,
    config: () => shown(`authority-${type}`, name),
    known: () => trusted(`authority-${type}`),
  })),
  {
    title: "the host's key is an ecdsa one",
    config: () => shown('authority-ed25519', name, 'ecdsa'),
    known: () => trusted('authority-ed25519'),
  },
  {
    title: 'the name is that of HostKeyAlias',
    config: () => shown('authority-ed25519', ['-n', 'was-02']),
    known: () => trusted('authority-ed25519', '@cert-authority', 'was-*'),
    options: ['HostKeyAlias=was-02'],
  },
  {
    title: 'two authorities are trusted, one is right',
    config: () => shown('authority-ecdsa', name),
    known: () => trusted('stranger') + trusted('authority-ecdsa'),
  },
  {
    title: 'another authority has signed it',
    config: () => shown('stranger', name),
    known: () => trusted('authority-ed25519'),
    problem: /signed by SHA256:\S+, which is not trusted for this host/,
  },
  {
    title: 'the authority is trusted for other hosts',
    config: () => shown('authority-ed25519', name),
    known: () => trusted('authority-ed25519', '@cert-authority', 'web-*'),
    problem: /Looked in/,
  },
  {
    title: 'the authority is revoked',
    config: () => shown('authority-ed25519', name),
    known: () => trusted('authority-ed25519') + trusted('authority-ed25519', '@revoked'),
    problem: /Looked in/,
  },
  {
    title: 'it has expired',
    config: () => shown('authority-ed25519', [...name, '-V', '20200101000000Z:20200102000000Z']),
    known: () => trusted('authority-ed25519'),
    problem: /it is not valid now \(expired on 2020-01-02T00:00:00Z\)/,
  },
  {
    title: 'it is not valid yet',
    config: () => shown('authority-ed25519', [...name, '-V', '20990101000000Z:20990102000000Z']),
    known: () => trusted('authority-ed25519'),
    problem: /it is not valid now \(not valid before 2099/,
  },
  {
    title: 'it is for another host',
    config: () => shown('authority-ed25519', ['-n', 'was-01,was-02']),
    known: () => trusted('authority-ed25519'),
    problem: /it is for was-01, was-02/,
  },
  {
    title: 'the host shows none',
    config: () => [],
    known: () => trusted('authority-ed25519'),
    problem: /it shows no certificate/,
  },
]

for (const { title, config, known, options = [], problem } of rows) {
  it(`${title}: ${problem ? 'E_HOST_KEY_UNKNOWN' : 'the host is known'}, as for ssh`, () =>
    withHost(config(), async (sshd) => {
      const file = path('known_hosts')
      writeFileSync(file, known())
      const args = isolated(file, ...options)
      const settings = settingsFor(sshd, { sshArgs: args })
      assert.is(letsSshIn(sshd, args), problem === undefined)
      if (problem) {
        const error = await errorOf(connect(settings, {}))
        assert.is(error.code, 'E_HOST_KEY_UNKNOWN')
        assert.match((await shownLines(error)).join('\n'), problem)
      } else {
        await using(connect(settings, {}), async (connection) => {
          assert.is(await ask(await connection.openShell(), 'echo in'), 'in\n')
        })
      }
      assert.is(readFileSync(file, 'utf8'), known())
    }))
}

it('Through a jump host the certificate is asked for on the same way', () =>
  withHost(shown('authority-ed25519', name), (sshd) =>
    withHost([], async (jump) => {
      const file = path('known_hosts')
      writeFileSync(file, trusted('authority-ed25519') + readFileSync(jump.knownHostsFile, 'utf8'))
      const config = path('config')
      writeFileSync(
        config,
        `UserKnownHostsFile ${file}\nHost jump\n  HostName 127.0.0.1\n  Port ${jump.port}\n  User root\n`,
      )
      copyFileSync(jump.authorizedKeysFile, path('both'))
      writeFileSync(jump.authorizedKeysFile, readFileSync(sshd.authorizedKeysFile))
      const settings = settingsFor(sshd, {
        sshArgs: ['-F', config, '-J', 'jump', '-o', 'IdentityAgent=none'],
      })
      await using(connect(settings, {}), async (connection) => {
        assert.is(await ask(await connection.openShell(), 'echo in'), 'in\n')
      })
    }),
  ))

it('accept-new takes a host whose certificate proves nothing as a new one', () =>
  withHost(shown('stranger', name), async (sshd) => {
    const file = path('known_hosts')
    writeFileSync(file, trusted('authority-ed25519'))
    const sshArgs = isolated(file, 'StrictHostKeyChecking=accept-new')
    await using(connect(settingsFor(sshd, { sshArgs }), {}), async (connection) =>
      assert.is(connection.user, 'root'),
    )
    assert.match(readFileSync(file, 'utf8'), /\n\[127\.0\.0\.1\]:\d+ \S+ AAAA/)
  }))

const certificate = (): Certificate => {
  const [, line = ''] = shown('authority-rsa', name)
  const [, base64 = ''] = readFileSync(line.split(' ')[1]!, 'utf8').split(' ')
  return decodeCertificate(Buffer.from(base64, 'base64'))!
}

const forgeries: readonly [
  title: string,
  forge: (from: Certificate) => Partial<Certificate>,
  error: RegExp,
][] = [
  [
    'a signature with a wrong bit',
    ({ signature }) => ({ signature: flipped(signature) }),
    /signature is invalid/,
  ],
  ['content with a wrong bit', ({ signed }) => ({ signed: flipped(signed) }), /signature is invalid/],
  [
    'a signature that is cut off',
    ({ signature }) => ({ signature: signature.subarray(0, 9) }),
    /signature is invalid/,
  ],
  ['an authority that is no key', () => ({ signature: Buffer.alloc(3) }), /signature is invalid/],
  ['a signature with SHA-1', ({ signature }) => ({ signature: withSha1(signature) }), /signature is invalid/],
  ['the certificate of a user', () => ({ kind: 'user' }), /it is a user certificate/],
  ['a certificate of another key', () => ({ publicKey: Buffer.from('another') }), /it is for another key/],
  ['a certificate of no host', () => ({ principals: [] }), /for no host/],
  ['a certificate with something to heed', () => ({ isRestricted: true }), /critical options/],
]

for (const [title, forge, problem] of forgeries) {
  it(`Refused: ${title}`, () => {
    const good = certificate()
    const claim = {
      key: good.publicKey,
      name: 'WAS-01',
      authorities: [good.authority],
      algorithms: chooseAlgorithms(() => undefined).authority,
      nowMs: Date.now(),
    }
    assert.is(hostCertificateProblem(good, claim), undefined)
    assert.match(hostCertificateProblem({ ...good, ...forge(good) }, claim)!, problem)
  })
}

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  copy[copy.length - 1]! ^= 1
  return copy
}

function withSha1(signature: Buffer): Buffer {
  const length = signature.readUInt32BE(0)
  const [type, size] = [Buffer.from('ssh-rsa'), Buffer.from([0, 0, 0, 7])]
  return Buffer.concat([size, type, signature.subarray(4 + length)])
}

test.run()
