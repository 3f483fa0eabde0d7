// Prefetch window: how many tasks are probed ahead.

import { test } from '#test'
import * as assert from 'uvu/assert'
import {
  firstWindow,
  windowAfterChange,
  windowAfterNoChange,
} from '../../../src/engine/probing/prefetchWindow.ts'

test('the window holds everything at first, shrinks with changes in a row, and grows again', () => {
  const [one, two, three] = [1, 2, 3].reduce<(typeof firstWindow)[]>(
    (list) => [...list, windowAfterChange(list.at(-1) ?? firstWindow)],
    [],
  )
  assert.is(firstWindow.size, Number.POSITIVE_INFINITY)
  assert.ok(one!.size > two!.size && two!.size > three!.size)
  assert.ok(windowAfterNoChange(three!).size > three!.size)
  assert.is(windowAfterNoChange(three!).changesInRow, 0)
})

test.run()
