// Every kind of edit of an httpd configuration, and that a second run changes nothing.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { editHttpd, type HttpdEdit } from '../../src/formats/httpd.ts'

const inUnixd = [{ name: 'IfModule', args: ['unixd_module'] }]
const denied = { name: 'Require', args: ['all', 'denied'] }

// `undefined`: nothing is to be done.
const rows: [title: string, before: string, edit: HttpdEdit, after: string | undefined][] = [
  ['set changes an argument', 'Timeout 300\n', { set: 'Timeout', args: [60] }, 'Timeout 60\n'],
  ['set leaves what holds', 'Timeout 60\n', { set: 'Timeout', args: [60] }, undefined],
  ['names are without case', 'TIMEOUT 300\n', { set: 'timeout', args: [60] }, 'TIMEOUT 60\n'],
  ['set adds a missing one at the end', 'A 1\n', { set: 'Timeout', args: [60] }, 'A 1\nTimeout 60\n'],
  ['a last line without end gets one first', 'A 1', { set: 'B', args: [2] }, 'A 1\nB 2\n'],
  ['an empty file gets the line', '', { set: 'B', args: [2] }, 'B 2\n'],
  ['true and false are on and off', 'KeepAlive off\n', { set: 'KeepAlive', args: [true] }, 'KeepAlive on\n'],
  ['of several the last is changed', 'A 1\nA 2\n', { set: 'A', args: [3] }, 'A 1\nA 3\n'],
  [
    'of several the last must hold',
    'Timeout 60\nTimeout 5\n',
    { set: 'Timeout', args: [60] },
    'Timeout 60\nTimeout 60\n',
  ],
  ['layout between arguments stays', '  A   x \t y  \n', { set: 'A', args: ['x', 'z'] }, '  A   x \t z  \n'],
  ['quotes stay', 'ErrorLog "logs/a"\n', { set: 'ErrorLog', args: ['logs/b'] }, 'ErrorLog "logs/b"\n'],
  ['single quotes stay', "A 'it'\n", { set: 'A', args: ["it's"] }, "A 'it\\'s'\n"],
  ['quotes mean nothing', 'A \'x\' "y"\n', { set: 'A', args: ['x', 'y'] }, undefined],
  [
    'an escape means what it escapes',
    'A "a \\"b\\" \\\\c \\d"\n',
    { set: 'A', args: ['a "b" \\c \\d'] },
    undefined,
  ],
  ['quotes are put where they are needed', '', { set: 'A', args: ['a b', '', 'c"d'] }, 'A "a b" "" c"d\n'],
  ['a backslash at the end does not join lines', '', { set: 'A', args: ['C:\\dir\\'] }, 'A "C:\\dir\\\\"\n'],
  ['arguments are added', 'A x\n', { set: 'A', args: ['x', 'y z'] }, 'A x "y z"\n'],
  ['arguments are taken away', 'A x "y z" w \n', { set: 'A', args: ['x'] }, 'A x \n'],
  ['all arguments are taken away', 'A x\n', { set: 'A' }, 'A\n'],
  [
    'a quote that is not closed runs to the end of the line',
    'A x "y z\n',
    { set: 'A', args: ['x', 'y z', 'w'] },
    'A x "y z" w\n',
  ],
  ['joined lines are one', 'A x \\\n  y\n', { set: 'A', args: ['x', 'z'] }, 'A x \\\n  z\n'],
  ['a line may be joined within a word', 'A fo\\\no\n', { set: 'A', args: ['foo'] }, undefined],
  ['joined in CRLF', 'A x \\\r\n  y\r\n', { set: 'A', args: ['z', 'y'] }, 'A z \\\r\n  y\r\n'],
  ['a joined comment takes the next line in', '# x \\\nA 1\n', { set: 'A', args: [1] }, '# x \\\nA 1\nA 1\n'],
  [
    'a line that joins the end of the file is ended first',
    'A 1 \\\n',
    { set: 'B', args: [2] },
    'A 1 \\\n\nB 2\n',
  ],
  [
    'a line without line end that joins the end of the file is ended first',
    'A 1 \\',
    { set: 'B', args: [2] },
    'A 1 \\\n\nB 2\n',
  ],
  ['no comment ends a line', 'A 1 # 2\n', { set: 'A', args: [1, '#', 2] }, undefined],

  [
    'Listen is told apart by its argument',
    'Listen 80\n',
    { set: 'Listen', args: [443] },
    'Listen 80\nListen 443\n',
  ],
  ['key 0 makes it one', 'Listen 80\n', { set: 'Listen', args: [8080], key: 0 }, 'Listen 8080\n'],
  [
    'ErrorDocument by its status',
    'ErrorDocument 404 /a\nErrorDocument 500 /b\n',
    { set: 'ErrorDocument', args: [404, '/c'] },
    'ErrorDocument 404 /c\nErrorDocument 500 /b\n',
  ],
  [
    'LogFormat by its nickname, the last argument',
    'LogFormat "%h" a\nLogFormat "%h" b\n',
    { set: 'LogFormat', args: ['%h "%r"', 'a'] },
    'LogFormat "%h \\"%r\\"" a\nLogFormat "%h" b\n',
  ],
  [
    'Header by action and name',
    'Header set A 1\nHeader set B 2\n',
    { set: 'Header', args: ['set', 'B', 3] },
    'Header set A 1\nHeader set B 3\n',
  ],
  [
    'Header always by one argument more',
    'Header always set A 1\n',
    { set: 'Header', args: ['always', 'set', 'B', 3] },
    'Header always set A 1\nHeader always set B 3\n',
  ],
  [
    'Redirect by its path, after a status if it has one',
    'Redirect permanent /a http://x/\n',
    { set: 'Redirect', args: ['permanent', '/b', 'http://y/'] },
    'Redirect permanent /a http://x/\nRedirect permanent /b http://y/\n',
  ],
  [
    'Require by all of it',
    '<X>\n  Require ip 1\n</X>\n',
    { set: 'Require', args: ['ip', 2], in: [{ name: 'X' }] },
    '<X>\n  Require ip 1\n  Require ip 2\n</X>\n',
  ],
  ['a key of your own', 'P a 1\nP b 1\n', { set: 'P', args: ['b', 2], key: 1 }, 'P a 1\nP b 2\n'],

  ['a commented-out one is enabled in place', 'A\n#T 5\nB\n', { set: 'T', args: [5] }, 'A\nT 5\nB\n'],
  ['and given its arguments', '#T 300\n', { set: 'T', args: [5] }, 'T 5\n'],
  ['a live one is preferred', '#T 5\nT 300\n', { set: 'T', args: [5] }, '#T 5\nT 5\n'],
  [
    'the commented-out one with the same arguments is preferred',
    '#E 404 /a\n#E 404 /b\n',
    { set: 'E', args: [404, '/b'], key: 1 },
    '#E 404 /a\nE 404 /b\n',
  ],
  [
    'a commented-out one keeps its indentation',
    '<X>\n  #T 5\n</X>\n',
    { set: 'T', args: [5], in: [{ name: 'X' }] },
    '<X>\n  T 5\n</X>\n',
  ],
  [
    'a blank after # is prose',
    '# Timeout says how long\n',
    { set: 'Timeout', args: [5] },
    '# Timeout says how long\nTimeout 5\n',
  ],
  [
    'a blank after # is code if its arguments match and it ends the comment',
    '# Virtual hosts\n# Include conf/v.conf\n\nA\n',
    { set: 'Include', args: ['conf/v.conf'] },
    '# Virtual hosts\nInclude conf/v.conf\n\nA\n',
  ],
  [
    'an example inside of prose is prose',
    '# Example:\n# LoadModule foo_module modules/mod_foo.so\n#\n',
    { set: 'LoadModule', args: ['foo_module', 'modules/mod_foo.so'] },
    '# Example:\n# LoadModule foo_module modules/mod_foo.so\n#\nLoadModule foo_module modules/mod_foo.so\n',
  ],
  [
    'a name that only begins alike is another',
    '#TimeoutX 5\n',
    { set: 'Timeout', args: [5] },
    '#TimeoutX 5\nTimeout 5\n',
  ],
  ['a joined comment is enabled whole', '#A x \\\n#  y\n', { set: 'A', args: ['x', 'y'] }, 'A x \\\n  y\n'],

  [
    'in a section',
    'User a\n<IfModule unixd_module>\nUser daemon\n</IfModule>\n',
    { set: 'User', args: ['ecs'], in: inUnixd },
    'User a\n<IfModule unixd_module>\nUser ecs\n</IfModule>\n',
  ],
  [
    'sections are found by name without case and arguments without quotes',
    '<ifmodule "unixd_module" >\nUser daemon\n</IFMODULE>\n',
    { set: 'User', args: ['ecs'], in: inUnixd },
    '<ifmodule "unixd_module" >\nUser ecs\n</IFMODULE>\n',
  ],
  [
    'the top level ends where a section begins',
    '<X>\nA 1\n</X>\n',
    { set: 'A', args: [2] },
    '<X>\nA 1\n</X>\nA 2\n',
  ],
  [
    'a new one in a section follows its indentation',
    '<X>\n\t<Y>\n\t\tA 1\n\t</Y>\n</X>\n',
    { set: 'B', args: [2], in: [{ name: 'X' }, { name: 'Y' }] },
    '<X>\n\t<Y>\n\t\tA 1\n\t\tB 2\n\t</Y>\n</X>\n',
  ],
  [
    'in an empty section that of the file',
    '<X>\n  A 1\n</X>\n<Y>\n</Y>\n',
    { set: 'B', args: [2], in: [{ name: 'Y' }] },
    '<X>\n  A 1\n</X>\n<Y>\n  B 2\n</Y>\n',
  ],

  ['after a directive', 'A 1\nB 2\n', { set: 'N', args: [0], place: { after: 'A' } }, 'A 1\nN 0\nB 2\n'],
  [
    'after the last of several',
    'A 1\nA 2\nB\n',
    { set: 'N', args: [0], place: { after: 'A' } },
    'A 1\nA 2\nN 0\nB\n',
  ],
  [
    'before the first of several',
    'B\nA 1\nA 2\n',
    { set: 'N', args: [0], place: { before: 'A' } },
    'B\nN 0\nA 1\nA 2\n',
  ],
  [
    'after a section',
    '<X 1>\nA\n</X>\nB\n',
    { set: 'N', args: [0], place: { after: { name: 'X', args: [1] } } },
    '<X 1>\nA\n</X>\nN 0\nB\n',
  ],
  [
    'after one that is commented out',
    '#ServerName x\nB\n',
    { set: 'N', args: [0], place: { after: 'ServerName' } },
    '#ServerName x\nN 0\nB\n',
  ],
  [
    'the first place that is there',
    'B\n',
    { set: 'N', args: [0], place: [{ after: 'A' }, 'first'] },
    'N 0\nB\n',
  ],
  [
    'first in a section',
    '<X>\n A\n</X>\n',
    { set: 'N', in: [{ name: 'X' }], place: 'first' },
    '<X>\n N\n A\n</X>\n',
  ],
  [
    'by itself after the last of its name',
    'Listen 80\nB\n',
    { set: 'Listen', args: [81] },
    'Listen 80\nListen 81\nB\n',
  ],
  [
    'CRLF is used for a new line',
    'A 1\r\nB 2\r\n',
    { set: 'N', args: [0], place: { after: 'A' } },
    'A 1\r\nN 0\r\nB 2\r\n',
  ],

  [
    'uncomment takes the # away',
    '#LoadModule a x/a.so\n',
    { uncomment: 'LoadModule', args: ['a'] },
    'LoadModule a x/a.so\n',
  ],
  ['uncomment leaves a live one', '#L a 1\nL a 2\n', { uncomment: 'L', args: ['a'] }, undefined],
  [
    'uncomment brings a section to life, and leaves its comments',
    '#<Location /s>\n#    SetHandler s\n#    # why\n#\n#</Location>\nA\n',
    { uncomment: 'Location', args: ['/s'] },
    '<Location /s>\n    SetHandler s\n    # why\n\n</Location>\nA\n',
  ],
  ['comment puts a # before it', '  A 1\nA 2\n', { comment: 'A', args: [1] }, '  #A 1\nA 2\n'],
  ['comment takes all that match', 'A 1\nB\nA 2\n', { comment: 'A' }, '#A 1\nB\n#A 2\n'],
  ['comment leaves what is commented out', '#A 1\n', { comment: 'A', args: [1] }, undefined],
  ['comment of joined lines', 'A \\\n  1\n', { comment: 'A' }, '#A \\\n  #1\n'],
  [
    'comment of a section',
    '<X>\n  A 1\n\n  # why\n</X>\n',
    { comment: 'X' },
    '#<X>\n  #A 1\n\n  ## why\n#</X>\n',
  ],
  ['remove takes the line', 'A 1\nB 2\nA 3\n', { remove: 'A', args: [1] }, 'B 2\nA 3\n'],
  ['remove takes all that match', 'A 1\nB 2\nA 3\n', { remove: 'A' }, 'B 2\n'],
  ['removing what is not there changes nothing', '#A 1\n', { remove: 'A' }, undefined],
  ['remove where there is no such section', 'A\n', { remove: 'A', in: [{ name: 'X' }] }, undefined],
  [
    'remove of a section takes one blank line with it',
    'A\n\n<X 1>\n B\n</X>\n\nC\n',
    { remove: 'X' },
    'A\n\nC\n',
  ],

  [
    'a missing section is made, with blank lines around it',
    'A\n<D />\n    R\n</D>\nB\n',
    { section: 'D', args: ['/x y'], content: [denied, { name: 'L', args: ['G'], content: [denied] }] },
    'A\n<D />\n    R\n</D>\n\n<D "/x y">\n    Require all denied\n    <L G>\n        Require all denied\n    </L>\n</D>\n\nB\n',
  ],
  [
    'a section that means the same is left as it is',
    '<Directory "/x">\n\n  # why\n\trequire  all "denied"\n</Directory>\n',
    { section: 'directory', args: ['/x'], content: [denied] },
    undefined,
  ],
  [
    'only what differs in it is touched; comments stay',
    '<D /x>\n  # one\n  A 1\n  # two\n  B 2\n  C 3\n</D>\n',
    {
      section: 'D',
      args: ['/x'],
      content: [{ name: 'A', args: [1] }, { name: 'N' }, { name: 'C', args: [4] }],
    },
    '<D /x>\n  # one\n  A 1\n  N\n  # two\n  C 4\n</D>\n',
  ],
  [
    'a section inside is compared too',
    '<D>\n  <L GET>\n    A 1\n  </L>\n</D>\n',
    { section: 'D', content: [{ name: 'L', args: ['GET'], content: [{ name: 'A', args: [2] }] }] },
    '<D>\n  <L GET>\n    A 2\n  </L>\n</D>\n',
  ],
  [
    'a section of other arguments inside is another',
    '<D>\n  <L GET>\n    A 1\n  </L>\n</D>\n',
    { section: 'D', content: [{ name: 'L', args: ['PUT'], content: [{ name: 'A', args: [1] }] }] },
    '<D>\n  <L PUT>\n    A 1\n  </L>\n</D>\n',
  ],
  [
    'the order of what is in it counts',
    '<D>\n  B\n  A\n</D>\n',
    { section: 'D', content: [{ name: 'A' }, { name: 'B' }] },
    '<D>\n  A\n  B\n</D>\n',
  ],
  [
    'others are kept where that is asked for',
    '<D /x>\n  A 1\n  B 2\n</D>\n',
    { section: 'D', args: ['/x'], keepsOthers: true, content: [{ name: 'B', args: [3] }, { name: 'N' }] },
    '<D /x>\n  A 1\n  B 3\n  N\n</D>\n',
  ],
  [
    'of several the one that means it already is meant',
    '<D />\n  A 1\n</D>\n<D />\n  B 2\n</D>\n',
    { section: 'D', args: ['/'], content: [{ name: 'B', args: [2] }] },
    undefined,
  ],
  [
    'else the one that holds some of it',
    '<D />\n  A 1\n</D>\n<D />\n  B 1\n</D>\n',
    { section: 'D', args: ['/'], content: [{ name: 'B', args: [2] }] },
    '<D />\n  A 1\n</D>\n<D />\n  B 2\n</D>\n',
  ],
  [
    'having says which; where none has it, a new one is made',
    '<D />\n  A 1\n</D>\n',
    { section: 'D', args: ['/'], having: 'B', content: [{ name: 'B', args: [2] }] },
    '<D />\n  A 1\n</D>\n\n<D />\n  B 2\n</D>\n',
  ],
  [
    'having among several',
    '<D />\n  A 1\n</D>\n<D />\n  A 2\n</D>\n',
    {
      section: 'D',
      args: ['/'],
      having: { name: 'A', args: [1] },
      keepsOthers: true,
      content: [{ name: 'B' }],
    },
    '<D />\n  A 1\n  B\n</D>\n<D />\n  A 2\n</D>\n',
  ],
  [
    'only makes the first the only one',
    '<D />\n  A 1\n</D>\n\n<D />\n  B 1\n</D>\n\n<E>\n</E>\n',
    { section: 'D', args: ['/'], only: true, content: [{ name: 'B', args: [2] }] },
    '<D />\n  B 2\n</D>\n\n<E>\n</E>\n',
  ],
  [
    'only leaves the one that means this already',
    '<D />\n  A 1\n</D>\n<D />\n  B 2\n</D>\n',
    { section: 'D', args: ['/'], only: true, content: [{ name: 'B', args: [2] }] },
    '<D />\n  B 2\n</D>\n',
  ],
  [
    'a section in a section',
    '<V>\n  A\n</V>\n',
    { section: 'D', content: [{ name: 'B' }], in: [{ name: 'V' }] },
    '<V>\n  A\n  <D>\n    B\n  </D>\n</V>\n',
  ],
]

for (const [title, before, edit, after] of rows) {
  test(`${title}`, () => {
    const result = edited(before, [edit])
    assert.is(result.text, after ?? before)
    assert.is(result.changes.length > 0, after !== undefined)
    const again = edited(result.text, [edit])
    assert.is(again.text, result.text)
    assert.equal(again.changes, [], 'a second time must need nothing')
  })
}

test('two sections that say one thing together serve again and again', () => {
  const edits: HttpdEdit[] = [
    { section: 'D', args: ['/'], having: 'Limit', content: [{ name: 'Limit', args: [5] }] },
    { section: 'D', args: ['/'], having: 'Except', content: [{ name: 'Except', content: [denied] }] },
  ]
  const { text } = edited('<D />\n    Require all denied\n</D>\n', edits)
  assert.is(text.match(/<D \/>/g)?.length, 3)
  assert.equal(edited(text, edits).changes, [])
})

test('comment and uncomment undo each other, for sections with comments and joined lines too', () => {
  const before = '<X a>\n  A 1 \\\n    2\n  # why\n\n  <Y>\n    B\n  </Y>\n</X>\n#B 2\nC\n'
  const commented = edited(before, [{ comment: 'X', args: ['a'] }]).text
  assert.is(edited(commented, [{ uncomment: 'X', args: ['a'] }]).text, before)
})

test('a value that changes is found again: the same edits with other values change only that', () => {
  const edits = (port: number, limit: number): HttpdEdit[] => [
    { set: 'Listen', args: [port], key: 0 },
    { section: 'D', args: ['/'], content: [{ name: 'Limit', args: [limit] }] },
  ]
  const first = edited('Listen 80\n', edits(8080, 1)).text
  const second = edited(first, edits(8081, 2))
  assert.is(second.text, first.replace('8080', '8081').replace('Limit 1', 'Limit 2'))
  assert.equal(second.changes, [
    { what: 'Listen', from: '8080', to: '8081' },
    { what: '<D /> Limit', from: '1', to: '2' },
  ])
})

const reported: [title: string, before: string, edit: HttpdEdit, change: string][] = [
  ['a new directive', '', { set: 'Timeout', args: [60] }, 'Timeout: absent → 60'],
  ['its key is part of its name', '', { set: 'LoadModule', args: ['a', 'b'] }, 'LoadModule a: absent → b'],
  ['one that is all key', '', { set: 'Include', args: ['x y'] }, 'Include "x y": absent → present'],
  ['an enabled one', '#Include x\n', { set: 'Include', args: ['x'] }, 'Include x: commented out → live'],
  ['what was commented', 'A 1\n', { comment: 'A' }, 'A: live → commented out'],
  ['what was removed', 'A 1 2\n', { remove: 'A', args: [1] }, 'A 1: 1 2 → removed'],
  [
    'a section',
    '',
    { section: 'D', args: ['/x'], content: [{ name: 'A' }, { name: 'B' }] },
    '<D /x>: absent → A, B',
  ],
  [
    'what is in a section',
    '<D /x>\nA 1\n</D>\n',
    { section: 'D', args: ['/x'], content: [] },
    '<D /x> A: 1 → removed',
  ],
  [
    'a password is not shown',
    'AuthLDAPBindPassword old\n',
    { set: 'AuthLDAPBindPassword', args: ['new'] },
    'AuthLDAPBindPassword: (hidden) → (hidden)',
  ],
]

for (const [title, before, edit, change] of reported) {
  test(`changes tell of ${title}`, () => {
    assert.equal(
      edited(before, [edit]).changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
      [change],
    )
  })
}

const errors: [title: string, before: string, edit: HttpdEdit, code: string, says: RegExp][] = [
  [
    'uncomment of what is nowhere',
    'LoadModule a x\n',
    { uncomment: 'LoadModule', args: ['b'] },
    'E_HTTPD_NO_MATCH',
    /^There is no LoadModule b at the top level, live or commented out\.$/,
  ],
  [
    'comment of what is nowhere',
    'A\n',
    { comment: 'B', in: [] },
    'E_HTTPD_NO_MATCH',
    /^There is no B at the top level/,
  ],
  [
    'a section of the path',
    '<IfModule a>\n</IfModule>\n',
    { set: 'User', args: ['x'], in: inUnixd },
    'E_HTTPD_NO_MATCH',
    /^There is no section <IfModule unixd_module>\.$/,
  ],
  [
    'a place',
    'A\n',
    { set: 'N', place: { after: { name: 'B', args: [1] } } },
    'E_HTTPD_NO_MATCH',
    /^There is no B 1 at/,
  ],
  [
    'sections that cannot be told apart',
    '<D />\nA\n</D>\n<D />\nA 1\n</D>\n',
    { section: 'D', args: ['/'], content: [{ name: 'A', args: [2] }] },
    'E_HTTPD_AMBIGUOUS',
    /^2 sections match <D \/> \(lines 1, 4\)\.$/,
  ],
  [
    'a line break in a value',
    '',
    { set: 'A', args: ['x\ny'] },
    'E_HTTPD_EDIT',
    /^"x\\ny" cannot be an argument/,
  ],
  ['a name that is none', '', { set: 'A b' }, 'E_HTTPD_EDIT', /^"A b" is not the name/],
  ['a name in brackets', '', { section: '<D>', content: [] }, 'E_HTTPD_EDIT', /^"<D>" is not the name/],
]

for (const [title, before, edit, code, says] of errors) {
  test(`${title} is refused with ${code}`, () => {
    assert.throws(
      () => edited(before, [edit]),
      (error: { code: string; message: string }) => error.code === code && says.test(error.message),
    )
  })
}

test('the existing names are listed below an error', () => {
  try {
    edited('A 1\n<X>\nB 2\n</X>\n', [{ uncomment: 'B' }])
    assert.unreachable()
  } catch (error) {
    assert.equal((error as { details: string[] }).details, ['line 3: B 2'])
  }
})

function edited(text: string, edits: readonly HttpdEdit[]) {
  const { bytes, changes } = editHttpd(Buffer.from(text), edits)
  return { text: Buffer.from(bytes).toString(), changes }
}

test.run()
