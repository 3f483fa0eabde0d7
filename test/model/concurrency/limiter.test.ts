// Limiting what runs at once.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { createLimiter } from '../../../src/model/concurrency/limiter.ts'

test('No more than the limit run at once, in their order, and all do', async () => {
  const limit = createLimiter(3)
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
  const limit = createLimiter(1)
  const failed = limit(() => Promise.reject(new Error('no')))
  const next = limit(async () => 'done')
  assert.is(await failed.catch((error: Error) => error.message), 'no')
  assert.is(await next, 'done')
})

test('Work that has to wait is reported', async () => {
  const limit = createLimiter(1)
  const waited: string[] = []
  const run = (name: string) =>
    limit(
      async () => {},
      () => waited.push(name),
    )
  await Promise.all([run('first'), run('second')])
  await run('third')
  assert.equal(waited, ['second'])
})

test.run()
