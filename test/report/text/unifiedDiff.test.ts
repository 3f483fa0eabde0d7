// Tests how two texts are compared for --diff.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { diffLines } from '../../../src/report/text/unifiedDiff.ts'

const numbers = Array.from({ length: 40 }, (_, n) => `line ${n + 1}\n`)
const without = (lines: readonly string[], ...at: number[]) =>
  lines.filter((_, n) => !at.includes(n + 1)).join('')

const cases: readonly {
  title: string
  before: string
  after: string
  name?: string
  expected: string
}[] = [
  {
    title: 'a hunk names its first differing line and has three lines around it',
    before: numbers.join(''),
    after: numbers.join('').replace('line 20', 'row 20'),
    expected: `
@@ line 20 @@
 line 17
 line 18
 line 19
-line 20
+row 20
 line 21
 line 22
 line 23`,
  },
  {
    title: 'a hunk that has moved names both lines',
    before: numbers.join(''),
    after: without(numbers, 2, 30),
    expected: `
@@ line 2 @@
 line 1
-line 2
 line 3
 line 4
 line 5
@@ line 30 → 29 @@
 line 27
 line 28
 line 29
-line 30
 line 31
 line 32
 line 33`,
  },
  {
    title: 'a new file is shown whole',
    before: '',
    after: 'one\ntwo\n',
    name: '/etc/motd',
    expected: `
@@ /etc/motd, all added @@
+one
+two`,
  },
  {
    title: 'an emptied file is shown whole',
    before: 'one\n',
    after: '',
    expected: `
@@ all removed @@
-one`,
  },
  {
    title: 'a missing newline at the end is noted where it is the difference',
    before: 'one\ntwo',
    after: 'one\ntwo\n',
    expected: `
@@ line 2 @@
 one
-two
\\ no newline at end of file
+two`,
  },
  {
    title: 'tabs are visible where they are the difference',
    before: '\tone\n\ttwo\n',
    after: '    one\n\tthree\n',
    expected: `
@@ line 1 @@
-⇥\tone
-\ttwo
+    one
+\tthree`,
  },
  {
    title: 'blanks at the end are visible where they are the difference',
    before: 'one  \n',
    after: 'one\n',
    expected: `
@@ line 1 @@
-one··
+one`,
  },
  {
    title: 'carriage returns are visible where they are the difference',
    before: 'one\r\ntwo\r\n',
    after: 'one\ntwo\n',
    expected: `
@@ line 1 @@
-one␍
-two␍
+one
+two`,
  },
  {
    title: 'carriage returns that every line has are not shown',
    before: 'one\r\ntwo\r\n',
    after: 'one\r\nthree\r\n',
    expected: `
@@ line 2 @@
 one
-two
+three`,
  },
  {
    title: 'escape sequences in a file are shown, not sent',
    before: 'a\x1b[31mred\x07\n',
    after: 'b\n',
    expected: `
@@ line 1 @@
-a␛[31mred␇
+b`,
  },
]

for (const { title, before, after, name, expected } of cases) {
  test(title, () => {
    const lines = diffLines({ path: '/etc/motd', before, after }, name)
    assert.fixture(lines.map(({ text }) => text).join('\n'), expected.slice(1))
  })
}

test('entirely different texts do not take long, and nothing is left out', () => {
  const text = (word: string) => Array.from({ length: 3000 }, (_, n) => `${word} ${n * 7}\n`).join('')
  const startedAt = performance.now()
  const lines = diffLines({
    path: '/x',
    before: `same\n${text('old')}end\n`,
    after: `same\n${text('new')}end\n`,
  })
  const took = performance.now() - startedAt
  assert.ok(took < 1000, `${took} ms`)
  assert.is(lines.filter(({ kind }) => kind === 'removed').length, 3000)
  assert.is(lines.filter(({ kind }) => kind === 'added').length, 3000)
  assert.equal(
    lines.filter(({ kind }) => kind === 'context').map(({ text: shown }) => shown),
    [' same', ' end'],
  )
  assert.is(lines[0]!.text, '@@ line 2 @@')
})

test.run()
