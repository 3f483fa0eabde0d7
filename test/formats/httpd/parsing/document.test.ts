// Parsing httpd configurations: lines, words, nesting, and errors with line numbers.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { renderValue } from '../../../../src/formats/httpd/editing/render.ts'
import { parseHttpd, textOf } from '../../../../src/formats/httpd/parsing/document.ts'
import { scanLines } from '../../../../src/formats/httpd/parsing/line.ts'
import { argumentsOf } from '../../../../src/formats/httpd/parsing/words.ts'
import { httpdFile, oneOf, randomNumbers, stockHttpdConf } from '../fixtures.ts'

const kinds: [title: string, text: string, kinds: string][] = [
  ['a comment is one at the start of a line only', '#a\n  # b\nA # c\n', 'comment comment directive:a'],
  ['sections', '<X a>\n</X>\n< />\n', 'open:x close:x open:'],
  ['a section without arguments', '<RequireAll>\n</RequireAll >\n', 'open:requireall close:requireall'],
  ['blank lines', '\n \t\v\f\r\n', 'blank blank'],
  ['a joined line', 'A \\\n b \\\r\n c\nB\n', 'directive:a directive:b'],
  ['a joined comment', '# a \\\nListen 80\n', 'comment'],
  ['a blank after the backslash joins nothing', 'A \\ \nB\n', 'directive:a directive:b'],
  ['two backslashes join as well', 'A \\\\\nB\n', 'directive:a'],
  ['a backslash at the end of the file', 'A\\', 'directive:a\\'],
  ['a name in a joined line', ' \\\n  A 1\n', 'directive:a'],
  ['a name split by a join', 'Lis\\\nten 80\n', 'directive:listen'],
  ['a quoted name', '"Listen" 80\n', 'directive:listen'],
  ['a lone CR ends no line', 'A 1\rB 2\n', 'directive:a'],
]

for (const [title, text, expected] of kinds) {
  test(`lines: ${title}`, () => {
    const lines = scanLines(text)
    assert.is(
      lines
        .map(({ kind, name }) => (kind === 'comment' || kind === 'blank' ? kind : `${kind}:${name}`))
        .join(' '),
      expected,
    )
    assert.is(lines.map(({ raw }) => raw).join(''), text)
  })
}

const words: [line: string, args: string[]][] = [
  ['A b  c\t"d e" \'f g\'', ['b', 'c', 'd e', 'f g']],
  ['A "b\\"c\\\\d\\e"', ['b"c\\d\\e']],
  ["A 'b\\'c\"d'", ['b\'c"d']],
  ['A \\"b\\\\c', ['\\"b\\c']],
  ['A "b"c', ['b', 'c']],
  ['A b"c d"', ['b"c', 'd"']],
  ['A "b c  ', ['b c']],
  ['A "" x', ['', 'x']],
  ['A "', ['']],
  ['A $%{X}/b', ['$%{X}/b']],
  ['<If "%{A} > 3">', ['%{A} > 3']],
  ['<Directory "/a b" >', ['/a b']],
  ['<Directory /> # x', ['/']],
  ['<RequireAll>', []],
  ['A b\\\n c', ['b', 'c']],
  ['A b\\\nc', ['bc']],
]

for (const [line, args] of words) {
  test(`words of ${JSON.stringify(line)}`, () => {
    assert.equal(
      argumentsOf(scanLines(line)[0]!).map(({ value }) => value),
      args,
    )
  })
}

test('a value that is written is read as it was, in any quote', () => {
  const random = randomNumbers(7)
  const signs = ['a', ' ', '\\', '"', "'", '>', '#', '\t', 'é', '가', '$']
  for (let round = 0; round < 3000; round++) {
    const value = Array.from({ length: random(7) }, () => oneOf(random, signs)).join('')
    const quote = oneOf(random, ['', '"', "'"] as const)
    const line = `A x ${renderValue(value, quote)} y\n`
    const lines = scanLines(line)
    assert.is(lines.length, 1)
    assert.equal(
      argumentsOf(lines[0]!).map((word) => word.value),
      ['x', value, 'y'],
      JSON.stringify(value),
    )
    assert.is(scanLines(`A ${renderValue(value, quote)}\nB\n`).length, 2)
  }
})

const errors: [title: string, text: string, message: string][] = [
  [
    'a section that is not closed',
    '# x\n<Directory />\nA\n',
    'Line 2: <Directory /> is not closed: </Directory> expected, found the end of the file.',
  ],
  [
    'a closing that does not match',
    'A \\\n1\n<Directory />\n</IfModule>\n',
    'Line 4: </Directory> expected (opened on line 3), found </IfModule>.',
  ],
  ['a closing of nothing', 'A\n\n</Files>\n', 'Line 3: </Files> closes nothing: no section is open.'],
  ['an opening without end', '<Directory /x\n</Directory>\n', 'Line 1: ">" expected to end <Directory.'],
  ['an opening that ends too early', '<X> a\n</X>\n', 'Line 1: ">" expected to end <X.'],
  ['a closing without end', '<X a>\n</X\n', 'Line 2: ">" expected to end </X.'],
  ['a blank before the end of a closing', '<X a>\n</X >\n', 'Line 2: ">" expected to end </X.'],
  ['a section without a name', '<>\n', 'Line 1: The name of a section expected after "<".'],
]

for (const [title, text, message] of errors) {
  test(`${title} is refused with its line`, () => {
    assert.throws(
      () => parseHttpd({ text, encoding: 'utf8', bom: '' }),
      (error: { code: string; message: string }) => {
        assert.is(error.message, message)
        return error.code === 'E_HTTPD'
      },
    )
  })
}

test("httpd's own files are read, and their sections nest", () => {
  for (const path of ['2.4.68/httpd.conf', '2.4.68/httpd-vhosts.conf']) {
    const text = httpdFile(path).toString()
    assert.is(textOf(parseHttpd({ text, encoding: 'utf8', bom: '' })), text)
  }
  const { lines, closes } = parseHttpd({ text: stockHttpdConf(), encoding: 'utf8', bom: '' })
  const inner = lines.findIndex(({ raw }) => raw.includes('combinedio') && !raw.includes('#'))
  const around = lines.filter(({ kind }, index) => kind === 'open' && index < inner && closes[index]! > inner)
  assert.equal(
    around.map(({ raw }) => raw.trim()),
    ['<IfModule log_config_module>', '<IfModule logio_module>'],
  )
})

test.run()
