// The task replace: what it makes of texts, what it refuses, and what it writes.

import { readFileSync, writeFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { replace } from '../../../tasks/text/replace.ts'
import { applied, failure, inFolder, shells } from '../apply.ts'
import { textChanges, writtenBytes } from './textPlan.ts'

type Params = Omit<Parameters<typeof replace>[0], 'path'>

const plan = (before: string | Buffer, params: Params) =>
  textChanges(replace, { path: '/f', ...params }, before)

const written = (before: Buffer, params: Params) => writtenBytes(plan(before, params))

// `undefined`: nothing is to be done. What is written is planned again, and must need nothing.
const rows: [title: string, before: string, params: Params, after: string | undefined][] = [
  ['no match is done already', 'a\n', { pattern: 'b', replacement: 'c' }, undefined],
  ['all matches are replaced', 'a b a\na\n', { pattern: 'a', replacement: 'c' }, 'c b c\nc\n'],
  ['^ and $ are at lines', 'a\nba\n', { pattern: '^a$', replacement: 'c' }, 'c\nba\n'],
  ['groups are put in', 't = 1\n', { pattern: '^(t) *=.*$', replacement: '$1 = 30' }, 't = 30\n'],
  [
    'what it is to become already needs nothing',
    't = 30\n',
    { pattern: '^(t) *=.*$', replacement: '$1 = 30' },
    undefined,
  ],
  ['a RegExp has its own flags', 'A\n', { pattern: /a/i, replacement: 'c' }, 'c\n'],
  ['a sticky RegExp matches everywhere', 'xa\n', { pattern: /a/y, replacement: 'c' }, 'xc\n'],
  ['flags of a text', 'A\n', { pattern: 'a', flags: 'i', replacement: 'c' }, 'c\n'],
  ['a pattern over lines', 'a\nb\nc\n', { pattern: 'a\nb', replacement: 'x' }, 'x\nc\n'],
  [
    'a pattern over CRLF lines',
    'a\r\nb\r\nc\r\n',
    { pattern: '^a$\n^b$', replacement: 'x\ny' },
    'x\r\ny\r\nc\r\n',
  ],
  ['$ is before CRLF', 'a=1\r\nb=2\r\n', { pattern: '^b=2$', replacement: 'b=9' }, 'a=1\r\nb=9\r\n'],
  ['mixed line ends stay', 'a\r\nb\n', { pattern: 'a', replacement: 'c' }, 'c\r\nb\n'],
  ['after', 'a\n[s]\na\n', { pattern: 'a', replacement: 'c', after: '^\\[s\\]$' }, 'a\n[s]\nc\n'],
  ['before', 'a\n[s]\na\n', { pattern: 'a', replacement: 'c', before: '^\\[s\\]$' }, 'c\n[s]\na\n'],
  [
    'before alone goes up to its last match, as in Ansible',
    'a\n[s]\na\n[s]\na\n',
    { pattern: 'a', replacement: 'c', before: '^\\[s\\]$' },
    'c\n[s]\nc\n[s]\na\n',
  ],
  [
    'after and before',
    'a\n<x>\na\n</x>\na\n',
    { pattern: 'a', replacement: 'c', after: '<x>', before: '</x>' },
    'a\n<x>\nc\n</x>\na\n',
  ],
  ['a lookbehind sees what comes before', 'xa a\n', { pattern: '(?<=x)a', replacement: 'c' }, 'xc a\n'],
  ['words of any script', '이름=가\n', { pattern: '=.$', replacement: '=나' }, '이름=나\n'],
  ['a dollar', 'a\n', { pattern: 'a', replacement: '$$1' }, '$1\n'],
]

for (const [title, before, params, after] of rows) {
  test(`replace: ${title}`, () => {
    const result = written(Buffer.from(before), params)
    assert.is(result?.toString('utf8'), after)
    assert.is(written(result ?? Buffer.from(before), params), undefined, 'a second run must need nothing')
  })
}

test('replace: bytes that are not UTF-8 are kept, and taken as Latin-1', () => {
  const before = Buffer.from('café a\n', 'latin1')
  assert.equal(written(before, { pattern: 'é a', replacement: 'è b' }), Buffer.from('cafè b\n', 'latin1'))
  const mixed = written(before, { pattern: 'a$', replacement: '가' })!
  assert.equal(mixed, Buffer.concat([Buffer.from('café ', 'latin1'), Buffer.from('가\n')]))
})

test('replace: each place is named by its line', () => {
  const changes = plan('a\nb\nxa\n', { pattern: '(?<=x)a|^a', replacement: 'c' })
  assert.equal(
    changes.map(({ what, from, to }) => `${what} ${from} → ${to}`),
    ['/f:1 a → c', '/f:3 a → c'],
  )
})

const failures: [title: string, before: string, params: Params, code: string][] = [
  ['a replacement that matches again', 'a\n', { pattern: 'a', replacement: 'aa' }, 'E_NOT_IDEMPOTENT'],
  [
    'two words that change places',
    'a b\n',
    { pattern: '(a|b) (a|b)', replacement: '$2 $1' },
    'E_NOT_IDEMPOTENT',
  ],
  ['a beginning that is not found', 'a\n', { pattern: 'a', replacement: 'c', after: 'q' }, 'E_NO_SECTION'],
  ['an end that is not found', 'a\n', { pattern: 'a', replacement: 'c', before: 'q' }, 'E_NO_SECTION'],
]

for (const [title, before, params, code] of failures) {
  test(`replace: ${title} is ${code}`, () => {
    assert.throws(
      () => plan(before, params),
      (error: { code: string }) => error.code === code,
    )
  })
}

const wrong: [title: string, params: object, expected: RegExp][] = [
  ['an empty pattern', { pattern: '' }, /non-empty/],
  ['a pattern that is none', { pattern: '(' }, /regular expression/],
  ['a pattern that its flags forbid', { pattern: '\\p{x', flags: 'u' }, /regular expression/],
  ['the flag g, which is always meant', { pattern: 'a', flags: 'g' }, /flags/],
]

for (const [title, params, expected] of wrong) {
  test(`replace: ${title} is refused at once`, () => {
    assert.throws(() => replace({ path: '/f', replacement: 'x', ...params } as never), expected)
  })
}

for (const shell of shells) {
  test(`replace: writes the file through (${shell.join(' ')})`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/f`
      const params = { path, pattern: 'old', replacement: "it's `new`" }
      assert.is((await failure(() => applied(replace, params, { shell }))).code, 'E_NO_FILE')
      writeFileSync(path, 'old\r\n\xff', 'latin1')
      assert.equal((await applied(replace, params, { shell })).again, [])
      assert.is(readFileSync(path, 'latin1'), "it's `new`\r\n\xff")
    }))
}

test.run()
