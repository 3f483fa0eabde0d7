// Keys and sources of packages: OpenPGP, files of apt and dnf, what is refused.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { PlaybookError } from '../../../src/index.ts'
import { aptRepository } from '../../../tasks/packages/aptRepository.ts'
import {
  checkedFingerprints,
  downloadKeyScript,
  hasComment,
  keyKind,
  parseDownloaded,
} from '../../../tasks/packages/keys/keySource.ts'
import { armored, fingerprints, keyBytes } from '../../../tasks/packages/keys/openPgp.ts'
import { aptSourceText } from '../../../tasks/packages/repositories/aptSource.ts'
import { withoutRepoSection, withRepoSection } from '../../../tasks/packages/repositories/repoSection.ts'
import { rpmKey } from '../../../tasks/packages/rpmKey.ts'
import { yumRepository } from '../../../tasks/packages/yumRepository.ts'
import { failure, inFolder, runShell, shells } from '../apply.ts'
import { outputOf } from '../outputOf.ts'
import { fingerprint, key } from './publicKey.ts'

test('the fingerprint of a key is that of gpg, from text, from CRLF, and from bytes', () => {
  const bytes = keyBytes(Buffer.from(key), 'key')
  assert.equal(fingerprints(bytes, 'key'), [fingerprint])
  assert.ok(keyBytes(Buffer.from(key.replaceAll('\n', '\r\n')), 'key').equals(bytes))
  assert.ok(keyBytes(bytes, 'key').equals(bytes))
  assert.equal(fingerprints(keyBytes(Buffer.from(key + key), 'key'), 'key'), [fingerprint, fingerprint])
})

test('armour with a comment is what gpg writes otherwise', () => {
  const text = armored(keyBytes(Buffer.from(key), 'key'), fingerprint)
  assert.is(text.replace(`Comment: ${fingerprint}\n`, ''), key)
})

const notKeys: readonly (readonly [title: string, bytes: Buffer])[] = [
  ['an HTML page', Buffer.from('<!DOCTYPE html><html></html>\n')],
  ['a key that was cut', keyBytes(Buffer.from(key), 'key').subarray(0, 100)],
  ['a private key', Buffer.from(key.replaceAll('PUBLIC', 'PRIVATE'))],
  ['nothing', Buffer.alloc(0)],
  ['a packet of a secret key', Buffer.from([0xc5, 1, 4])],
]
for (const [title, bytes] of notKeys)
  test(`${title} is no key`, () =>
    assert.throws(
      () => checkedFingerprints(bytes, 'It', undefined),
      (error: PlaybookError) => error.code === 'E_KEY',
    ))

test('a key must have the fingerprint that is expected, and no other key may be with it', () => {
  const check = (expected: string[]) => () => checkedFingerprints(Buffer.from(key), 'It', expected)
  assert.equal(check([fingerprint])(), [fingerprint])
  for (const expected of [['0'.repeat(40)], [fingerprint, '0'.repeat(40)]])
    assert.throws(check(expected), (error: PlaybookError) => error.code === 'E_FINGERPRINT')
})

for (const [source, kind] of [
  [key, 'text'],
  ['-----BEGIN PGP PRIVATE KEY BLOCK-----', 'text'],
  ['https://host/key.asc', 'url'],
  ['/usr/share/keyrings/x.gpg', 'host'],
  ['files/key.asc', 'controller'],
] as const)
  test(`${source.slice(0, 30).trim()} is a key by ${kind}`, () => assert.is(keyKind(source), kind))

for (const shell of shells)
  test(`the host downloads a key once, and says why it could not (${shell[0]})`, () =>
    inFolder(async (folder) => {
      const path = join(folder, 'key.asc')
      const curl = (body: string) =>
        writeFileSync(
          join(folder, 'curl'),
          `#!/bin/sh\nfor word; do [ "$last" = -o ] && file=$word; last=$word; done\n${body}\n`,
          { mode: 0o755 },
        )
      const { script } = downloadKeyScript('https://host/key', hasComment(path, [fingerprint]))
      const run = async () =>
        parseDownloaded(await runShell(script, { shell, path: `${folder}:/usr/bin:/bin` }))
      curl('echo "curl: (6) Could not resolve host" >&2; exit 6')
      assert.equal(await run(), { failure: 'curl: (6) Could not resolve host' })
      curl(`printf '\\231\\0key' >"$file"`)
      assert.equal((await run()).bytes, Buffer.from([0x99, 0, 0x6b, 0x65, 0x79]))
      writeFileSync(path, armored(keyBytes(Buffer.from(key), 'key'), fingerprint))
      assert.equal(await run(), {})
    }))

test('a source of apt has its fields in the deb822 style', () => {
  const source = { types: ['deb'], uris: ['https://a', 'https://b'], suites: ['x/'], enabled: true }
  assert.is(aptSourceText(source, undefined), 'Types: deb\nURIs: https://a https://b\nSuites: x/\n')
  assert.is(
    aptSourceText(
      {
        ...source,
        components: ['main', 'contrib'],
        architectures: ['amd64'],
        enabled: false,
        trusted: false,
        checkValidUntil: false,
      },
      '/k.asc',
    ),
    'Enabled: no\nTypes: deb\nURIs: https://a https://b\nSuites: x/\nComponents: main contrib\nArchitectures: amd64\nSigned-By: /k.asc\nTrusted: no\nCheck-Valid-Until: no\n',
  )
})

const source = { name: 'x', uris: 'https://host/debian', suites: 'bookworm', components: 'main' }
const wrong: readonly (readonly [Parameters<typeof aptRepository>[0], string])[] = [
  [{ ...source, signedBy: 'https://host/key' }, 'because signedBy is a URL'],
  [{ ...source, signedBy: 'https://me:secret@host/key' }, 'a password'],
  [{ ...source, fingerprint: '1234' }, '40 or 64 hex digits'],
  [{ ...source, suites: 'bookworm,trixie' }, 'without comma'],
  [{ name: 'x', uris: 'https://host/debian', suites: 'bookworm' }, 'components: expected'],
  [{ ...source, suites: 'x/' }, 'components: expected'],
  [{ name: 'x' }, 'expected uris and suites'],
  [{ ...source, name: '../x' }, 'as for a file'],
  [{ repo: 'deb https://host bookworm main', name: 'x' } as never, 'Give the parts of the line'],
]
for (const [params, message] of wrong)
  test(`aptRepository refuses ${JSON.stringify(params)}`, () =>
    assert.throws(
      () => aptRepository(params),
      (error: PlaybookError) =>
        error.code === 'E_PARAMS' && [error.message, ...error.details].join().includes(message),
    ))

test('a section of a .repo file is edited, and all else stays byte for byte', () => {
  const other = '# ours\n[main]\nkeep = this\n\n'
  const before = `${other}[extra]\n# a comment\nname = Extra\nbaseurl=http://a\n  http://b\nold=1\n\n[last]\nname=Last`
  const options = (entries: Record<string, string>) => new Map(Object.entries(entries))
  const same = { name: 'Extra', baseurl: 'http://a http://b', old: '1' }
  assert.is(withRepoSection(before, 'extra', options(same)), before)
  assert.is(
    withRepoSection(before, 'extra', options({ name: 'Extra', baseurl: 'http://c', enabled: '0' })),
    `${other}[extra]\n# a comment\nname = Extra\nbaseurl=http://c\nenabled=0\n\n[last]\nname=Last`,
  )
  assert.is(withRepoSection(before, 'last', options({ name: 'Last', x: '1' })), `${before}\nx=1\n`)
  assert.is(withRepoSection(before, 'new', options({ name: 'New' })), `${before}\n\n[new]\nname=New\n`)
  assert.is(withRepoSection('', 'new', options({ name: 'New' })), '[new]\nname=New\n')
  assert.is(withoutRepoSection(before, 'extra'), `${other}[last]\nname=Last`)
  assert.is(withoutRepoSection('# only\n[new]\nname=New\n', 'new'), '')
  assert.is(withoutRepoSection(before, 'nowhere'), before)
})

test('yumRepository writes the options of dnf, and shows no password, not even one that it does not know', () => {
  const plan = (params: Parameters<typeof yumRepository>[0], text: string) => {
    const { params: parsed, spec } = yumRepository(params)
    const content = Buffer.from(text)
    const current =
      text === '' ? { type: 'absent' as const } : ({ type: 'file', content, size: content.length } as never)
    return spec.plan(parsed, { current, repositories: { type: 'directory' } as never }, undefined)
  }
  const params = {
    name: 'x',
    baseurl: ['http://a', 'http://b'],
    repoGpgcheck: true,
    options: { deltarpm: '0' },
  }
  const [change] = plan(params, '')
  const text = '[x]\nname=x\nbaseurl=http://a http://b\nenabled=1\nrepo_gpgcheck=1\ndeltarpm=0\n'
  assert.is(change?.diff?.after, text)
  assert.equal(plan(params, text), [])
  assert.is(plan({ ...params, password: 'geheim' }, text)[0]?.diff, undefined)
  assert.is(plan({ name: 'y', state: 'absent' }, `[y]\nname=y\npassword=geheim\n${text}`)[0]?.diff, undefined)
})

test('rpmKey imports what is missing alone, and removes by fingerprint', async () => {
  const { params, spec } = rpmKey({ key })
  const inputs = await spec.inputs!(params, { directory: '/', find: (path: string) => path })
  const base64 = keyBytes(Buffer.from(key), 'key').toString('base64')
  const trusted = (printed: string, code = 0) =>
    spec.probe(params, inputs).trusted!.parse(outputOf(printed, code))
  const observed = (printed: string) => ({
    ...{ trusted: trusted(printed) as never, hostKey: { type: 'absent' } as const, downloaded: {} },
  })
  assert.is(trusted('', 127), undefined)
  const entry = `= gpg-pubkey-b1a83f00-6b0d7b66\n${base64.slice(0, 64)}\n${base64.slice(64)}\n\n`
  assert.equal(spec.plan(params, observed(entry), inputs), [])
  const other = '= gpg-pubkey-b1a83f00-1\nmDMEAAAA\n\n'
  assert.is(spec.plan(params, observed(other), inputs)[0]?.what, `key ${fingerprint}`)
  const removed = rpmKey({ state: 'absent', fingerprint })
  const [change] = spec.plan(removed.params, observed(other + entry), undefined)
  const [step] = change!.steps
  assert.is(step?.kind === 'run' && step.command.script, 'rpm -e gpg-pubkey-b1a83f00-6b0d7b66')
})

test('a private key that is given by mistake is not shown', async () => {
  const secret = key.replaceAll('PUBLIC', 'PRIVATE')
  const { params, spec } = aptRepository({ ...source, signedBy: secret })
  const inputs = await spec.inputs!(params, { directory: '/', find: (path: string) => path })
  const absent = { type: 'absent' } as const
  const folder = { type: 'directory' } as never
  const observed = {
    source: absent,
    key: absent,
    hostKey: absent,
    sources: folder,
    keys: folder,
    downloaded: {},
  }
  const error = await failure(async () => spec.plan(params, observed, inputs))
  assert.is(error.code, 'E_KEY')
  assert.not.match(JSON.stringify([error.message, error.details, error.hint]), 'mDME')
})

test.run()
