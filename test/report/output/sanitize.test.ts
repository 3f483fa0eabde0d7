// Tests what is removed from text before it is printed.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { lastVisible, sanitize, sanitizeLines } from '../../../src/report/output/sanitize.ts'

for (const [text, expected] of [
  ['plain 한글 → \t tab', 'plain 한글 → \t tab'],
  ['\x1b[31mred\x1b[0m', 'red'],
  ['\x1b]0;title\x07text', 'text'],
  ['\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\', 'link'],
  ['a\x1b[31mred\x07b', 'ared␇b'],
  ['\x1bP1$r text\x1b\\x\x1b(By', 'xy'],
  ['\x1b]no end', '␛]no end'],
  ['bell\x07 esc\x1b', 'bell␇ esc␛'],
  ['\u009bboo', 'oo'],
  ['\u0085next', '<U+0085>next'],
  ['a\u202etxt', 'a<U+202E>txt'],
  ['two\nlines\r', 'two␊lines␍'],
  ['\x7f', '␡'],
  ['a\uffff\ufffe', 'a<U+FFFF><U+FFFE>'],
  ['half \ud83d of 😀', 'half <U+D83D> of 😀'],
] as const) {
  test(`${JSON.stringify(text)} is shown as ${expected}`, () => assert.is(sanitize(text), expected))
}

test('no control character but the tab survives', () => {
  for (let code = 0; code < 0xa0; code += 1) {
    if (code >= 0x20 && code < 0x7f) continue
    const shown = sanitize(`a${String.fromCharCode(code)}b`)
    if (code !== 9) assert.not.match(shown, /[\0-\x1f\x7f-\x9f]/)
  }
})

test('text is split at both kinds of line ends', () => {
  assert.equal(sanitizeLines('a\r\nb\n'), ['a', 'b'])
  assert.equal(sanitizeLines(''), [''])
})

test('a line that redraws itself shows its last state', () => {
  assert.is(lastVisible('10%\r50%\r100%\r\x1b[K'), '100%')
  assert.is(lastVisible('\r  \r'), '')
})

test.run()
