// Parsing XML: exact spans, and errors with line and column.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { allElements } from '../../../../src/formats/xml/editing/layout.ts'
import { attributeValue, parseXml, stringValue } from '../../../../src/formats/xml/parsing/document.ts'
import type { XmlNode } from '../../../../src/formats/xml/parsing/node.ts'
import type { PlaybookError } from '../../../../src/model/errors/error.ts'
import { crlf, nastyXml, tomcatText } from '../fixtures.ts'

const parse = (text: string) => parseXml({ text, encoding: 'utf-8', bom: false })

for (const [name, text] of [
  ['a nasty document', nastyXml],
  ['a nasty document in CRLF', crlf(nastyXml)],
  ['server.xml', tomcatText('9.0.109/conf/server.xml')],
  ['web.xml in CRLF', crlf(tomcatText('9.0.109/conf/web.xml'))],
] as const) {
  test(`the nodes of ${name} cover it without gap or overlap`, () => {
    const document = parse(text)
    assert.is(covered(document.children, 0, text.length), text.length)
    for (const element of allElements(document.root)) {
      assert.ok(text.startsWith(`<${element.name}`, element.start))
      assert.is(text[element.end - 1], '>')
      for (const { name: attribute, start, valueStart, valueEnd, end } of element.attributes) {
        assert.ok(text.startsWith(attribute, start))
        assert.is(text[valueStart - 1], text[valueEnd])
        assert.is(end, valueEnd + 1)
      }
    }
  })
}

test('values mean what XML says, and an external entity is never resolved', () => {
  const document = parse(nastyXml)
  const [root, a, b, c] = allElements(document.root)
  assert.is(attributeValue(document, root!, 'a'), 'single "double" inside')
  assert.is(attributeValue(document, a!, 'two'), 'a > b')
  assert.is(attributeValue(document, a!, 'three'), '8080')
  assert.is(stringValue(document, b!), 'text & \u00e9t\u00e9 &outside; ]] >')
  assert.is(stringValue(document, c!), ' <not a="tag"> & ]]> ')
})

test('entities that grow without bound are left as they are written', () => {
  const levels = Array.from({ length: 20 }, (_, n) => `<!ENTITY e${n + 1} "${`&e${n};`.repeat(10)}">`)
  const document = parse(`<!DOCTYPE a [<!ENTITY e0 "ha">${levels.join('')}]><a b="&e20;"/>`)
  assert.ok(attributeValue(document, document.root, 'b')!.length < 200_000)
})

const errors: [title: string, text: string, says: string][] = [
  ['a wrong closing tag', '<a>\n  <b>\n  </a>', '3:3 </b> expected (opened at 2:3), found </a>.'],
  [
    'an element that is not closed',
    '<a>\n<b>',
    '2:1 <b> is not closed: </b> expected, found the end of the file.',
  ],
  ['a closing tag too many', '<a/></a>', '1:5 </a> closes nothing: no element is open.'],
  [
    'two roots',
    '<a/>\n<b/>',
    '2:1 A second root element <b>: <a> is closed already, and only one is allowed.',
  ],
  ['two roots with content', '<a></a><a></a>', '1:8 A second root element <a>'],
  ['no root', '<!-- only -->\n', '2:1 A root element expected, found none.'],
  ['an empty file', '', '1:1 A root element expected, found none.'],
  ['text before the root', 'x<a/>', '1:1 Text before the root element: only comments are allowed there.'],
  ['text after the root', '<a/>\n x', '2:2 Text after the root element'],
  ['a raw < in an attribute', '<a b="x<y"/>', '1:8 "<" in the value of the attribute b.'],
  ['a value that is not closed', '<a b="x>\n<c/></a>', '2:1 "<" in the value of the attribute b.'],
  [
    'a value that is not closed at all',
    '<a b="x',
    '1:6 The value of the attribute b is not closed: " expected.',
  ],
  ['an attribute without value', '<a b c="1"/>', '1:6 "=" expected after the attribute b, found "c="1"/>".'],
  [
    'an attribute without quotes',
    '<a b=1/>',
    '1:6 A quoted value expected for the attribute b, found "1/>".',
  ],
  ['an attribute twice', '<a b="1"\n b="2"/>', '2:2 <a> has the attribute b twice.'],
  ['attributes without a blank', '<a b="1"c="2"/>', '1:9 A blank expected before the attribute c.'],
  ['an undeclared entity', '<a>&nbsp;</a>', '1:4 The entity &nbsp; is not declared.'],
  ['an undeclared entity in an attribute', '<a b="x &foo;"/>', '1:9 The entity &foo; is not declared.'],
  ['a lone ampersand', '<a>x & y</a>', '1:6 A reference such as "&amp;" expected, found "& y</a>".'],
  ['a reference to nothing', '<a>&#0;</a>', '1:4 &#0; is not a character allowed in XML.'],
  ['a comment that is not closed', '<a>\n<!-- x</a>', '2:1 The comment is not closed: "-->" expected.'],
  ['two dashes in a comment', '<a><!-- x -- y --></a>', '1:11 "--" is not allowed inside a comment.'],
  ['CDATA that is not closed', '<a><![CDATA[x</a>', '1:4 "<![CDATA[" is not closed: "]]>" expected.'],
  ['the end of CDATA in text', '<a>x]]></a>', '1:5 "]]>" must be written "]]&gt;" outside of CDATA.'],
  [
    'a blank before the declaration',
    ' <?xml version="1.0"?><a/>',
    '1:2 The XML declaration must be the very first thing in the file.',
  ],
  ['a < that is meant as text', '<a>1 < 2</a>', '1:6 A tag name expected after "<", found "2</a>".'],
  ['a control character', '<a>\u0001</a>', '1:4 The character U+0001 is not allowed in XML.'],
  [
    'a DOCTYPE that is not closed',
    '<!DOCTYPE a [ <!ENTITY b "c"> <a/>',
    '1:1 "<!DOCTYPE" is not closed by ">".',
  ],
  [
    'a DOCTYPE inside of the root',
    '<a><!DOCTYPE a></a>',
    '1:4 The DOCTYPE must come before the root element.',
  ],
  ['an unknown declaration', '<a><!ELEMENT b></a>', '1:4 A comment, CDATA or DOCTYPE expected'],
]

for (const [title, text, says] of errors) {
  test(`${title} is E_XML with its place`, () => {
    assert.throws(
      () => parse(text),
      (error: PlaybookError) => {
        assert.is(error.code, 'E_XML')
        assert.ok(error.message.startsWith(says), error.message)
        return true
      },
    )
  })
}

for (const text of [
  '<a>&my-own.entity_with_a_long_name;</a>',
  '<!DOCTYPE a SYSTEM "a.dtd"><a>&outside;</a>',
  '<!DOCTYPE a [<!ENTITY % p SYSTEM "p.dtd"> %p;]><a>&outside;</a>',
  '<!DOCTYPE a PUBLIC "-//X" "http://x/>.dtd"><a/>',
]) {
  const declared = text.replace('<a>&my', '<!DOCTYPE a [<!ENTITY my-own.entity_with_a_long_name "x">]><a>&my')
  test(`${declared} is well-formed`, () => {
    assert.is(parse(declared).root.name, 'a')
  })
}

test('the error quotes its line with a caret under the column', () => {
  assert.throws(
    () => parse('<a>\n  <b c="1" c="2"/>\n</a>'),
    (error: PlaybookError) => {
      assert.equal(error.details, ['  <b c="1" c="2"/>', '           ^'])
      return true
    },
  )
})

test('elements may be called like members of objects', () => {
  assert.is(allElements(parse('<a><toString/><valueOf hasOwnProperty="1"/></a>').root).length, 3)
})

function covered(nodes: readonly XmlNode[], from: number, to: number): number {
  let at = from
  for (const node of nodes) {
    assert.is(node.start, at)
    if (node.kind === 'element' && !node.isSelfClosing) {
      assert.is(covered(node.children, node.openEnd, node.closeStart), node.closeStart)
    }
    at = node.end
  }
  assert.is(at, to)
  return at
}

test.run()
