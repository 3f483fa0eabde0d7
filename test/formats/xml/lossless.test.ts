// An XML edit changes its own bytes only, in every encoding.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { allElements } from '../../../src/formats/xml/editing/layout.ts'
import { parseXml } from '../../../src/formats/xml/parsing/document.ts'
import { decodeXml, encodeXml } from '../../../src/formats/xml/parsing/encoding.ts'
import { editXml, type XmlEdit } from '../../../src/formats/xml.ts'
import { crlf, declaring, nastyXml, tomcatText, tomcatVersions, writings } from './fixtures.ts'

const documents: [string, string][] = [
  ['a nasty document', nastyXml],
  ...tomcatVersions.flatMap((version) =>
    ['server.xml', 'context.xml', 'tomcat-users.xml'].map((name): [string, string] => [
      `${name} ${version}`,
      tomcatText(`${version}/conf/${name}`),
    ]),
  ),
  ["ROOT's web.xml", tomcatText('9.0.109/webapps/ROOT/WEB-INF/web.xml')],
]

for (const [name, text] of documents) {
  for (const { name: writing, write, read } of writings) {
    test(`${name} in ${writing}: bytes come back as they went in, and a changed attribute changes only itself`, () => {
      const bytes = write(text)
      assert.ok(Buffer.from(editXml(bytes, []).bytes).equals(bytes))
      const decoded = decodeXml(bytes)
      assert.ok(encodeXml(decoded).equals(bytes))
      const document = parseXml(decoded)
      const random = randomNumbers(name.length * 1000 + writing.length)
      for (let round = 0; round < 5; round++) editAtRandom(document.text, bytes, random, read)
    })
  }
}

test('web.xml of 170 KB is read quickly, and one text in it changes one line', () => {
  const text = tomcatText('9.0.109/conf/web.xml')
  const edit: XmlEdit = { text: '/web-app/session-config/session-timeout', value: 45 }
  const startedAt = performance.now()
  const { bytes, changes } = editXml(Buffer.from(text), [edit])
  const durationMs = performance.now() - startedAt
  assert.is(Buffer.from(bytes).toString(), text.replace('<session-timeout>30<', '<session-timeout>45<'))
  assert.equal(changes, [{ what: 'session-timeout', from: '30', to: '45' }])
  assert.ok(durationMs < 10_000, `${durationMs} ms`)
})

test("the commented-out CGI servlet of Tomcat's web.xml comes to life in its lines", () => {
  const text = tomcatText('9.0.109/conf/web.xml')
  const edit: XmlEdit = { uncomment: "/web-app/servlet[servlet-name='cgi']" }
  const { bytes, changes } = editXml(Buffer.from(text), [edit])
  assert.is(changes[0]?.what, 'servlet[cgi]')
  const start = text.lastIndexOf('<!--', text.indexOf('<servlet-name>cgi<'))
  const end = text.indexOf('-->', start) + 3
  const inside = text.slice(text.lastIndexOf('\n', start) + 1, end + 1)
  const live = inside.replace(/^ *<!--\n/, '').replace(/ *-->\n$/, '')
  assert.is(Buffer.from(bytes).toString(), text.replace(inside, live))
  assert.equal(editXml(bytes, [edit]).changes, [])
})

test('every kind of insertion puts no bare LF into a CRLF file', () => {
  const edits: XmlEdit[] = [
    { uncomment: "//Connector[@protocol='AJP/1.3']", attributes: { secretRequired: 'false' } },
    { uncomment: "//Valve[contains(@className, 'SingleSignOn')]" },
    { comment: "//Listener[contains(@className, 'VersionLogger')]" },
    { ensure: '//Engine', element: '<Cluster a="1">\n  <B/>\n</Cluster>', place: 'first' },
    {
      ensure: '//Host',
      element: {
        name: 'Context',
        attributes: { path: '/x', docBase: 'y' },
        children: [{ name: 'W', text: 'a\nb' }],
      },
    },
    { ensure: '//GlobalNamingResources/Resource', element: { name: 'Inner' } },
    { set: "//Connector[@port='8080']", attributes: { server: 'Unknown' } },
    { remove: "//Realm[contains(@className, 'LockOut')]" },
  ]
  const lf = editXml(Buffer.from(tomcatText('9.0.109/conf/server.xml')), edits)
  const { bytes, changes } = editXml(Buffer.from(crlf(tomcatText('9.0.109/conf/server.xml'))), edits)
  const text = Buffer.from(bytes).toString()
  assert.is(changes.length, edits.length)
  assert.not.match(text, /(?<!\r)\n/)
  assert.is(text.replaceAll('\r\n', '\n'), Buffer.from(lf.bytes).toString())
})

test('a character that the encoding cannot hold is written as a reference, others as bytes', () => {
  const source = '<?xml version="1.0" encoding="ISO-8859-1"?>\n<a b="\u00e9"/>\n'
  const edits: XmlEdit[] = [
    { set: '/a', attributes: { c: '\u00fc \uc11c\ubc84 \u{1f600}' } },
    { text: '/a', value: '\u20ac' },
  ]
  const { bytes } = editXml(Buffer.from(source, 'latin1'), edits)
  const expected = source.replace('/>', ' c="\u00fc &#xC11C;&#xBC84; &#x1F600;">&#x20AC;</a>')
  assert.is(Buffer.from(bytes).toString('latin1'), expected)
  assert.equal(editXml(bytes, edits).changes, [])
})

test('windows-1252 holds the euro sign in one byte', () => {
  const source = Buffer.from('<?xml version="1.0" encoding="windows-1252"?><a b="\x80 \x81"/>', 'latin1')
  const { bytes } = editXml(source, [{ set: '/a', attributes: { c: '\u20ac\u0416' } }])
  const expected = '<?xml version="1.0" encoding="windows-1252"?><a b="\x80 \x81" c="\x80&#x416;"/>'
  assert.is(Buffer.from(bytes).toString('latin1'), expected)
})

const encodingErrors: [string, Buffer, string][] = [
  [
    'an encoding that is not known',
    Buffer.from('<?xml version="1.0" encoding="EUC-KR"?><a/>'),
    'names the encoding "EUC-KR"',
  ],
  [
    'Latin-1 bytes declared as UTF-8',
    Buffer.from('<?xml version="1.0"?>\n<a b="\xe9"/>', 'latin1'),
    'Line 2: the byte 0xe9 at offset 28 is not valid UTF-8',
  ],
  [
    'a BOM against the declaration',
    Buffer.from('\uFEFF<?xml version="1.0" encoding="ISO-8859-1"?><a/>'),
    'says encoding="ISO-8859-1", but the file has a byte order mark of UTF-8',
  ],
  [
    'UTF-16 declared in single bytes',
    Buffer.from(declaring('<?xml version="1.0" encoding="UTF-8"?><a/>', 'UTF-16')),
    'but the file has single-byte characters',
  ],
  [
    'a byte above 127 in ASCII',
    Buffer.from('<?xml version="1.0" encoding="US-ASCII"?><a>\xe9</a>', 'latin1'),
    'the byte 0xe9 at offset 44 is not valid US-ASCII',
  ],
  [
    'half a character of UTF-16',
    Buffer.concat([Buffer.from('\uFEFF<a/>', 'utf16le'), Buffer.from('x')]),
    'is not valid UTF-16LE',
  ],
]

for (const [title, bytes, says] of encodingErrors) {
  test(`${title} is refused with E_XML_ENCODING`, () => {
    assert.throws(
      () => editXml(bytes, []),
      (error: { code: string; message: string }) =>
        error.code === 'E_XML_ENCODING' && error.message.includes(says),
    )
  })
}

/** Sets, adds or removes one attribute of one element, and compares every byte outside of its span. */
function editAtRandom(
  text: string,
  bytes: Buffer,
  random: (below: number) => number,
  read: (bytes: Uint8Array) => string,
) {
  const document = parseXml({ text, encoding: 'utf-8', bom: false })
  const elements = allElements(document.root)
  const index = random(elements.length)
  const element = elements[index]!
  const selector = selectorOf(element)
  const attribute = element.attributes[random(element.attributes.length + 1)]
  const value = attribute && random(4) === 0 ? null : `r${random(1000)} "'<>&\u00e9`
  const edit: XmlEdit = { set: selector, attributes: { [attribute?.name ?? 'added']: value } }
  const result = editXml(bytes, [edit])
  assert.is(result.changes.length, 1)
  const after = decodeXml(result.bytes).text
  const end = element.attributes.at(-1)?.end ?? element.start + 1 + element.name.length
  const [from, to] = !attribute
    ? [end, end]
    : value === null
      ? [attribute.before, attribute.end]
      : [attribute.valueStart, attribute.valueEnd]
  assert.is(after.slice(0, from), text.slice(0, from))
  assert.is(after.slice(after.length - (text.length - to)), text.slice(to))
  assert.is(read(result.bytes).startsWith('\uFEFF'), read(bytes).startsWith('\uFEFF'))
  const again = editXml(result.bytes, [edit])
  assert.equal(again.changes, [])
  assert.ok(Buffer.from(again.bytes).equals(Buffer.from(result.bytes)))
}

type Located = ReturnType<typeof allElements>[number]

/** The path to exactly this element: `/*[1]/*[3]`. */
function selectorOf(element: Located): string {
  const siblings = element.parent?.children.filter((node) => node.kind === 'element') ?? [element]
  return `${element.parent ? selectorOf(element.parent) : ''}/*[${siblings.indexOf(element) + 1}]`
}

/** Whole numbers below a limit, the same ones each time (mulberry32). */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

test.run()
