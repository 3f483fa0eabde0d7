// The task block: what it makes of texts, with the traps of its kind, and what it writes.

import { readFileSync, writeFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { secret } from '../../../src/index.ts'
import { textBlock } from '../../../tasks/text/textBlock.ts'
import { applied, failure, inFolder, shells } from '../apply.ts'
import { textChanges, writtenBytes } from './textPlan.ts'

type Params = Omit<Parameters<typeof textBlock>[0], 'path'>

/** The bytes that a plan writes, or undefined where it writes nothing. */
function written(before: Buffer, params: Params): Buffer | undefined {
  return writtenBytes(textChanges(textBlock, { path: '/f', marker: '#{mark}', ...params }, before))
}

// `undefined`: nothing is to be done. What is written is planned again, and must need nothing.
const rows: [title: string, before: string, params: Params, after: string | undefined][] = [
  ['a block that is there is left', '#BEGIN\nx\n#END\n', { block: 'x' }, undefined],
  ['a block goes to the end', 'a\n', { block: 'x\ny\n' }, 'a\n#BEGIN\nx\ny\n#END\n'],
  ['a missing final line end is made first', 'a', { block: 'x' }, 'a\n#BEGIN\nx\n#END\n'],
  ['an empty block is no block', 'a\n', { block: '' }, undefined],
  ['an empty block removes the one that is there', 'a\n#BEGIN\nx\n#END\nb\n', { block: '' }, 'a\nb\n'],
  ['bare markers are removed', '#BEGIN\n#END\n', { block: '' }, ''],
  ['a block of one empty line is a block', '', { block: '\n' }, '#BEGIN\n\n#END\n'],
  ['an empty file gets the block', '', { block: 'x' }, '#BEGIN\nx\n#END\n'],
  [
    'another block is replaced in its place',
    'a\n#BEGIN\n1\n2\n#END\nb\n',
    { block: 'x' },
    'a\n#BEGIN\nx\n#END\nb\n',
  ],
  ['an end marker without line end is found', 'a\n#BEGIN\nx\n#END', { block: 'x' }, undefined],
  ['an end marker without line end keeps none', '#BEGIN\n1\n#END', { block: 'x' }, '#BEGIN\nx\n#END'],
  [
    'a longer line is no marker',
    '#BEGIN it\nx\n#END it\n',
    { block: 'x' },
    '#BEGIN it\nx\n#END it\n#BEGIN\nx\n#END\n',
  ],
  ['empty lines in a block are kept', '', { block: '\nx\n\n' }, '#BEGIN\n\nx\n\n#END\n'],
  [
    'CRLF is used where the file has it',
    'a\r\nb',
    { block: 'x\ny' },
    'a\r\nb\r\n#BEGIN\r\nx\r\ny\r\n#END\r\n',
  ],
  ['a block in CRLF is found', 'a\r\n#BEGIN\r\nx\r\n#END\r\n', { block: 'x' }, undefined],
  [
    'dollars and backslashes are put in as they are',
    '',
    { block: '$& \\1 \\n' },
    '#BEGIN\n$& \\1 \\n\n#END\n',
  ],
  ['after the last match', 'a\nb\na\nc\n', { block: 'x', after: '^a' }, 'a\nb\na\n#BEGIN\nx\n#END\nc\n'],
  ['before the last match', 'a\nb\na\n', { block: 'x', before: /^A/i }, 'a\nb\n#BEGIN\nx\n#END\na\n'],
  [
    'at the beginning, after a byte order mark',
    '\uFEFFa\n',
    { block: 'x', before: 'BOF' },
    '\uFEFF#BEGIN\nx\n#END\na\n',
  ],
  ['at the end where the place is not found', 'a\n', { block: 'x', after: '^q' }, 'a\n#BEGIN\nx\n#END\n'],
  ['a block that is there is not moved', '#BEGIN\nx\n#END\na\n', { block: 'x', after: 'a' }, undefined],
  ['absent: the block goes, with its markers', 'a\n#BEGIN\nx\n#END\nb\n', { state: 'absent' }, 'a\nb\n'],
  ['absent: nothing to take out', 'a\n', { state: 'absent' }, undefined],
  ['words of any script', '', { block: '가\n나' }, '#BEGIN\n가\n나\n#END\n'],
  [
    'marks of one’s own',
    '',
    { block: 'x', marker: '<!-- {mark} a -->', markBegin: 'from', markEnd: 'to' },
    '<!-- from a -->\nx\n<!-- to a -->\n',
  ],
]

for (const [title, before, params, after] of rows) {
  test(`block: ${title}`, () => {
    const result = written(Buffer.from(before), params)
    assert.is(result?.toString('utf8'), after)
    assert.is(written(result ?? Buffer.from(before), params), undefined, 'a second run must need nothing')
  })
}

test('block: bytes that are not UTF-8 are kept', () => {
  const before = Buffer.from('café\n', 'latin1')
  const after = written(before, { block: 'thé\n가' })!
  assert.equal(
    after,
    Buffer.concat([before, Buffer.from('#BEGIN\nthé\n', 'latin1'), Buffer.from('가\n#END\n')]),
  )
  assert.is(written(after, { block: 'thé\n가' }), undefined)
})

const unclear: [title: string, before: string][] = [
  ['a beginning without end', 'a\n#BEGIN\nx\n'],
  ['an end without beginning', 'a\n#END\n'],
  ['an end before the beginning', '#END\n#BEGIN\n'],
  ['two blocks', '#BEGIN\n#END\n#BEGIN\n#END\n'],
]

for (const [title, before] of unclear) {
  test(`block: ${title} is an error that names the lines, and nothing is written`, () => {
    assert.throws(
      () => written(Buffer.from(before), { block: 'x' }),
      (error: { code: string; details: string[] }) =>
        error.code === 'E_MARKERS' && /^line \d+ (begins|ends) it: #/.test(error.details[0]!),
    )
  })
}

test('block: a secret is put in and shown nowhere', () => {
  const changes = textChanges(textBlock, { path: '/f', block: secret('hunter2') }, 'a\n')
  assert.is(changes.length, 1)
  assert.not.match(JSON.stringify(changes), 'hunter2')
})

const wrong: [title: string, params: object, expected: RegExp][] = [
  ['no lines to put in', {}, /expected the lines/],
  ['a marker without {mark}', { block: 'x', marker: '# mine' }, /with \{mark\}/],
  ['a marker of two lines', { block: 'x', marker: '{mark}\nx' }, /one line/],
  ['two equal marks', { block: 'x', markEnd: 'BEGIN' }, /another text/],
  ['a block that holds its own marker', { block: 'x\n# END managed block' }, /own marker/],
  ['after and before', { block: 'x', after: 'a', before: 'b' }, /not both/],
]

for (const [title, params, expected] of wrong) {
  test(`block: ${title} is refused at once`, () => {
    assert.throws(() => textBlock({ path: '/f', ...params }), expected)
  })
}

for (const shell of shells) {
  test(`block: writes the file through, or takes the block out (${shell.join(' ')})`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/f`
      assert.is((await failure(() => applied(textBlock, { path, block: 'a' }, { shell }))).code, 'E_NO_FILE')
      assert.equal((await applied(textBlock, { path, block: 'a', create: true }, { shell })).again, [])
      assert.is(readFileSync(path, 'utf8'), '# BEGIN managed block\na\n# END managed block\n')
      writeFileSync(path, `keep\n${readFileSync(path, 'utf8')}`)
      assert.equal((await applied(textBlock, { path, state: 'absent' }, { shell })).again, [])
      assert.is(readFileSync(path, 'utf8'), 'keep\n')
    }))
}

test.run()
