// Tests the small texts of the reports: changes, durations, widths, colours, and what is taken out of hosts' words.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { displayWidth, fit, truncate } from '../../../src/report/output/displayWidth.ts'
import { lastVisible, sanitize, sanitizeLines } from '../../../src/report/output/sanitize.ts'
import { colorLevel } from '../../../src/report/output/theme.ts'
import { changeText } from '../../../src/report/text/changeText.ts'
import { formatClock, formatDuration } from '../../../src/report/text/duration.ts'

const change = (what: string, from: string, to: string) => ({ what, from, to })
const long = 'x'.repeat(400)

const changes = [
  {
    title: 'a single change that repeats the title follows it',
    task: 'service tomcat',
    of: [change('tomcat', 'stopped', 'running')],
    expected: { inline: 'stopped → running', below: [] },
  },
  {
    title: 'a single change that says more stands below',
    task: 'service tomcat',
    of: [change('enabled at boot', 'no', 'yes')],
    expected: { below: ['enabled at boot   no → yes'] },
  },
  {
    title: 'changes that differ only in their brackets are one',
    task: 'firewallPort 80/tcp 443/tcp',
    of: [
      change('port 80/tcp (permanent)', 'closed', 'open'),
      change('port 80/tcp (runtime)', 'closed', 'open'),
      change('port 443/tcp (runtime)', 'closed', 'open'),
    ],
    expected: {
      below: ['port 80/tcp    closed → open (permanent, runtime)', 'port 443/tcp   closed → open (runtime)'],
    },
  },
  {
    title: 'nothing before, or nothing after, needs no arrow or says so',
    task: 'x',
    of: [change('link', '', '/opt/tomcat'), change('file', 'a file', '')],
    expected: { below: ['link   /opt/tomcat', 'file   a file → nothing'] },
  },
  {
    title: 'long values are abbreviated',
    task: 'x',
    of: [change('key', long, 'a\nb\n')],
    expected: { below: [`key   ${'x'.repeat(100)}… (400 characters) → a … (2 lines)`] },
  },
  {
    title: 'long values are whole where that is asked for',
    task: 'x',
    isWhole: true,
    of: [change('key', long, 'a\nb\n')],
    expected: { below: [`key   ${long} → a\\nb\\n`] },
  },
  { title: 'no changes are no text', task: 'x', of: [], expected: { below: [] } },
]

for (const { title, task, of, isWhole = false, expected } of changes) {
  test(title, () => assert.equal(changeText(task, of, isWhole), expected))
}

test('a hundred changes are a hundred lines', () => {
  const many = Array.from({ length: 100 }, (_, n) => change(`key ${n}`, 'a', 'b'))
  assert.is(changeText('x', many, false).below.length, 100)
})

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
] as const) {
  test(`${JSON.stringify(text)} is shown as ${expected}`, () => assert.is(sanitize(text), expected))
}

test('no code below U+00A0 but the tab survives', () => {
  for (let code = 0; code < 0xa0; code += 1) {
    if (code >= 0x20 && code < 0x7f) continue
    const shown = sanitize(`a${String.fromCharCode(code)}b`)
    if (code !== 9) assert.not.match(shown, /[\0-\x1f\x7f-\x9f]/)
  }
})

test('lines of a text are split at both kinds of line ends', () => {
  assert.equal(sanitizeLines('a\r\nb\n'), ['a', 'b'])
  assert.equal(sanitizeLines(''), [''])
})

test('a line that redraws itself shows its last state', () => {
  assert.is(lastVisible('10%\r50%\r100%\r\x1b[K'), '100%')
  assert.is(lastVisible('\r  \r'), '')
})

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

test('a fitted text takes the columns asked for', () => {
  for (const text of ['', 'web', '한글 서버', '👩‍💻 x', 'a-very-long-name'])
    assert.is(displayWidth(fit(text, 8)), 8)
})

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
