// The selector language: what each form matches, and errors with their column.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { parseXml } from '../../../../src/formats/xml/parsing/document.ts'
import { lineAt } from '../../../../src/formats/xml/parsing/error.ts'
import { select } from '../../../../src/formats/xml/selecting/select.ts'
import { parseSelector } from '../../../../src/formats/xml/selecting/selector.ts'
import type { PlaybookError } from '../../../../src/model/errors/error.ts'

// One node a line, so that a line number names it.
const sampleXml = `<!-- top -->
<r xmlns="urn:d" xmlns:p="urn:p" a="1">
<s n="x" m="it's">
<c port="80" on="true"/>
<c port="443"/>
<!-- <c port="8009"/> AJP -->
<p:c port="9"/>
</s>
<s n="y">
<c port="80"><k>one</k><v> deep  text </v></c>
<c port="5" on=""/>
</s>
<c port="x &amp; y"/>
</r>
`

const rows: [selector: string, lines: number[]][] = [
  ['/r', [2]],
  ['r', [2]],
  ['/r/s', [3, 9]],
  ['/r/s/c', [4, 5, 10, 11]],
  ['//c', [4, 5, 10, 11, 13]],
  ['/r//c', [4, 5, 10, 11, 13]],
  ['//s//k', [10]],
  ['/r/*', [3, 9, 13]],
  ['//p:c', [7]],
  ['/x', []],
  ["/r/s[@n='x']", [3]],
  ['/r/s[@n="y"]/c[@port=\'80\']', [10]],
  ["//c[@port='80']", [4, 10]],
  ["//c[@port='80'][2]", []],
  ['/r/s/c[1]', [4, 10]],
  ['//c[1]', [4, 10, 13]],
  ['//c[last()]', [5, 11, 13]],
  ['/r/s[last()]/c[2]', [11]],
  ['//s[last()=1]', []],
  ['/r/c[last()=1]', [13]],
  ['//c[position()<2]', [4, 10, 13]],
  ['//c[@on]', [4, 11]],
  ['//c[not(@on)]', [5, 10, 13]],
  ["//c[@on!='']", [4]],
  ["//c[@port='80' and @on]", [4]],
  ["//c[@port='80' or @port='443'][not(@on)]", [5, 10]],
  ["//c[(@port='443' or @port='5') and not(@on='')]", [5]],
  ['//c[@port > 100]', [5]],
  ['//c[@port<=5]', [11]],
  ['//c[@port=80]', [4, 10]],
  ["//c[@port='x & y']", [13]],
  ["//c[contains(@port, '4')]", [5]],
  ["//c[starts-with(@port, '8')]", [4, 10]],
  ["//c[k='one']", [10]],
  ["//c[k='two']", []],
  ["//s[c/@port='443']", [3]],
  ['//s[c/k]', [9]],
  ["//c[normalize-space(v)='deep text']", [10]],
  ["//v[.=' deep  text ']", [10]],
  ["//v[contains(text(), 'deep')]", [10]],
  ['comment()', [1]],
  ['//comment()', [1, 6]],
  ["//comment()[contains(.,'AJP')]", [6]],
  ['//s[comment()]', [3]],
  ['//s[@m="it\'s"]', [3]],
  [' / r / s [ @n = "x" ] ', [3]],
]

const document = parseXml({ text: sampleXml, encoding: 'utf-8', bom: false })

for (const [selector, lines] of rows) {
  test(`${selector} matches ${lines.length ? `line ${lines.join(', ')}` : 'nothing'}`, () => {
    const nodes = select(document, parseSelector(selector))
    assert.equal(
      nodes.map((node) => lineAt(sampleXml, node.start)),
      lines,
    )
  })
}

test('a path without a leading slash starts at the element it is relative to', () => {
  const [, second] = select(document, parseSelector('/r/s'))
  const from = second as Extract<typeof second, { kind: 'element' }>
  assert.equal(
    select(document, parseSelector('c[@on]'), from).map((node) => lineAt(sampleXml, node.start)),
    [11],
  )
  assert.equal(
    select(document, parseSelector('/r/c'), from).map((node) => lineAt(sampleXml, node.start)),
    [13],
  )
})

const errors: [selector: string, column: number, says: string][] = [
  ['', 0, 'A name, *, comment() or text() expected, found the end'],
  ['/', 1, 'expected, found the end'],
  ['/a/', 3, 'expected, found the end'],
  ['/a[', 3, 'expected, found the end'],
  ["/a[@b='c]", 6, "The string is not closed: ' expected"],
  ["/a[@b='c'", 9, '"]" expected, found the end'],
  ['/a[@]', 4, 'The name of an attribute expected, found "]"'],
  ['/a]', 2, '"/" or "[" expected, found "]"'],
  ['/a/@b', 2, '"/" or "[" expected, found "/@b"'],
  ['/a/following-sibling::b', 3, 'Axes are not supported'],
  ["/a[matches(@b,'c')]", 3, 'No function matches()'],
  ['/a[contains(@b)]', 3, 'contains() takes 2 values'],
  ['/a/node()', 3, 'No node test node()'],
  ['/a[/b]', 3, 'A path in a predicate starts at the node'],
  ['/a b', 3, '"/" or "[" expected, found "b"'],
]

for (const [selector, column, says] of errors) {
  test(`${selector || 'an empty selector'} is E_XML_SELECTOR with a caret under column ${column + 1}`, () => {
    assert.throws(
      () => parseSelector(selector),
      (error: PlaybookError) => {
        assert.is(error.code, 'E_XML_SELECTOR')
        assert.ok(error.message.includes(says), error.message)
        assert.equal(error.details, [selector, `${' '.repeat(column)}^`])
        return true
      },
    )
  })
}

test.run()
