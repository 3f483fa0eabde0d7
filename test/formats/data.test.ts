// JSON and YAML: every edit, the layout that new text follows, and what is refused.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { type DataEdit, editJson } from '../../src/formats/json.ts'
import { editYaml, type YamlOptions } from '../../src/formats/yaml.ts'
import { secret } from '../../src/index.ts'

type Row = [
  title: string,
  before: string,
  edits: DataEdit[],
  after: string,
  changes: string[],
  options?: YamlOptions,
]

const json: Row[] = [
  [
    'a new file',
    '',
    [{ set: '/a/b', value: [1, { c: null }] }],
    '{\n  "a": {\n    "b": [\n      1,\n      {\n        "c": null\n      }\n    ]\n  }\n}\n',
    ['the document: absent → {"a":{"b":[1,{"c":null}]}}'],
  ],
  [
    'comments stay, and one on the line of what is removed goes',
    '{\n  // top\n  "a": 1, // one\n  /* b */ "b": [\n    1,\n    2 // two\n  ]\n}\n',
    [{ include: '/b', items: [3, { k: 'v' }] }, { set: '/z', value: null }, { remove: '/a' }],
    '{\n  // top\n  /* b */ "b": [\n    1,\n    2, // two\n    3,\n    {\n      "k": "v"\n    }\n  ],\n  "z": null\n}\n',
    ['b[2]: absent → 3', 'b[3]: absent → {"k":"v"}', 'z: absent → null', 'a: 1 → removed'],
  ],
  [
    'tabs, CRLF and empty brackets',
    '{\r\n\t"a": {},\r\n\t"l": []\r\n}',
    [
      { set: '/a/x', value: 1 },
      { include: '/l', items: ['q'] },
    ],
    '{\r\n\t"a": {\r\n\t\t"x": 1\r\n\t},\r\n\t"l": [\r\n\t\t"q"\r\n\t]\r\n}',
    ['a.x: absent → 1', 'l[0]: absent → q'],
  ],
  [
    'one line without blanks',
    '{"a":1,"u":[{"n":"x"}]}',
    [{ set: ['u', { n: 'y' }, 's'], value: [1, 2] }, { remove: '/a' }],
    '{"u":[{"n":"x"},{"n":"y","s":[1,2]}]}',
    ['u[1]: absent → {"n":"y","s":[1,2]}', 'a: 1 → removed'],
  ],
  [
    'a comma behind the last member stays one',
    '{\n  "a": 1,\n  "b": 2,\n}\n',
    [{ set: '/c', value: 3 }, { remove: '/b' }],
    '{\n  "a": 1,\n  "c": 3,\n}\n',
    ['c: absent → 3', 'b: 2 → removed'],
  ],
  [
    'the last member takes the comma before it along',
    '{\n  "a": 1, // one\n  "b": 2\n}\n',
    [{ remove: '/b' }],
    '{\n  "a": 1 // one\n}\n',
    ['b: 2 → removed'],
  ],
  [
    'a list on one line, and merging',
    '{\n  "a": [1, 2, 3],\n  "b": { "x": 1 }\n}\n',
    [
      { merge: '', value: { a: [1, 3], b: { y: 'z' } } },
      { set: '/c', value: [true] },
    ],
    '{\n  "a": [1, 3],\n  "b": { "x": 1, "y": "z" },\n  "c": [true]\n}\n',
    ['a[1]: 2 → removed', 'b.y: absent → z', 'c: absent → [true]'],
  ],
  [
    'all of a repeated key go, and keys are escaped',
    '{"a/b":1,"a/b":2, "c": 3}',
    [{ remove: '/a~1b' }, { set: ['x.y', 'é"'], value: 1 }],
    '{"c": 3, "x.y": {"é\\"": 1}}',
    ['a/b: 2 → removed', '["x.y"]: absent → {"é\\"":1}'],
  ],
]

const yaml: Row[] = [
  [
    'a new file, whose texts are quoted where YAML 1.1 would misread them',
    '',
    [
      {
        set: '/a/b',
        value: [1, { c: 2, 'n:': ['x y', 'yes', '0644', '', '12:30', '- x', 'a: b', '#c', 'é'] }],
      },
    ],
    'a:\n  b:\n    - 1\n    - c: 2\n      "n:":\n        - x y\n        - "yes"\n        - "0644"\n        - ""\n        - "12:30"\n        - "- x"\n        - "a: b"\n        - "#c"\n        - é\n',
    [
      'the document: absent → {"a":{"b":[1,{"c":2,"n:":["x y","yes","0644","","12:30","- x","a: b","#c","é"]}…',
    ],
  ],
  [
    'comments, anchors, tags, quotes and flow style',
    "# c\na: &x 1 # one\nc: {a: 1, b: [1,2]}\nd:\ne: !vault |\n  abc\nf: *x\ng: 's' # g\n",
    [
      { set: '/c/z', value: { q: [] } },
      { set: '/d', value: { k: 'v' } },
      { set: '/e', value: 'plain' },
      { remove: '/c/a' },
      { set: '/f', value: 5 },
      { set: '/g', value: "it's" },
    ],
    "# c\na: &x 1 # one\nc: {b: [1,2], z: { q: [] }}\nd:\n  k: v\ne: plain\nf: 5\ng: 'it''s' # g\n",
    [
      'c.z: absent → {"q":[]}',
      'd: null → {"k":"v"}',
      'e: abc\n → plain',
      'c.a: 1 → removed',
      'f: 1 → 5',
      "g: s → it's",
    ],
  ],
  [
    'items of lists that are indented, and comments between them',
    'b:\n  - x   # c\n  # between\n  - y: 2\n    z: |\n      lit\n\n  # trail\n',
    [
      { include: '/b', items: ['new', { k: [1] }] },
      { set: ['b', { y: 2 }, 'z'], value: 'x\ny\n' },
      { exclude: '/b', items: ['x'] },
    ],
    'b:\n  # between\n  - y: 2\n    z: |\n      x\n      y\n  - new\n  - k:\n      - 1\n\n  # trail\n',
    ['b[2]: absent → new', 'b[3]: absent → {"k":[1]}', 'b[1].z: lit\n → x\ny\n', 'b[0]: x → removed'],
  ],
  [
    'lists that are not indented, CRLF, and no last line end',
    'a:\r\n- x\r\n- y\r\nb: "q"',
    [
      { include: '/a', items: ['z'] },
      { set: '/d', value: { l: [1], m: { n: 'on' } } },
    ],
    'a:\r\n- x\r\n- y\r\n- z\r\nb: "q"\r\nd:\r\n  l:\r\n  - 1\r\n  m:\r\n    "n": "on"',
    ['a[2]: absent → z', 'd: absent → {"l":[1],"m":{"n":"on"}}'],
  ],
  [
    'the first member behind a dash, and the last one of a map',
    '- a: 1\n  b: 2\n- c: 3\n- - x\n  - y\n',
    [{ remove: '/0/a' }, { remove: '/1/c' }, { set: '/0/d', value: 1 }, { remove: '/2/0' }],
    '- b: 2\n  d: 1\n- {}\n- - y\n',
    ['[0].a: 1 → removed', '[1].c: 3 → removed', '[0].d: absent → 1', '[2][0]: x → removed'],
  ],
  [
    'values of another kind',
    'a: 5 # five\nb: |\n  text\nc: >-\n  folded\n  text\nd:\n  # inside\n  e: 1\nf:\n    g: 1\n',
    [
      { set: '/a', value: { x: 1 } },
      { set: '/b', value: 'one' },
      { set: '/c', value: [1] },
      { set: '/d', value: false },
      { set: '/f/g', value: ['h'] },
    ],
    'a: # five\n  x: 1\nb: one\nc:\n  - 1\nd: false\nf:\n    g:\n      - h\n',
    ['a: 5 → {"x":1}', 'b: text\n → one', 'c: folded text → [1]', 'd: {"e":1} → false', 'f.g: 1 → ["h"]'],
  ],
  [
    'a key of a merged map gets a line of its own',
    'base: &b {k: 1}\nm:\n  <<: *b\n  z: 1\n',
    [{ set: '/m/k', value: 2 }],
    'base: &b {k: 1}\nm:\n  <<: *b\n  z: 1\n  k: 2\n',
    ['m.k: 1 → 2'],
  ],
  [
    'brackets over several lines',
    'a: [\n  1,\n  2, # two\n]\n',
    [
      { include: '/a', items: [3] },
      { exclude: '/a', items: [2] },
    ],
    'a: [\n  1,\n  3,\n]\n',
    ['a[2]: absent → 3', 'a[1]: 2 → removed'],
  ],
  [
    'one of several documents',
    'a: 1\n---\nb: 2\n...\n',
    [
      { set: '/b', value: 3 },
      { set: '/c', value: 4 },
    ],
    'a: 1\n---\nb: 3\nc: 4\n...\n',
    ['b: 2 → 3', 'c: absent → 4'],
    { document: 1 },
  ],
  [
    'YAML 1.1 knows yes',
    'a: yes\nb: 0644\n',
    [{ merge: '', value: { a: true, b: 0o644 } }],
    'a: yes\nb: 0644\n',
    [],
    { version: '1.1' },
  ],
  [
    'a file of comments',
    '# only\n',
    [{ set: '/a', value: true }],
    '# only\na: true\n',
    ['the document: absent → {"a":true}'],
  ],
]

for (const [title, before, edits, after, changes] of json) {
  test(`JSON: ${title}`, () => check(editJson, before, edits, after, changes))
}
for (const [title, before, edits, after, changes, options] of yaml) {
  test(`YAML: ${title}`, () =>
    check((bytes, all) => editYaml(bytes, all, options), before, edits, after, changes))
}

function check(
  edit: (bytes: Uint8Array, edits: DataEdit[]) => ReturnType<typeof editJson>,
  before: string,
  edits: DataEdit[],
  after: string,
  changes: string[],
) {
  const result = edit(Buffer.from(before), edits)
  assert.is(Buffer.from(result.bytes).toString(), after)
  assert.equal(
    result.changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
    changes,
  )
  const again = edits.filter((each) => !('remove' in each) || !/\d$/.test(String(each.remove)))
  assert.equal(
    edit(
      result.bytes,
      again.filter((each) => 'set' in each || 'merge' in each || 'include' in each).slice(0, 1),
    ).changes,
    [],
  )
}

test('of an edit with a secret, no values are shown, nor is a value whose name says that it is one', () => {
  const shown = JSON.stringify([
    editJson(Buffer.from('{"key": "old1"}'), [{ set: '/key', value: secret('hunter2') }]).changes,
    editYaml(Buffer.from('a: {password: old1}\n'), [{ set: '/a', value: { password: 'plain2' } }]).changes,
    editYaml(Buffer.from('password: old1\n'), [{ set: '/password', value: 'plain2' }]).changes,
  ])
  assert.not.match(shown, /old1|hunter2|plain2/)
})

const refused: [title: string, action: () => unknown, code: string, says: RegExp][] = [
  [
    'what is no JSON',
    () => editJson(Buffer.from('{"a":1,\n "b" 2}'), [{ remove: '/a' }]),
    'E_JSON',
    /Line 2:6: colon expected, found 2/,
  ],
  [
    'JSON in Latin-1',
    () => editJson(Buffer.from('{"a":"\xe9"}', 'latin1'), [{ remove: '/a' }]),
    'E_JSON_ENCODING',
    /not UTF-8/,
  ],
  [
    'a value inside a number',
    () => editJson(Buffer.from('{"a":{"b":5}}'), [{ set: '/a/b/c', value: 1 }]),
    'E_DATA_NO_MATCH',
    /a\.b is the number 5, but must be an object/,
  ],
  [
    'an index beyond the end',
    () => editJson(Buffer.from('[1]'), [{ set: '/5', value: 1 }]),
    'E_DATA_NO_MATCH',
    /has 1 items, so there can be no item 5/,
  ],
  [
    'members that two items have',
    () => editJson(Buffer.from('[{"a":1},{"a":1}]'), [{ remove: [{ a: 1 }] }]),
    'E_DATA_AMBIGUOUS',
    /has 2 items with \{"a":1\} \(0, 1\)/,
  ],
  [
    'a pointer without a slash',
    () => editJson(Buffer.from('{}'), [{ remove: 'a.b' }]),
    'E_JSON_EDIT',
    /edits\[0\]\.remove: expected a JSON Pointer/,
  ],
  [
    'what is no YAML',
    () => editYaml(Buffer.from('a: 1\n b: 2\n'), [{ remove: '/a' }]),
    'E_YAML',
    /Line 1:4: Nested mappings/,
  ],
  [
    'several documents',
    () => editYaml(Buffer.from('a: 1\n---\nb: 2\n'), [{ remove: '/a' }]),
    'E_YAML_DOCUMENTS',
    /has 2 documents, and document does not say/,
  ],
  [
    'a value that an alias repeats',
    () => editYaml(Buffer.from('a: &x 1\nb: *x\n'), [{ set: '/a', value: 2 }]),
    'E_YAML_EDIT',
    /a cannot be edited without changing other values/,
  ],
  [
    'what is inside an alias',
    () => editYaml(Buffer.from('a: &b\n  k: 1\nm: *b\n'), [{ set: '/m/k', value: 2 }]),
    'E_YAML_ALIAS',
    /m is the alias \*b \(line 3\)/,
  ],
  [
    'a merged key that is to go',
    () => editYaml(Buffer.from('a: &b {k: 1}\nm:\n  <<: *b\n'), [{ remove: '/m/k' }]),
    'E_YAML_ALIAS',
    /m\.k comes from a map that is merged in/,
  ],
]

for (const [title, action, code, says] of refused) {
  test(`${title} is refused`, () => {
    assert.throws(
      action,
      (error: { code: string; message: string }) => error.code === code && says.test(error.message),
    )
  })
}

test('a key that is a collection makes Node.js print no warning', async () => {
  const warnings: Error[] = []
  const listener = (warning: Error) => warnings.push(warning)
  process.on('warning', listener)
  const { bytes } = editYaml(Buffer.from('x: {{ name }}\nb: 1\n'), [{ set: '/b', value: 2 }])
  await new Promise(setImmediate)
  process.off('warning', listener)
  assert.is(Buffer.from(bytes).toString(), 'x: {{ name }}\nb: 2\n')
  assert.equal(warnings, [])
})

test.run()
