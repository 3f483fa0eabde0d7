// Batch gates: a batch waits for the one before it.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { createBatchGates } from '../../../src/engine/coordination/batchGates.ts'

test('a batch waits for the one before it, and knows what others changed', async () => {
  const gates = createBatchGates([['a'], ['b'], ['c']])
  const [a, b] = [gates.get('a')!, gates.get('b')!]
  assert.equal([a.isFirst, b.isFirst, b.waitsFor], [true, false, ['a']])
  const revision = b.revision()
  a.recordChange()
  assert.ok(b.hasOtherChangedSince(revision))
  assert.not(a.hasOtherChangedSince(revision))
  a.done()
  await b.ready
})

test.run()
