// Encryption gives the same bytes as ansible-vault.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { decryptVault, openVault } from '../../../src/inventory/vault/decrypt.ts'
import { encryptVault, inlineVault } from '../../../src/inventory/vault/encrypt.ts'
import { Secret } from '../../../src/model/secrets/secret.ts'

const password = 'correct horse'
const salt = Buffer.from('0123456789abcdef0123456789abcdef')

// Made by ansible-vault 2.19 with ANSIBLE_VAULT_ENCRYPT_SALT=0123456789abcdef0123456789abcdef, of 'a: 1\nb: héllo\n'.
const lines = `33303331333233333334333533363337333833393631363236333634363536363330333133323333
3334333533363337333833393631363236333634363536360a663035383831373165353932363237
33336130616338646438353764363531356166663937653038366632363765663063666564633562
3061316231336135630a376637623263383437626363313739326264393935623738336466646137
6634
`
const text = 'a: 1\nb: héllo\n'

// As `ansible-vault encrypt_string --name db hunter2` has it, with the same salt, labelled prod.
const value = `db: !vault |
          $ANSIBLE_VAULT;1.2;AES256;prod
          33303331333233333334333533363337333833393631363236333634363536363330333133323333
          3334333533363337333833393631363236333634363536360a376563383537386335643937373533
          31636537346263613465383632323061623235313364363635366138656461653961376466306361
          3536396539353963610a373633343632633131346463316662626463353366623164353839626134
          6663
`

test('without a label it is format 1.1', () =>
  assert.is(encryptVault(text, password, { salt }), `$ANSIBLE_VAULT;1.1;AES256\n${lines}`))

test('with a label it is format 1.2', () =>
  assert.is(
    encryptVault(text, new Secret(password), { salt, id: 'prod' }),
    `$ANSIBLE_VAULT;1.2;AES256;prod\n${lines}`,
  ))

test('a value in YAML is indented by ten', () =>
  assert.is(inlineVault(encryptVault('hunter2', password, { salt, id: 'prod' }), 'db'), value))

test('a value without a name', () =>
  assert.is(
    inlineVault('$ANSIBLE_VAULT;1.1;AES256\n61\n'),
    '!vault |\n          $ANSIBLE_VAULT;1.1;AES256\n          61\n',
  ))

for (const length of [0, 1, 15, 16, 17, 1000]) {
  test(`${length} bytes of any value come back`, () => {
    const bytes = Buffer.from(Array.from({ length }, (_, index) => (index * 37) % 256))
    assert.equal(openVault(encryptVault(bytes, password), [{ password }]).plain, bytes)
  })
}

test('each time it is another salt, and another text', () =>
  assert.is.not(encryptVault(text, password), encryptVault(text, password)))

test('decryption gives the label, and the password that fits', () => {
  const desired = { id: 'test', password }
  const { id, password: used } = openVault(encryptVault(text, password, { id: 'prod' }), [
    { id: 'prod', password: 'wrong' },
    desired,
  ])
  assert.is(id, 'prod')
  assert.is(used, desired)
})

test('one bit of damage is noticed', () => {
  const damaged = encryptVault(text, password).replace(/.\n$/, (end) => (end.startsWith('0') ? '1\n' : '0\n'))
  assert.throws(() => decryptVault(damaged, [{ password }]), /does not decrypt this|not a complete vault/)
})

test.run()
