// Tests the task properties through a shell: results, hidden secrets, errors.

import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { secret } from '../../../src/index.ts'
import { properties } from '../../../tasks/text/properties.ts'
import { applied, failure, inFolder, looked, shells } from '../apply.ts'

for (const shell of shells) {
  const name = shell.join(' ')

  test(`properties: sets, adds and removes keys, keeps all else, and is done (${name})`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/it's.properties`
      writeFileSync(path, Buffer.from('# caf\xe9\r\na = 1\r\nold=\r\nb = 2\r\n', 'latin1'), { mode: 0o600 })
      const params = { path, set: { a: 5, c: 'x $HOME `id`', d: 'é' }, remove: ['old'], after: 'a' }
      const { changes, again } = await applied(properties, params, { shell })
      assert.equal(
        changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
        ['a: 1 → 5', 'c: absent → x $HOME `id`', 'd: absent → é', 'old: empty → removed'],
      )
      assert.equal(again, [])
      assert.equal(
        readFileSync(path),
        Buffer.from('# caf\xe9\r\na = 5\r\nc = x $HOME `id`\r\nd = \\u00e9\r\nb = 2\r\n', 'latin1'),
      )
      assert.is(statSync(path).mode & 0o777, 0o600)
    }))

  test(`properties: a missing file is an error, made, or nothing to take keys out of (${name})`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/f`
      const error = await failure(() => applied(properties, { path, set: { a: 1 } }, { shell }))
      assert.is(error.code, 'E_NO_FILE')
      assert.equal((await applied(properties, { path, remove: ['a'], create: true }, { shell })).changes, [])
      assert.not.ok(existsSync(path))
      const made = await applied(properties, { path, set: { a: 1 }, create: true, mode: '0640' }, { shell })
      assert.equal(made.again, [])
      assert.is(readFileSync(path, 'utf8'), 'a=1\n')
      assert.is(statSync(path).mode & 0o777, 0o640)
    }))
}

test('properties: a secret is written, and shown nowhere', () =>
  inFolder(async (folder) => {
    const path = `${folder}/f`
    writeFileSync(path, 'key=old1\nother=가\n')
    const params = { path, set: { key: secret('hunter2') }, encoding: 'utf-8' as const }
    const changes = await looked(properties, params)
    assert.not.match(JSON.stringify(changes), /hunter2|old1/)
    assert.equal((await applied(properties, params)).again, [])
    assert.is(readFileSync(path, 'utf8'), 'key=hunter2\nother=가\n')
  }))

test('properties: a plain value whose key says that it is a password is in no diff, nor is the old one', () =>
  inFolder(async (folder) => {
    const path = `${folder}/f`
    writeFileSync(path, 'db.password=old1\nport=1\n')
    const shown = async (set: Record<string, string | number>) =>
      JSON.stringify((await looked(properties, { path, set })).map(({ steps: _, ...change }) => change))
    assert.not.match(await shown({ 'db.password': 'hunter2' }), /hunter2|old1/)
    assert.match(await shown({ port: 2 }), /"diff"/)
  }))

test('properties: a secret is put into a file that is not UTF-8, whose other bytes stay', () =>
  inFolder(async (folder) => {
    const path = `${folder}/f`
    writeFileSync(path, Buffer.from('a=\xe9\n', 'latin1'))
    await applied(properties, { path, set: { key: secret('hunter2') } })
    assert.is(readFileSync(path, 'latin1'), 'a=\xe9\nkey=hunter2\n')
  }))

test('properties: an escape that is none is an error that names the file and the line', () =>
  inFolder(async (folder) => {
    const path = `${folder}/f`
    writeFileSync(path, 'a=1\nb=\\u12\n')
    const error = await failure(() => applied(properties, { path, set: { a: 2 } }))
    assert.is(error.code, 'E_PROPERTIES')
    assert.ok(error.message.startsWith(`${path}: Line 2: `), error.message)
  }))

const wrong: [title: string, params: object, expected: RegExp][] = [
  ['nothing to do', {}, /expected set or remove/],
  ['a key both set and removed', { set: { a: 1 }, remove: ['a'] }, /not in set/],
  ['an empty key', { set: { '': 1 } }, /non-empty keys/],
  ['a value that is none', { set: { a: null } }, /expected a text, a number/],
]

for (const [title, params, expected] of wrong) {
  test(`properties: ${title} is refused at once`, () => {
    assert.throws(() => properties({ path: '/f', ...params }), expected)
  })
}

test('properties: a key may be called like a member of every object', () => {
  assert.not.throws(() => properties({ path: '/f', set: { a: 1 }, remove: ['constructor'] }))
})

test.run()
