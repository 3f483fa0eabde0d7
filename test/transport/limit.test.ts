// So many at once.

import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { limiter } from '../../src/transport/limit.ts'

test('No more than the limit run at once, in their order, and all do', async () => {
  const limit = limiter(3)
  const started: number[] = []
  let running = 0
  let most = 0
  const work = Array.from({ length: 20 }, (_, index) =>
    limit(async () => {
      started.push(index)
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setTimeout(resolve, index % 3))
      running -= 1
      return index
    }),
  )
  assert.equal(
    await Promise.all(work),
    Array.from({ length: 20 }, (_, index) => index),
  )
  assert.is(most, 3)
  assert.equal(
    started,
    [...started].sort((a, b) => a - b),
  )
})

test('Work that fails makes room', async () => {
  const limit = limiter(1)
  const failed = limit(() => Promise.reject(new Error('no')))
  const next = limit(async () => 'done')
  assert.is(await failed.catch((error: Error) => error.message), 'no')
  assert.is(await next, 'done')
})

test.run()
