// The task line: what it makes of texts, with the traps of its kind, and what it writes.

import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { secret } from '../../../src/index.ts'
import { line } from '../../../tasks/text/line.ts'
import { applied, failure, inFolder, shells } from '../apply.ts'
import { textChanges, writtenBytes } from './textPlan.ts'

type Params = Omit<Parameters<typeof line>[0], 'path'>

/** The bytes that a plan writes, or undefined where it writes nothing. */
function written(before: Buffer, params: Params): Buffer | undefined {
  return writtenBytes(textChanges(line, { path: '/f', ...params }, before))
}

// `undefined`: nothing is to be done. What is written is planned again, and must need nothing.
const rows: [title: string, before: string, params: Params, after: string | undefined][] = [
  ['a line that is there is left', 'a\nb\n', { line: 'b' }, undefined],
  ['a missing line goes to the end', 'a\n', { line: 'b' }, 'a\nb\n'],
  ['a missing final line end is made first', 'a', { line: 'b' }, 'a\nb\n'],
  ['an empty file gets the line', '', { line: 'b' }, 'b\n'],
  ['a longer line is not the line', '#foo\n', { line: 'foo' }, '#foo\nfoo\n'],
  ['the last match is replaced', 'p 1\np 2\nx\n', { match: '^p ', line: 'p 3' }, 'p 1\np 3\nx\n'],
  ['the first match is replaced', 'p 1\np 2\n', { match: '^p ', line: 'p 3', which: 'first' }, 'p 3\np 2\n'],
  ['all matches are replaced', 'p 1\nx\np 2\n', { match: '^p ', line: 'p 3', which: 'all' }, 'p 3\nx\np 3\n'],
  [
    'groups are put in, of the last match',
    'T = 1 # a\nT = 2 # b\n',
    { match: '^T *= *(\\d+)(?<note>.*)$', line: 'T=$1$<note>', backrefs: true },
    'T = 1 # a\nT=2 # b\n',
  ],
  [
    'a match inside a line makes the whole line',
    'a b=1 c\n',
    { match: /B=(\d)/i, line: 'b is $1, not $$', backrefs: true },
    'b is 1, not $\n',
  ],
  ['groups without a match add nothing', 'a\n', { match: '(b)', line: '$1', backrefs: true }, undefined],
  [
    'groups in all lines, with a secret taken as it is',
    'p=1\np=2\n',
    { match: '^p=(\\d)$', line: secret('q=$1'), backrefs: true, which: 'all' },
    'q=$1\nq=$1\n',
  ],
  ['groups in Latin-1', 'p=é\n', { match: '^p=(.)$', line: 'q=$1', backrefs: true }, 'q=é\n'],
  ['no match adds the line', 'a\n', { match: '^p ', line: 'p 3' }, 'a\np 3\n'],
  ['a pattern that does not match its line adds it once', 'a\n', { match: '^zz', line: 'b' }, 'a\nb\n'],
  [
    'several commented lines: one is replaced, and the next run leaves the others',
    '#p 1\n#p 2\n',
    { match: '^#p', line: 'p 3' },
    '#p 1\np 3\n',
  ],
  ['all commented lines are replaced', '#p 1\n#p 2\n', { match: '^#p', line: 'p', which: 'all' }, 'p\np\n'],
  [
    'a global pattern is tried again on each line',
    'ab\nab\n',
    { match: /ab/g, line: 'c', which: 'all' },
    'c\nc\n',
  ],
  ['search is no pattern', 'a.b\naxb\n', { search: 'a.b', line: 'c' }, 'c\naxb\n'],
  [
    'backslashes and dollars are put in as they are',
    'a\n',
    { match: '^a', line: 'C:\\1\\n $& $1' },
    'C:\\1\\n $& $1\n',
  ],
  [
    'CRLF is kept by a replacement',
    'a=1\r\nb=2\r\nc=3\r\n',
    { match: '^b=2$', line: 'b=9' },
    'a=1\r\nb=9\r\nc=3\r\n',
  ],
  ['CRLF is used for a new line', 'a=1\r\nb=2', { line: 'c=3' }, 'a=1\r\nb=2\r\nc=3\r\n'],
  ['a line that ends in CRLF is there', 'a\r\nb\r\n', { line: 'b' }, undefined],
  ['in mixed line ends each keeps its own', 'a\r\nb\nc\r\n', { match: '^b', line: 'B' }, 'a\r\nB\nc\r\n'],
  ['a last line without line end keeps none', 'a\nb', { match: '^b', line: 'c' }, 'a\nc'],
  ['after a match', 'a\nb\na\nc\n', { line: 'x', after: '^a' }, 'a\nb\na\nx\nc\n'],
  ['after the first match', 'a\nb\na\n', { line: 'x', after: '^a', which: 'first' }, 'a\nx\nb\na\n'],
  ['after the last line without line end', 'a', { line: 'x', after: '^a' }, 'a\nx\n'],
  ['before a match', 'a\nb\n', { line: 'x', before: '^b' }, 'a\nx\nb\n'],
  ['before the only line without line end', 'a', { line: 'x', before: '^a' }, 'x\na'],
  ['at the beginning', 'a\n', { line: 'x', before: 'BOF' }, 'x\na\n'],
  ['at the end where the place is not found', 'a\n', { line: 'x', after: '^q' }, 'a\nx\n'],
  ['a byte order mark stays first', '\uFEFFa\nb\n', { match: '^a$', line: 'x' }, '\uFEFFx\nb\n'],
  ['at the beginning is after a byte order mark', '\uFEFFa\n', { line: 'x', before: 'BOF' }, '\uFEFFx\na\n'],
  ['words of any script match', '이름=가\n', { match: '^이름=.$', line: '이름=나' }, '이름=나\n'],
  ['absent: lines that equal are taken out', 'a\nb\na\n', { line: 'a', state: 'absent' }, 'b\n'],
  ['absent: lines that match are taken out', 'a 1\nb\na 2', { match: '^a', state: 'absent' }, 'b\n'],
  ['absent: nothing to take out', 'b\n', { line: 'a', state: 'absent' }, undefined],
  ['empty lines may be put in and found', 'a\n', { line: '' }, 'a\n\n'],
]

for (const [title, before, params, after] of rows) {
  test(`line: ${title}`, () => {
    const result = written(Buffer.from(before), params)
    assert.is(result?.toString('utf8'), after)
    assert.is(written(result ?? Buffer.from(before), params), undefined, 'a second run must need nothing')
  })
}

test('line: bytes that are not UTF-8 are kept, and compared as Latin-1', () => {
  const before = Buffer.from('café\nb\n', 'latin1')
  assert.equal(written(before, { match: '^b', line: 'c' }), Buffer.from('café\nc\n', 'latin1'))
  assert.equal(written(before, { match: '^café$', line: 'thé' }), Buffer.from('thé\nb\n', 'latin1'))
  const mixed = written(before, { line: '가' })!
  assert.equal(mixed, Buffer.concat([before, Buffer.from('가\n')]))
  assert.is(written(mixed, { line: '가' }), undefined)
})

test('line: what changed is named by its line number', () => {
  const [change] = textChanges(line, { path: '/f', match: '^b', line: 'c' }, 'a\nb\n')
  assert.is(`${change!.what}: ${change!.from} → ${change!.to}`, '/f:2: b → c')
  assert.equal(change!.diff, { path: '/f', before: 'a\nb\n', after: 'a\nc\n' })
})

test('line: a secret is put in and shown nowhere', () => {
  const params = { path: '/f', match: '^password=', line: secret('password=hunter2') }
  const changes = textChanges(line, params, 'password=old1\n')
  assert.is(String(writtenBytes(changes)), 'password=hunter2\n')
  const shown = changes.map(({ steps: _, ...change }) => change)
  assert.not.match(JSON.stringify(shown), /hunter2|old1/)
})

test('line: a line with groups that its pattern would change again is refused', () => {
  const rows: [before: string, params: Params][] = [
    ['a\n', { match: '^(a+)$', line: '$1a', backrefs: true }],
    ['#p 1\n#p 2\n', { match: '^#(p .)$', line: '$1', backrefs: true }],
  ]
  for (const [before, params] of rows) {
    assert.throws(
      () => written(Buffer.from(before), params),
      ({ code }: { code: string }) => code === 'E_NOT_IDEMPOTENT',
    )
  }
})

const wrong: [title: string, params: object, expected: RegExp][] = [
  ['several lines', { line: 'a\nb' }, /one line/],
  ['no line to put in', { match: 'a' }, /expected the line/],
  ['an empty pattern, which would match all', { match: '', line: 'a' }, /non-empty/],
  ['an empty search', { search: '', line: 'a' }, /non-empty/],
  ['a pattern that is none', { match: '(', line: 'a' }, /regular expression/],
  ['match and search', { match: 'a', search: 'b', line: 'a' }, /not both/],
  ['groups without a pattern', { line: 'a', backrefs: true }, /expected match too/],
  ['groups of a line to remove', { match: 'a', state: 'absent', backrefs: true }, /expected match too/],
  ['after and before', { after: 'a', before: 'b', line: 'a' }, /not both/],
]

for (const [title, params, expected] of wrong) {
  test(`line: ${title} is refused at once`, () => {
    assert.throws(() => line({ path: '/f', ...params }), expected)
  })
}

for (const shell of shells) {
  const name = shell.join(' ')

  test(`line: writes the file through, keeping mode and awkward text (${name})`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/it's`
      writeFileSync(path, 'a\r\nb', { mode: 0o600 })
      const { again } = await applied(line, { path, line: "it's $HOME \\n `id`" }, { shell })
      assert.equal(again, [])
      assert.is(readFileSync(path, 'utf8'), "a\r\nb\r\nit's $HOME \\n `id`\r\n")
      assert.is(statSync(path).mode & 0o777, 0o600)
    }))

  test(`line: a missing file is an error, or made (${name})`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/f`
      const error = await failure(() => applied(line, { path, line: 'a' }, { shell }))
      assert.is(error.code, 'E_NO_FILE')
      assert.equal((await applied(line, { path, line: 'a', state: 'absent' }, { shell })).changes, [])
      const { again } = await applied(line, { path, line: 'a', create: true, mode: '0640' }, { shell })
      assert.equal(again, [])
      assert.is(readFileSync(path, 'utf8'), 'a\n')
      assert.is(statSync(path).mode & 0o777, 0o640)
    }))
}

test.run()
