// Host ranges are expanded, and wrong ones refused.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { expandHostRange, parseAddress } from '../../../src/inventory/sources/hostRange.ts'

const entries: readonly [string, readonly string[], number?][] = [
  ['web', ['web']],
  ['web[01:03]', ['web01', 'web02', 'web03']],
  ['w[1:5:2]-[a:b]', ['w1-a', 'w1-b', 'w3-a', 'w3-b', 'w5-a', 'w5-b']],
  ['w[9:11]:22', ['w9', 'w10', 'w11'], 22],
  ['[2001:db8::1]:2222', ['2001:db8::1'], 2222],
]

for (const [entry, names, port] of entries) {
  test(`${entry} stands for ${names.length} host(s)`, () =>
    assert.equal(expandHostRange(entry), { names, port }))
}

for (const entry of [
  'w[3:1]',
  'w[1]',
  'w[1:2:0]',
  'w[1:]',
  'w[aa:bb]',
  'w[',
  'w[07:12:x]',
  'w[0:99999999]',
]) {
  test(`${entry} is not a range`, () =>
    assert.throws(
      () => expandHostRange(entry),
      (error: Error) => error instanceof RangeError,
    ))
}

test('an address is not a pattern', () => {
  assert.equal(parseAddress('web-01:22'), { host: 'web-01', port: 22 })
  assert.is(parseAddress('a:b'), undefined)
})

test.run()
