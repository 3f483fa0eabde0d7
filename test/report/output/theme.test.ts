// Tests how many colours a stream gets.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { colorLevel } from '../../../src/report/output/theme.ts'

for (const [env, isTTY, expected] of [
  [{}, false, 0],
  [{}, true, 1],
  [{ TERM: 'xterm-256color' }, true, 2],
  [{ COLORTERM: 'truecolor' }, true, 3],
  [{ TERM: 'dumb' }, true, 0],
  [{ NO_COLOR: '1' }, true, 0],
  [{ NO_COLOR: '' }, true, 1],
  [{ FORCE_COLOR: '0' }, true, 0],
  [{ FORCE_COLOR: 'false' }, true, 0],
  [{ FORCE_COLOR: '' }, false, 1],
  [{ FORCE_COLOR: '3' }, false, 3],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, 1],
] as const) {
  test(`${JSON.stringify(env)} on ${isTTY ? 'a terminal' : 'a pipe'} is colour level ${expected}`, () => {
    assert.is(colorLevel({ env, isTTY }), expected)
  })
}

test.run()
