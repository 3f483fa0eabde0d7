// Java .properties files: the grammar, every edit, and that all other bytes stay.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { scanProperties } from '../../src/formats/properties/scan.ts'
import { editProperties, type PropertiesEdit, readProperties } from '../../src/formats/properties.ts'
import { secret } from '../../src/index.ts'
import { oneOf, type Random, randomNumbers } from './httpd/fixtures.ts'
import { crlf, tomcatText } from './xml/fixtures.ts'

const read: [title: string, text: string, entries: Record<string, string>][] = [
  ['three separators', 'a=1\nb:2\nc 3\n', { a: '1', b: '2', c: '3' }],
  ['blanks around them', ' a = 1 \n\tb\t:\t2\n', { a: '1 ', b: '2' }],
  ['one separator, the rest is value', 'a==1\nb::2\nc = =3\nd  :e\n', { a: '=1', b: ':2', c: '=3', d: 'e' }],
  ['no value', 'a\nb=\nc \n', { a: '', b: '', c: '' }],
  ['comments', '# a=1\n  ! b=2\na=#1\nb=2 ! c\n', { a: '#1', b: '2 ! c' }],
  ['a comment is not continued', '# a \\\nb=1\n', { b: '1' }],
  ['joined lines lose their indentation', 'a=1,\\\n   2,\\\r\n\t3\n', { a: '1,2,3' }],
  ['a joined line is no comment', 'a=1\\\n#2\n', { a: '1#2' }],
  ['a blank line ends a joined one', 'a=1\\\n\nb=2\n', { a: '1', b: '2' }],
  ['two backslashes join nothing', 'a=1\\\\\nb=2\n', { a: '1\\', b: '2' }],
  ['three do', 'a=1\\\\\\\nb=2\n', { a: '1\\b=2' }],
  ['a backslash at the end of the file', 'a=1\\', { a: '1' }],
  ['a line of a backslash', '\\\n\na=1\n', { a: '1' }],
  ['a key joined', 'a\\\n  b=1\n', { ab: '1' }],
  ['escapes', 'a=\\t\\n\\r\\f\\u00e9\\\\\\=\\q\n', { a: '\t\n\r\fé\\=q' }],
  ['escaped keys', 'a\\ b\\=c\\:d=1\n\\#e=2\n', { 'a b=c:d': '1', '#e': '2' }],
  ['lines that end in CR', 'a=1\rb=2\r\nc=3', { a: '1', b: '2', c: '3' }],
  ['the last of a key counts', 'a=1\na=2\n', { a: '2' }],
  ['an empty key', '=1\n', { '': '1' }],
]

for (const [title, text, entries] of read) {
  test(`read: ${title}`, () => {
    assert.equal(Object.fromEntries(readProperties(Buffer.from(text, 'latin1'))), entries)
  })
}

// `undefined`: nothing is to be done.
const rows: [title: string, before: string, edit: PropertiesEdit, after: string | undefined][] = [
  ['set changes a value', 'a=1\nb=2\n', { set: 'a', value: 3 }, 'a=3\nb=2\n'],
  ['set leaves what means the same', 'a = 1,\\\n  2\n', { set: 'a', value: '1,2' }, undefined],
  ['an escape means what it escapes', 'a=\\u0031\\:\n', { set: 'a', value: '1:' }, undefined],
  ['layout stays', ' a : 1\n', { set: 'a', value: true }, ' a : true\n'],
  ['joined lines become one', 'a=1,\\\n  2\nb\n', { set: 'a', value: '3' }, 'a=3\nb\n'],
  ['a value on its second line stays there', 'a=\\\n  1\n', { set: 'a', value: '2' }, 'a=\\\n  2\n'],
  ['of several the last is set', 'a=1\na=2\n', { set: 'a', value: '3' }, 'a=1\na=3\n'],
  ['a key without value gets one', 'a\nb=\nc ', { set: 'a', value: '1' }, 'a=1\nb=\nc '],
  ['an empty value is filled', 'b=\n', { set: 'b', value: '1' }, 'b=1\n'],
  ['after a blank', 'c \n', { set: 'c', value: '=1' }, 'c \\=1\n'],
  ['a value is emptied', 'a=1\n', { set: 'a', value: '' }, 'a=\n'],
  ['an empty joined value', 'a=\\\n\nb=1\n', { set: 'a', value: 'x' }, 'a=x\nb=1\n'],
  ['before a backslash at the end of the file', 'a=\\', { set: 'a', value: 'x' }, 'a=x'],
  ['a new key goes to the end', 'a=1\n', { set: 'b', value: '2' }, 'a=1\nb=2\n'],
  ['in the style of the others', 'a: 1\nb: 2\nc=3\n', { set: 'd', value: '4' }, 'a: 1\nb: 2\nc=3\nd: 4\n'],
  ['after a last line without end', 'a=1', { set: 'b', value: '2' }, 'a=1\nb=2\n'],
  ['after a last comment without end', '# a', { set: 'b', value: '2' }, '# a\nb=2\n'],
  ['after a last line that is joined to nothing', 'a=1\\\n', { set: 'b', value: '2' }, 'a=1\\\n\nb=2\n'],
  ['after a backslash at the end of the file', 'a=1\\', { set: 'b', value: '2' }, 'a=1\\\n\nb=2\n'],
  ['into an empty file', '', { set: 'b', value: '2' }, 'b=2\n'],
  ['after a given key', 'a=1\n# of b\nb=2\n', { set: 'c', value: 3, after: 'a' }, 'a=1\nc=3\n# of b\nb=2\n'],
  [
    'a key that is there is not moved',
    'a=1\nb=2\nc=3\n',
    { set: 'c', value: 4, after: 'a' },
    'a=1\nb=2\nc=4\n',
  ],
  ['keys are escaped', '', { set: '#a b=c:d\\', value: 'x' }, '\\#a\\ b\\=c\\:d\\\\=x\n'],
  [
    'values are escaped',
    '',
    { set: 'a', value: '  C:\\x\ty\n= é가😀' },
    'a=\\  C:\\\\x\\ty\\n= \\u00e9\\uac00\\ud83d\\ude00\n',
  ],
  ['CRLF is kept and used', 'a=1\r\nb=2\r\n', { set: 'c', value: 3, after: 'a' }, 'a=1\r\nc=3\r\nb=2\r\n'],
  ['remove takes all of a key', 'a=1\nb=2\n a : 3,\\\n  4\nc=5\n', { remove: 'a' }, 'b=2\nc=5\n'],
  ['remove leaves comments', '# a=1\na=1\n# b\n', { remove: 'a' }, '# a=1\n# b\n'],
  ['removing what is not there changes nothing', 'b=1\n', { remove: 'a' }, undefined],
]

for (const [title, before, edit, after] of rows) {
  test(`edit: ${title}`, () => {
    const bytes = Buffer.from(before, 'latin1')
    const result = editProperties(bytes, [edit])
    assert.is(Buffer.from(result.bytes).toString('latin1'), after ?? before)
    assert.is(result.changes.length, after === undefined ? 0 : 1)
    if ('set' in edit) assert.is(readProperties(result.bytes).get(edit.set), String(edit.value))
    const again = editProperties(result.bytes, [edit])
    assert.is(again.bytes, result.bytes)
    assert.equal(again.changes, [], 'a second time must need nothing')
  })
}

test('Latin-1 bytes stay, and are what they stand for', () => {
  const before = Buffer.from('a=caf\xe9\nb=\xff\n', 'latin1')
  assert.equal(editProperties(before, [{ set: 'a', value: 'café' }]).changes, [])
  const { bytes } = editProperties(before, [{ set: 'a', value: 'thé' }])
  assert.equal(Buffer.from(bytes), Buffer.from('a=th\\u00e9\nb=\xff\n', 'latin1'))
})

test('in UTF-8 characters are written as they are', () => {
  const options = { encoding: 'utf-8' } as const
  const { bytes } = editProperties(Buffer.from('a=é\n'), [{ set: '이름', value: '가 😀\x01' }], options)
  assert.is(Buffer.from(bytes).toString(), 'a=é\n이름=가 😀\\u0001\n')
  assert.is(readProperties(bytes, options).get('이름'), '가 😀\x01')
  assert.throws(
    () => editProperties(Buffer.from([0xe9]), [], options),
    (error: { code: string }) => error.code === 'E_PROPERTIES_ENCODING',
  )
})

test('changes tell the key and both values; a secret and what is named like one are not shown', () => {
  const { bytes, changes } = editProperties(Buffer.from('port=1\nold=x\ndb.password=p\ntoken=t\n'), [
    { set: 'port', value: 2 },
    { set: 'new', value: '' },
    { remove: 'old' },
    { set: 'db.password', value: 'q' },
    { set: 'token', value: secret('hunter2') },
  ])
  assert.equal(
    changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
    [
      'port: 1 → 2',
      'new: absent → empty',
      'old: x → removed',
      'db.password: (hidden) → (hidden)',
      'token: •••••••• → ••••••••',
    ],
  )
  assert.match(Buffer.from(bytes).toString(), /^token=hunter2$/m)
})

test('errors: an invalid escape, with its line, and a missing key to insert after', () => {
  const message = (make: () => unknown) => {
    try {
      make()
    } catch (error) {
      const { code, message: text } = error as { code: string; message: string }
      return `${code}: ${text}`
    }
    return 'nothing'
  }
  assert.is(
    message(() => editProperties(Buffer.from('a=1\r\nb=2\\\r\n3\r\nc=\\u00g1x\r\n'), [{ remove: 'x' }])),
    'E_PROPERTIES: Line 4: four hexadecimal digits expected after "\\u", found "00g1".',
  )
  assert.is(
    message(() => editProperties(Buffer.from('a=1\n'), [{ set: 'b', value: 1, after: 'c' }])),
    'E_PROPERTIES_NO_MATCH: There is no key c to insert a new one after.',
  )
})

for (const name of ['catalina.properties', 'logging.properties']) {
  for (const [writing, write] of [
    ['LF', (text: string) => text],
    ['CRLF', crlf],
  ] as const) {
    test(`Tomcat's ${name} with ${writing}: each key can be set and removed, and only its lines differ`, () => {
      const text = write(tomcatText(`9.0.109/conf/${name}`))
      const bytes = Buffer.from(text, 'latin1')
      const keys = [...readProperties(bytes).keys()]
      assert.ok(keys.length > 7)
      for (const key of keys) {
        const entry = scanProperties(text).findLast((each) => each.key === key)!
        const edit: PropertiesEdit = { set: key, value: 'new, value' }
        const result = Buffer.from(editProperties(bytes, [edit]).bytes).toString('latin1')
        const separator = entry.separator === '' ? '=' : ''
        assert.is(
          result,
          `${text.slice(0, entry.valueStart)}${separator}new, value${text.slice(entry.valueEnd)}`,
        )
        assert.equal(editProperties(Buffer.from(result, 'latin1'), [edit]).changes, [])
        const removed = Buffer.from(editProperties(bytes, [{ remove: key }]).bytes).toString('latin1')
        assert.is(removed, text.slice(0, entry.start) + text.slice(entry.end))
        assert.not.ok(readProperties(Buffer.from(removed, 'latin1')).has(key))
      }
    })
  }
}

test('random edits of random files: what is not edited is still read as it was, and is where it was', () => {
  const random = randomNumbers(4711)
  for (let round = 0; round < 1500; round++) {
    const text = randomText(random)
    const edit = randomEdit(random)
    const encoding = oneOf(random, ['iso-8859-1', 'utf-8'] as const)
    const bytes = Buffer.from(text, encoding === 'utf-8' ? 'utf8' : 'latin1')
    const result = editProperties(bytes, [edit], { encoding })
    const message = `${JSON.stringify(edit)}\n${JSON.stringify(text)}\n${JSON.stringify(Buffer.from(result.bytes).toString())}`
    const expected = readProperties(bytes, { encoding })
    if ('set' in edit) expected.set(edit.set, String(edit.value))
    else expected.delete(edit.remove)
    assert.equal([...readProperties(result.bytes, { encoding })].sort(), [...expected].sort(), message)
    assert.equal(editProperties(result.bytes, [edit], { encoding }).changes, [], message)
    const key = 'set' in edit ? edit.set : edit.remove
    assert.equal(others(result.bytes, key), others(bytes, key), message)
  }
})

/** What is in a file for all keys but one, byte for byte; but for a backslash that joins a last line to nothing. */
function others(bytes: Uint8Array, key: string): string[] {
  const text = Buffer.from(bytes).toString('latin1')
  return scanProperties(text)
    .filter((entry) => entry.key !== key)
    .map(({ start, valueEnd }) => text.slice(start, valueEnd).replace(/\\[\r\n]*$/, ''))
}

function randomText(random: Random): string {
  const lineEnd = oneOf(random, ['\n', '\r\n', '\r'])
  const lines = Array.from({ length: random(6) }, () =>
    oneOf(random, [
      '',
      '  ',
      '# a=1',
      '! \\',
      `${oneOf(random, ['', ' '])}${oneOf(random, ['a', 'b', 'c', 'k\\ y'])}${oneOf(random, ['=', ' : ', ' ', '', '\t=  '])}${oneOf(random, ['', '1', 'x y', `1,\\${lineEnd}   2`, `\\${lineEnd}`, '\\u0041', '\\\\', '=z'])}`,
    ]),
  )
  return lines.join(lineEnd) + oneOf(random, ['', lineEnd, `${lineEnd}d=1\\`, `${lineEnd}d=\\${lineEnd}`])
}

function randomEdit(random: Random): PropertiesEdit {
  const key = oneOf(random, ['a', 'b', 'd', 'k y', 'new', '#n'])
  if (random(4) === 0) return { remove: key }
  const signs = ['a', ' ', '\\', '=', ':', '#', '\n', '\t', 'é']
  return { set: key, value: Array.from({ length: random(6) }, () => oneOf(random, signs)).join('') }
}

test.run()
