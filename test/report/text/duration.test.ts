// Tests how durations are formatted.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { formatClock, formatDuration } from '../../../src/report/text/duration.ts'

for (const [ms, expected] of [
  [0, '0 s'],
  [340, '0.3 s'],
  [3200, '3.2 s'],
  [8000, '8 s'],
  [9940, '9.9 s'],
  [9960, '10 s'],
  [41_200, '41 s'],
  [125_000, '2 min 05 s'],
  [3_720_000, '1 h 02 min'],
] as const) {
  test(`${ms} ms are ${expected}`, () => assert.is(formatDuration(ms), expected))
}

for (const [ms, expected] of [
  [14_999, '00:14'],
  [3_723_000, '1:02:03'],
] as const) {
  test(`a clock shows ${ms} ms as ${expected}`, () => assert.is(formatClock(ms), expected))
}

test.run()
