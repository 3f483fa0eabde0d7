// Digests tell changed tasks from the same ones, and hold no secret.

import { test } from '#test'
import * as assert from 'uvu/assert'
import type { PlannedTask } from '../../../src/engine/plan/plannedTask.ts'
import { hasDigest, taskDigest } from '../../../src/engine/plan/taskDigest.ts'
import { secret } from '../../../src/model/secrets/secret.ts'

const item = (params: unknown, inputs: unknown = undefined, more: object = {}) =>
  ({
    task: { name: 'sample', params },
    inputs,
    environment: {},
    target: { host: undefined, user: undefined },
    ...more,
  }) as unknown as PlannedTask

const loop: { self?: unknown } = {}
loop.self = loop

const pairs: readonly [title: string, one: PlannedTask, other: PlannedTask, isSame: boolean][] = [
  ['the same parameters', item({ a: 1, b: ['x'] }), item({ a: 1, b: ['x'] }), true],
  ['another value', item({ a: 1 }), item({ a: 2 }), false],
  ['a text for a number', item({ a: 1 }), item({ a: '1' }), false],
  ['values that are split elsewhere', item(['ab', 'c']), item(['a', 'bc']), false],
  ['lists that are nested elsewhere', item([['a'], 'b']), item(['a', ['b']]), false],
  ['a parameter left out, or undefined', item({ a: 1, b: undefined }), item({ a: 1 }), true],
  ['another secret', item({ a: secret('one') }), item({ a: secret('two') }), true],
  ['a text for a secret', item({ a: secret('one') }), item({ a: 'one' }), false],
  ['other bytes', item({}, Buffer.from('a')), item({}, Buffer.from('b')), false],
  ['the same bytes', item({}, { text: Buffer.from('a') }), item({}, { text: Buffer.from('a') }), true],
  ['another pattern', item({ match: /a/ }), item({ match: /b/ }), false],
  ['another entry of a map', item(new Map([['a', 1]])), item(new Map([['a', 2]])), false],
  ['another environment', item({}), item({}, undefined, { environment: { A: '1' } }), false],
  ['another user', item({}), item({}, undefined, { target: { user: { user: 'app' } } }), false],
  ['a circle', item(loop), item(loop), true],
]
for (const [title, one, other, isSame] of pairs) {
  test(title, () => assert.is(hasDigest(other, taskDigest(one)), isSame))
}

test('a digest differs with the salt, and counts with its own', () => {
  assert.is.not(taskDigest(item({}), 'one'), taskDigest(item({}), 'two'))
  assert.ok(hasDigest(item({}), taskDigest(item({}), 'one')))
})

test.run()
