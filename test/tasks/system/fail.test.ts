// fail and assert: their errors, and what they refuse.

import { test } from '#test'
import * as assertThat from 'uvu/assert'
import { assert } from '../../../tasks/system/assert.ts'
import { fail } from '../../../tasks/system/fail.ts'
import { failure, looked } from '../apply.ts'

test('fail fails with its message and hint', async () => {
  const error = await failure(() => looked(fail, { msg: 'This is no database.', hint: 'Use another host.' }))
  assertThat.equal(
    [error.code, error.message, error.hint],
    ['E_FAIL', 'This is no database.', 'Use another host.'],
  )
})

const rows: [title: string, params: Parameters<typeof assert>[0], text: string][] = [
  [
    'one false sentence',
    { that: { 'There are two nodes': false, 'Java is 17': true } },
    'Not true: There are two nodes',
  ],
  ['several', { that: { a: false, b: true, c: false } }, '2 of 3 are not true.\na\nc'],
  ['a message', { that: { a: false }, failMsg: 'Too small.' }, 'Too small.\na'],
]

for (const [title, params, text] of rows) {
  test(`assert fails with ${title}`, async () => {
    const error = await failure(() => looked(assert, params))
    assertThat.is(error.code, 'E_ASSERT')
    assertThat.is([error.message, ...error.details].join('\n'), text)
  })
}

test('assert is quiet where all is true', async () => {
  assertThat.equal(await looked(assert, { that: { 'The sky is up': true } }), [])
})

test('no sentence, and no message, are refused', () => {
  assertThat.throws(() => assert({ that: {} }), /expected at least one sentence/)
  assertThat.throws(() => fail({ msg: '' }), /expected a text/)
})

test.run()
