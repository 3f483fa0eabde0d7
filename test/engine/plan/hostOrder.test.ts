// Order of the hosts of a play, and their batches.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { batchesOf, orderedHosts } from '../../../src/engine/plan/hostOrder.ts'
import type { PlayOrder, Serial } from '../../../src/model/play.ts'

const batchRows: [serial: Serial | undefined, hosts: number, sizes: number[]][] = [
  [undefined, 5, [5]],
  [undefined, 0, []],
  [1, 3, [1, 1, 1]],
  [3, 5, [3, 2]],
  [0, 5, [5]],
  ['50%', 5, [2, 2, 1]],
  ['10%', 3, [1, 1, 1]],
  [[1, 2, 4], 12, [1, 2, 4, 4, 1]],
  [['10%', '50%'], 10, [1, 5, 4]],
  [[1, 0], 5, [1, 4]],
  [[1, '30%', 5], 10, [1, 3, 5, 1]],
]
for (const [serial, count, sizes] of batchRows) {
  const hosts = Array.from({ length: count }, (_, index) => index)
  test(`serial ${JSON.stringify(serial) ?? 'not given'} of ${count} hosts: batches of ${sizes}`, () => {
    const batches = batchesOf(hosts, serial)
    assert.equal(
      batches.map(({ length }) => length),
      sizes,
    )
    assert.equal(batches.flat(), hosts)
  })
}

const orderRows: [PlayOrder | undefined, string][] = [
  [undefined, 'bacd'],
  ['inventory', 'bacd'],
  ['reverse_inventory', 'dcab'],
  ['sorted', 'abcd'],
  ['reverse_sorted', 'dcba'],
]
for (const [order, expected] of orderRows) {
  test(`order ${order ?? 'not given'}: ${expected}`, () =>
    assert.is(namesIn(order, ['b', 'a', 'c', 'd']), expected))
}

test('shuffle keeps every host once, and gives different orders', () => {
  const names = [...'abcdefghij']
  const orders = new Set(Array.from({ length: 20 }, () => namesIn('shuffle', names)))
  assert.ok(orders.size > 1)
  for (const order of orders) assert.equal([...order].sort(), names)
})

function namesIn(order: PlayOrder | undefined, names: readonly string[]): string {
  const hosts = names.map((name) => ({ name }))
  return orderedHosts(hosts, order)
    .map(({ name }) => name)
    .join('')
}

test.run()
