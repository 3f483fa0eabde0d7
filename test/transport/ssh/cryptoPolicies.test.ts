// Logging in to an sshd as the crypto policies of RHEL set it, with each type of key.

import { execFile, execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import { createSshTransport } from '../../../src/transport/ssh/sshTransport.ts'
import { shownLines } from '../../shownLines.ts'
import { errorOf, isolated, settingsFor, using } from '../settings.ts'
import { type Sshd, sshdMissing, startSshd } from '../sshd.ts'
import { cryptoPolicies, policyLines } from './cryptoPolicies.ts'

const missing = sshdMissing()
const test = suite(missing ? `crypto policies: skipped, ${missing}` : 'crypto policies')
const it = missing ? test.skip : test

let folder: string
const knownKex = missing ? [] : execFileSync('ssh', ['-Q', 'kex'], { encoding: 'utf8' }).split('\n')
/** Policies that come to the same with this machine's sshd are tried once. */
const sameAs = (policy: string) =>
  Object.keys(cryptoPolicies).filter(
    (other) => policyLines(other, knownKex).join() === policyLines(policy, knownKex).join(),
  )
const policies = new Map(Object.keys(cryptoPolicies).map((policy) => [sameAs(policy).join(', '), policy]))
const keyTypes = {
  ed25519: ['-t', 'ed25519'],
  ecdsa: ['-t', 'ecdsa'],
  'rsa of 3072 bits': ['-t', 'rsa', '-b', '3072'],
  'rsa of 2048 bits': ['-t', 'rsa', '-b', '2048'],
}
test.before(() => {
  if (missing) return
  folder = mkdtempSync(join(tmpdir(), 'rp-policies-'))
  for (const [name, options] of Object.entries(keyTypes))
    execFileSync('ssh-keygen', ['-q', ...options, '-N', '', '-f', join(folder, name)])
})
test.after(() => {
  if (folder) rmSync(folder, { recursive: true })
})

const { connect } = createSshTransport()
const run = promisify(execFile)
const root = fileURLToPath(import.meta.resolve('../../../../'))

async function withPolicy(policy: string, use: (sshd: Sshd) => Promise<void>): Promise<void> {
  const sshd = await startSshd({ hostKeyType: 'ecdsa', config: policyLines(policy, knownKex) })
  try {
    for (const name of Object.keys(keyTypes))
      appendFileSync(sshd.authorizedKeysFile, readFileSync(`${join(folder, name)}.pub`))
    await use(sshd)
  } finally {
    await sshd.stop()
  }
}

const refusals: { readonly [policy: string]: { readonly [key: string]: RegExp } } = {
  FIPS: {
    ed25519:
      /ed25519 \(ssh-ed25519\): refused: the host (?:takes ecdsa-|offers neither Curve25519 nor ChaCha20)[\s\S]*another type: ssh-keygen -t ecdsa/,
  },
  FUTURE: {
    'rsa of 2048 bits': /refused: it has 2048 bits; .* which takes RSA keys from 3072 bits on/,
  },
}

for (const [names, policy] of policies) {
  it(`${names}: keys log in and a file arrives, or the error says which keys are taken`, async () => {
    const refused = refusals[policy.split(' ').at(-1)!] ?? {}
    await withPolicy(policy, async (sshd) => {
      for (const name of Object.keys(keyTypes)) {
        const settings = settingsFor(sshd, { privateKeyFile: join(folder, name) })
        const expected = refused[name]
        if (expected) {
          const error = await errorOf(connect(settings, {}))
          assert.is(error.code, 'E_AUTH')
          assert.match((await shownLines(error)).join('\n'), expected)
          continue
        }
        await using(connect(settings, {}), async (connection) => {
          const path = join(sshd.folder, name, 'arrived')
          await connection.upload(Buffer.from(`${policy} by ${name}\n`), path)
          assert.is(readFileSync(path, 'utf8'), `${policy} by ${name}\n`)
        })
      }
    })
  })
}

it('Where nothing matches, the error names what both sides have', async () => {
  const ofHost = /the host offers: .*/
  await withPolicy('RHEL 9 FIPS', async (sshd) => {
    for (const [option, offered, allowed] of [
      [
        'KexAlgorithms=curve25519-sha256',
        /offers: ecdh-sha2-nistp256, ecdh-/,
        /allowed here: curve25519-sha256$/m,
      ],
      [
        'Ciphers=chacha20-poly1305@openssh.com',
        /offers: aes256-gcm@openssh.com, aes256-ctr/,
        /allowed here: chacha20/,
      ],
      ['HostKeyAlgorithms=ssh-ed25519', /offers: ecdsa-sha2-nistp256$/m, /allowed here: ssh-ed25519$/m],
    ] as const) {
      const sshArgs = ['-o', option, ...isolated(sshd.knownHostsFile)]
      const error = await errorOf(connect(settingsFor(sshd, { sshArgs }), {}))
      assert.is(error.code, 'E_SSH_PROTOCOL')
      const shown = (await shownLines(error)).join('\n')
      assert.match(ofHost.exec(shown)?.[0] ?? shown, offered)
      assert.match(shown, allowed)
    }
  })
})

it('A host key that signs with SHA-1 alone is named', async () => {
  const sshd = await startSshd({ hostKeyType: 'rsa', config: ['HostKeyAlgorithms ssh-rsa'] })
  try {
    const shown = (await shownLines(await errorOf(connect(settingsFor(sshd), {})))).join('\n')
    assert.match(shown, /the host offers: ssh-rsa$/m)
    assert.match(shown, /HostKeyAlgorithms \+ssh-rsa/)
  } finally {
    await sshd.stop()
  }
})

/** Node.js as in FIPS mode. */
const fips = (...args: readonly string[]) =>
  run(process.execPath, ['--require', './test/fixtures/fips/denies.cjs', ...args], {
    cwd: root,
    env: { ...process.env, XDG_CACHE_HOME: folder },
  })

it('A controller in FIPS mode logs in to a host that prefers what it refuses', async () => {
  await withPolicy('RHEL 9 DEFAULT', async (sshd) => {
    const vars = {
      ...{ ansible_host: '127.0.0.1', ansible_port: sshd.port, ansible_user: 'root' },
      ansible_ssh_private_key_file: join(folder, 'ecdsa'),
      ansible_ssh_common_args: isolated(sshd.knownHostsFile).join(' '),
    }
    const inventory = join(folder, 'hosts.yaml')
    writeFileSync(inventory, JSON.stringify({ all: { hosts: { 'rocky-01': vars } } }))
    assert.match((await fips('dist/src/cli/main.js', 'facts', '-i', inventory)).stdout, /os\.family/)
  })
})

it('A controller in FIPS mode names the hash that it refuses', async () => {
  const script = `const { hashFilters } = await import('./dist/src/jinja/filters/hashFilters.js')
    try { hashFilters.hash('x', ['md5'], new Map(), {}) } catch (error) { console.log(error.message) }`
  const { stdout } = await fips('--input-type=module', '-e', script)
  assert.match(stdout, /the hash 'md5' is refused: Node\.js is in FIPS mode/)
})

test.run()
