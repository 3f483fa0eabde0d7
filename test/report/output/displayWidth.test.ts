// Tests how texts are measured, truncated and padded.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { displayWidth, fit, truncate } from '../../../src/report/output/displayWidth.ts'

for (const [text, columns, expected] of [
  ['tomcat', 6, 'tomcat'],
  ['tomcat', 5, 'tomc…'],
  ['한글', 4, '한글'],
  ['한글', 3, '한…'],
  ['한글', 2, '…'],
  ['tomcat', 0, ''],
] as const) {
  test(`${text} in ${columns} columns is ${expected}`, () => assert.is(truncate(text, columns), expected))
}

test('fit gives exactly the requested columns', () => {
  for (const text of ['', 'web', '한글 서버', '👩‍💻 x', 'a-very-long-name'])
    assert.is(displayWidth(fit(text, 8)), 8)
})

test.run()
