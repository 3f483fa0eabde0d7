// Secrets cannot slip into plain texts, and are masked whatever their number and size.

import { inspect } from 'node:util'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { PlaybookError } from '../../../src/model/errors/error.ts'
import { createMasker } from '../../../src/model/secrets/masker.ts'
import { Secret, secret } from '../../../src/model/secrets/secret.ts'
import { copyFile } from '../../../tasks/index.ts'

const bullets = '••••••••'
const password = secret('hunter2')

const leaks: [title: string, leak: () => unknown][] = [
  ['a template string', () => `pw=${password}`],
  ['String()', () => String(password)],
  ['join', () => ['a', password].join(' ')],
  ['a property key', () => ({ [password as unknown as string]: 1 })],
]
for (const [title, leak] of leaks) {
  test(`${title} throws where it is, with the way to do it`, () => {
    const error = thrownBy(leak)
    assert.is(error.code, 'E_SECRET_IN_TEXT')
    assert.match(error.hint ?? '', /secret`/)
    assert.not.match(error.message, /hunter2/)
  })
}

function thrownBy(work: () => unknown): PlaybookError {
  try {
    work()
  } catch (error) {
    assert.instance(error, PlaybookError)
    return error as PlaybookError
  }
  throw new Error('Nothing was thrown.')
}

test('JSON and inspect show bullets', () => {
  assert.is(JSON.stringify({ password }), `{"password":"${bullets}"}`)
  assert.is(inspect({ password }), `{ password: ${bullets} }`)
})

test('a secret template is a secret text', () => {
  const text = secret`user=${'me'} port=${1} password=${password}\n`
  assert.instance(text, Secret)
  assert.is(text.reveal(), 'user=me port=1 password=hunter2\n')
})

test('a text with the mask of a secret is refused by the task that would write it', () => {
  const content = JSON.stringify({ password })
  const error = thrownBy(() => copyFile({ dest: '/etc/app.json', content }))
  assert.equal(
    [error.code, error.message],
    ['E_MASK_IN_TEXT', `copyFile: content contains ${bullets}, the mask that is shown instead of secrets.`],
  )
  assert.match(error.where?.file ?? '', /secret\.test/)
})

test('overlapping secrets leave no part of one another', () => {
  assert.is(createMasker([secret('abc'), secret('bcdef')])('xabcdefx'), `x${bullets}x`)
  assert.is(createMasker([secret('abc')])('abcabc'), bullets.repeat(2))
})

test('a secret of any size is masked, line by line too, and many are', () => {
  const large = 'TOPSECRET0-'.padEnd(24_750, 'xyz9')
  const lines = Array.from({ length: 400 }, (_, index) => `line-${index}-${'q'.repeat(70)}`)
  const many = Array.from({ length: 2000 }, (_, index) => secret(`password-${index}.`))
  const masked = createMasker([secret(large), secret(lines.join('\n')), ...many])
  assert.is(masked(`a ${large} b`), `a ${bullets} b`)
  assert.is(masked(`a ${lines[399]} b`), `a ${bullets} b`)
  assert.is(masked('password-1999. and password-2000.'), `${bullets} and password-2000.`)
})

test('masking takes time that grows with the text, not with the secrets', () => {
  const text = 'a plain line of output without any password in it\n'.repeat(4000)
  const time = (count: number) => {
    const masked = createMasker(Array.from({ length: count }, (_, index) => secret(`password-${index}.`)))
    const startedAt = process.cpuUsage().user
    masked(text)
    return process.cpuUsage().user - startedAt
  }
  time(10)
  const [few, many] = [Math.min(time(10), time(10)), Math.min(time(5000), time(5000))]
  assert.ok(many < 20 * few + 20_000, `${few} µs with 10 secrets, ${many} µs with 5000`)
})

test.run()
