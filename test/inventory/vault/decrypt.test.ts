// Vault values are secrets, decrypted only when they are revealed.

import { resolve } from 'node:path'
import { inspect } from 'node:util'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { loadInventory } from '../../../src/inventory/inventory.ts'
import { decryptVault, type VaultPassword } from '../../../src/inventory/vault/decrypt.ts'
import { AggregatePlaybookError, PlaybookError } from '../../../src/model/errors/error.ts'
import { revealedSecrets, Secret } from '../../../src/model/secrets/secret.ts'
import { shownLines } from '../../shownLines.ts'
import { inventoryFixtures } from '../fixtures.ts'

// Made by ansible-vault 2.19 with the password "correct horse": format 1.1, and 1.2 with the id "prod".
const plain11 = `$ANSIBLE_VAULT;1.1;AES256
66633365346137376239393464653362396133386334333239616632363538323466313937366563
3461666561333966363062356434333433313838383537370a346133353237306234306338306362
39613461666232366431346464386162343962356430343865343663643563336161663531383632
6531323533303439390a363333616232646138313233363938653737323833383466613639643566
3931
`
const labelled12 = `$ANSIBLE_VAULT;1.2;AES256;prod
33303064323463343833393832343337613730393463626637353261343962616132303031636265
6639323166643139316632616635356136356139366234380a376661626665346337366438373832
32386333653633346166616261643534316663643430343430646265306639313830393364373237
3362356433626633390a623764363335363234623065373866346463643261383637346136396630
3261
`
const good = { password: 'correct horse' }
const bad = { password: 'wrong' }

const opened: readonly [string, string, readonly VaultPassword[], string][] = [
  ['format 1.1 with its password', plain11, [good], 'one two'],
  ['format 1.2 with a password of its id', labelled12, [{ id: 'prod', ...good }], 'several\nlines\n'],
  ['format 1.2 with a password of another id', labelled12, [{ id: 'test', ...good }], 'several\nlines\n'],
  ['the second of two passwords', plain11, [bad, good], 'one two'],
  ['a password that is a secret', plain11, [{ password: new Secret('correct horse') }], 'one two'],
  ['lines that end in CRLF', plain11.replaceAll('\n', '\r\n'), [good], 'one two'],
  ['indented lines', plain11.replaceAll('\n', '\n    '), [good], 'one two'],
]

for (const [title, text, passwords, expected] of opened) {
  test(`${title} decrypts a vault`, () => assert.is(decryptVault(text, passwords), expected))
}

const refused: readonly [string, string, readonly VaultPassword[], readonly string[]][] = [
  [
    'no password',
    plain11,
    [],
    [
      'v.yml:3:5  this is encrypted with ansible-vault, but no vault password was given  E_VAULT_PASSWORD',
      '    Give the password: --vault-password-file FILE',
    ],
  ],
  [
    'a wrong password',
    labelled12,
    [bad],
    [
      'v.yml:3:5  the given vault password does not decrypt this (id "prod")  E_VAULT_PASSWORD',
      '    Give the password: --vault-id prod@FILE',
    ],
  ],
  [
    'a text cut short',
    plain11.slice(0, 200),
    [good],
    [
      'v.yml:3:5  this is not a complete vault text ($ANSIBLE_VAULT;1.1;AES256 and lines of hex digits)  E_VAULT',
      '    Copy it again from ansible-vault, with all its lines.',
    ],
  ],
]

for (const [title, text, passwords, lines] of refused) {
  test(`${title} does not decrypt a vault`, async () => {
    const error = thrown(() => decryptVault(text, passwords, { file: 'v.yml', line: 3, column: 5 }))
    assert.equal(await shownLines(error), lines)
  })
}

const cwd = resolve(inventoryFixtures, 'cases/vault')

test('values of a vault, and of a vaulted file, are secrets; numbers, true and false are not', async () => {
  const { vars } = (await loadInventory(['hosts.yml'], { cwd, vaultPasswords: [good] })).host('h')!
  const secrets = [vars.inline_secret, vars.labelled_secret, vars.db_password] as Secret[]
  assert.equal(
    secrets.map((each) => each.reveal()),
    ['one two', 'several\nlines\n', 'hunter2'],
  )
  assert.ok(secrets.every((each) => each.isRevealed && revealedSecrets().has(each)))
  assert.is(((vars.nested as Record<string, unknown>).token as Secret).reveal(), 'abc')
  assert.is((vars.nested as Record<string, unknown>).true, true)
  assert.is(vars.after, 'plain')
  assert.is(vars.port, 5432)
  for (const shown of [JSON.stringify(vars), inspect(vars, { depth: 9, showHidden: true })]) {
    assert.not.match(shown, /one two|hunter2|abc/)
  }
})

test('an encrypted file without its password is an error', async () => {
  const error = await loadInventory(['hosts.yml'], { cwd }).then(
    () => assert.unreachable('it loaded'),
    (each: unknown) => each as AggregatePlaybookError,
  )
  assert.instance(error, AggregatePlaybookError)
  assert.equal(await shownLines(error, cwd), [
    'group_vars/all/vault.yml:1  this is encrypted with ansible-vault, but no vault password was given  E_VAULT_PASSWORD',
    '    Give the password: --vault-password-file FILE',
  ])
})

test('a single value without its password fails when it is revealed, with its location', async () => {
  const inventory = await loadInventory(['inline.yml'], { cwd: resolve(cwd, '../../loads') })
  const host = inventory.host('h')!
  assert.is(JSON.stringify(host.vars.pw), '"••••••••"')
  const error = thrown(() => (host.vars.pw as Secret).reveal())
  assert.is(error.code, 'E_VAULT_PASSWORD')
  assert.equal(error.where, { file: 'inline.yml', line: 4, column: 18 })
})

function thrown(run: () => unknown): PlaybookError {
  try {
    run()
  } catch (error) {
    if (error instanceof PlaybookError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

test.run()
