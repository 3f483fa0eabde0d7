// Copying errors with changed fields.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { PlaybookError, UnreachableError } from '../../../src/model/errors/error.ts'

const where = { file: 'site.ts', line: 3 }

test('A copy keeps all that is not changed', () => {
  const cause = new Error('disk full')
  const error = new PlaybookError('E_X', 'No.', { hint: 'Try again.', where, details: ['one'], cause })
  const copy = error.with({ message: 'a.txt: No.' })
  assert.is(copy.message, 'a.txt: No.')
  const { code, hint, details } = copy
  assert.equal({ code, hint, details }, { code: 'E_X', hint: 'Try again.', details: ['one'] })
  assert.is(copy.where, where)
  assert.is(copy.cause, cause)
  assert.is(error.message, 'No.')
})

test('What is given as undefined is cleared', () => {
  const error = new PlaybookError('E_X', 'No.', { hint: 'Try again.', where, cause: new Error('disk full') })
  const copy = error.with({ hint: undefined, where: undefined, cause: undefined })
  assert.equal([copy.hint, copy.where, 'cause' in copy], [undefined, undefined, false])
})

test('A copy of an unreachable host stays one, at its stage or at another', () => {
  const error: PlaybookError = new UnreachableError('E_SHELL', 'No shell.', 'busy')
  const copy = error.with({ code: 'E_PROXY' })
  assert.instance(copy, UnreachableError)
  assert.is((copy as UnreachableError).stage, 'busy')
  assert.is((error as UnreachableError).with({ stage: 'idle' }).stage, 'idle')
})

test.run()
