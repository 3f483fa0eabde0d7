// Every kind of edit of an XML file: its result, its second run, and its errors.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { editXml, type XmlEdit, type XmlOptions } from '../../src/formats/xml.ts'
import { PlaybookError } from '../../src/model/errors/error.ts'

type Row = { title: string; before: string; edit: XmlEdit; after: string; changes?: string[] }

const serviceXml = `<Server>
  <Service name="Catalina">
    <Connector port="8080" protocol="HTTP/1.1"
               redirectPort="8443"
               />
    <!--
    <Connector protocol="AJP/1.3"
               port="8009"
               />
    -->
    <!-- Note: a prose comment
    <Valve className="a.b.SingleSignOn" />
    -->
    <Engine name="Catalina"/>
  </Service>
</Server>
`

const rows: Row[] = [
  {
    title: 'an attribute changes between its quotes',
    before: `<a b = 'x' c="y"/>`,
    edit: { set: '/a', attributes: { b: "it's <&>" } },
    after: `<a b = 'it&apos;s &lt;&amp;>' c="y"/>`,
    changes: ["a @b: x → it's <&>"],
  },
  {
    title: 'a value that means the same is left as it is written',
    before: `<!DOCTYPE a [<!ENTITY p "8080">]><a b='&#x41;&quot;' c="&p;" d="1\n2"/>`,
    edit: { set: '/a', attributes: { b: 'A"', c: 8080, d: '1 2' } },
    after: `<!DOCTYPE a [<!ENTITY p "8080">]><a b='&#x41;&quot;' c="&p;" d="1\n2"/>`,
    changes: [],
  },
  {
    title: 'a new attribute goes after the last, quoted and spaced like it',
    before: `<a b = 'x'></a>`,
    edit: { set: '/a', attributes: { c: true, d: 'two\nlines' } },
    after: `<a b = 'x' c = 'true' d = 'two&#10;lines'></a>`,
    changes: ['a @c: absent → true', 'a @d: absent → two\nlines'],
  },
  {
    title: 'a first attribute follows the name',
    before: '<a><b/><c ></c></a>',
    edit: { set: '/a/*', attributes: { x: 1 }, all: true },
    after: '<a><b x="1"/><c x="1" ></c></a>',
  },
  {
    title: 'a new attribute gets a line of its own where the others have one',
    before: `<a>\r\n  <b one="1"\r\n     two="2"\r\n     />\r\n</a>`,
    edit: { set: '/a/b', attributes: { three: 3 } },
    after: `<a>\r\n  <b one="1"\r\n     two="2"\r\n     three="3"\r\n     />\r\n</a>`,
  },
  {
    title: 'null removes an attribute with the blanks before it',
    before: `<a one="1"\n   two="2"\n   three="3"/>`,
    edit: { set: '/a', attributes: { two: null, four: null } },
    after: `<a one="1"\n   three="3"/>`,
    changes: ['a @two: 2 → removed'],
  },
  {
    title: 'the last attribute goes while another comes',
    before: `<a one="1" two="2"/>`,
    edit: { set: '/a', attributes: { two: null, three: 3 } },
    after: `<a one="1" three="3"/>`,
  },
  {
    title: 'a commented-out element comes to life in its lines, with attributes',
    before: serviceXml,
    edit: {
      uncomment: "/Server/Service/Connector[@protocol='AJP/1.3']",
      attributes: { port: 8010, secret: 'x' },
    },
    after: serviceXml
      .replace('    <!--\n    <Connector protocol', '    <Connector protocol')
      .replace(
        'port="8009"\n               />\n    -->\n',
        'port="8010"\n               secret="x"\n               />\n',
      ),
    changes: ['Connector[AJP/1.3]: commented out → port 8010, secret (hidden)'],
  },
  {
    title: 'the prose of a comment stays one when its element is uncommented',
    before: serviceXml,
    edit: { uncomment: "//Service/Valve[contains(@className,'SingleSignOn')]" },
    after: serviceXml.replace('a prose comment\n', 'a prose comment -->\n').replace('" />\n    -->', '" />'),
    changes: ['Valve[SingleSignOn]: commented out → live'],
  },
  {
    title: 'prose after the element becomes a comment of its own',
    before: '<a>\n  <!-- <b/> was here,\n       once -->\n</a>',
    edit: { uncomment: '/a/b' },
    after: '<a>\n  <b/> <!-- was here,\n       once -->\n</a>',
  },
  {
    title: 'of several elements in a comment only the one that is meant comes to life',
    before: '<a><!-- <b n="1"/> and <b n="2"/> or <c> --></a>',
    edit: { uncomment: "/a/b[@n='2']" },
    after: '<a><!-- <b n="1"/> and --> <b n="2"/> <!-- or <c> --></a>',
  },
  {
    title: 'a comment can be selected itself',
    before: serviceXml,
    edit: { uncomment: ["//Connector[@protocol='AJP/1.3']", "//comment()[contains(., 'AJP')]"] },
    after: serviceXml
      .replace('    <!--\n    <Connector protocol', '    <Connector protocol')
      .replace('port="8009"\n               />\n    -->\n', 'port="8009"\n               />\n'),
  },
  {
    title: 'uncommenting what is live sets its attributes only',
    before: '<a>\n  <b p="1"/>\n  <!-- <b p="2"/> -->\n</a>',
    edit: { uncomment: '/a/b', attributes: { p: 3 } },
    after: '<a>\n  <b p="3"/>\n  <!-- <b p="2"/> -->\n</a>',
    changes: ['b @p: 1 → 3'],
  },
  {
    title: 'an element on lines of its own is commented out on lines of its own',
    before: '<a>\r\n  <b\r\n    c="1"/>\r\n</a>',
    edit: { comment: '/a/b' },
    after: '<a>\r\n  <!--\r\n  <b\r\n    c="1"/>\r\n  -->\r\n</a>',
    changes: ['b: live → commented out'],
  },
  {
    title: 'an element in the middle of a line is commented out there',
    before: '<a>x <b/> y</a>',
    edit: { comment: '/a/b' },
    after: '<a>x <!-- <b/> --> y</a>',
  },
  {
    title: 'a missing child is inserted before the closing tag, indented like its siblings',
    before: '<a>\n\t<b/>\n\n</a>\n',
    edit: {
      ensure: '/a',
      element: { name: 'c', attributes: { d: 'x' }, children: [{ name: 'e', text: '1 < 2' }] },
    },
    after: '<a>\n\t<b/>\n\n\t<c d="x">\n\t\t<e>1 &lt; 2</e>\n\t</c>\n</a>\n',
    changes: ['c: absent → d x, 1 element inside'],
  },
  {
    title: 'a self-closing parent is opened for its first child',
    before: '<a>\n    <b c="1" />\n</a>',
    edit: { ensure: '/a/b', element: { name: 'd' } },
    after: '<a>\n    <b c="1">\n        <d />\n    </b>\n</a>',
  },
  {
    title: 'an empty parent is filled',
    before: '<a>\r\n  <b></b>\r\n</a>',
    edit: { ensure: '/a/b', element: '<d/>' },
    after: '<a>\r\n  <b>\r\n    <d/>\r\n  </b>\r\n</a>',
  },
  {
    title: 'a document on one line stays on one line',
    before: '<a><b/><c/></a>',
    edit: { ensure: '/a', element: '<d/>', place: { after: 'b' } },
    after: '<a><b/><d/><c/></a>',
  },
  {
    title: 'a place after a comment keeps its distance',
    before: '<a>\n  <!-- for d -->\n\n  <c/>\n</a>',
    edit: { ensure: '/a', element: '<d/>', place: { after: "comment()[contains(., 'for d')]" } },
    after: '<a>\n  <!-- for d -->\n  <d/>\n\n  <c/>\n</a>',
  },
  {
    title: 'a comment at the end of a line belongs to what comes before it',
    before: '<a>\n  <b/> <!-- about b -->\n  <c/>\n</a>',
    edit: { ensure: '/a', element: '<d/>', place: { after: 'b' } },
    after: '<a>\n  <b/> <!-- about b -->\n  <d/>\n  <c/>\n</a>',
  },
  {
    title: 'the first place that applies is taken',
    before: '<a>\n  <b/>\n  <c/>\n</a>',
    edit: { ensure: '/a', element: '<d/>', place: [{ after: 'x' }, { before: '/a/c' }, 'first'] },
    after: '<a>\n  <b/>\n  <d/>\n  <c/>\n</a>',
  },
  {
    title: 'first is before all that is there, comments too',
    before: '<a>\n  <!-- b -->\n  <b/>\n</a>',
    edit: { ensure: '/a', element: '<d/>', place: 'first' },
    after: '<a>\n  <d/>\n  <!-- b -->\n  <b/>\n</a>',
  },
  {
    title: 'XML text keeps its own layout, indented to where it goes',
    before: '<a>\r\n  <b/>\r\n</a>',
    edit: {
      ensure: '/a',
      element: '\n      <c one="1"\n         two="2">\n        <!-- why -->\n        <d/>\n      </c>\n  ',
    },
    after: '<a>\r\n  <b/>\r\n  <c one="1"\r\n     two="2">\r\n    <!-- why -->\r\n    <d/>\r\n  </c>\r\n</a>',
  },
  {
    title: 'an existing child is made equal where it differs and nowhere else',
    before: `<a>\n  <u name='x' p='1'\n     extra='y'><!-- kept --> <r/> </u>\n</a>`,
    edit: { ensure: '/a', element: { name: 'u', attributes: { name: 'x', p: 2 } } },
    after: `<a>\n  <u name='x' p='2'><!-- kept --> <r/> </u>\n</a>`,
    changes: ['u[x] @p: 1 → 2', 'u[x] @extra: y → removed'],
  },
  {
    title: 'the subtree of an existing child is aligned: kept, edited, inserted, removed',
    before: `<a>
  <c>
    <!-- one -->
    <i id="1"/>
    <i id="2" x="old"/>
    <gone/>
    <t> text </t>
  </c>
</a>`,
    edit: {
      ensure: '/a',
      element: '<c><new/><i id="1"/><i id="2" x="now"/><i id="3"><k/></i><t>text</t></c>',
    },
    after: `<a>
  <c>
    <new/>
    <!-- one -->
    <i id="1"/>
    <i id="2" x="now"/>
    <i id="3">
      <k/>
    </i>
    <t> text </t>
  </c>
</a>`,
    changes: [
      'new: absent → present',
      'i[2] @x: old → now',
      'i[3]: absent → 1 element inside',
      'gone: present → removed',
    ],
  },
  {
    title: 'match tells which one is meant',
    before: '<a>\n  <p><k>one</k><v>1</v></p>\n  <p><k>two</k><v>2</v></p>\n</a>',
    edit: { ensure: '/a', match: "p[k='two']", element: '<p><k>two</k><v>3</v></p>' },
    after: '<a>\n  <p><k>one</k><v>1</v></p>\n  <p><k>two</k><v>3</v></p>\n</a>',
    changes: ['v: 2 → 3'],
  },
  {
    title: 'a second listener is another listener',
    before: '<w>\n  <listener><listener-class>A</listener-class></listener>\n</w>',
    edit: {
      ensure: '/w',
      element: { name: 'listener', children: [{ name: 'listener-class', text: 'B' }] },
      place: { after: 'listener' },
    },
    after:
      '<w>\n  <listener><listener-class>A</listener-class></listener>\n  <listener>\n    <listener-class>B</listener-class>\n  </listener>\n</w>',
  },
  {
    title: 'a servlet is recognised by its name',
    before:
      '<w>\n  <servlet><servlet-name>a</servlet-name><l>1</l></servlet>\n  <servlet><servlet-name>b</servlet-name></servlet>\n</w>',
    edit: { ensure: '/w', element: '<servlet><servlet-name>a</servlet-name><l>2</l></servlet>' },
    after:
      '<w>\n  <servlet><servlet-name>a</servlet-name><l>2</l></servlet>\n  <servlet><servlet-name>b</servlet-name></servlet>\n</w>',
  },
  {
    title: 'a bare element goes to the end of web.xml once',
    before:
      '<web-app xmlns="urn:j"\n  version="4.0">\n\n  <description>\n     Welcome\n  </description>\n\n</web-app>\n',
    edit: { ensure: '/web-app', element: { name: 'distributable' } },
    after:
      '<web-app xmlns="urn:j"\n  version="4.0">\n\n  <description>\n     Welcome\n  </description>\n\n  <distributable/>\n</web-app>\n',
    changes: ['distributable: absent → present'],
  },
  {
    title: 'attributes as match: the name may change then',
    before: '<a>\n  <c port="1" name="x"/>\n  <c port="2" name="y"/>\n</a>',
    edit: { ensure: '/a', match: { port: 2 }, element: { name: 'c', attributes: { port: 2, name: 'z' } } },
    after: '<a>\n  <c port="1" name="x"/>\n  <c port="2" name="z"/>\n</a>',
  },
  {
    title: 'an unprefixed name finds elements of the default namespace',
    before:
      '<tomcat-users xmlns="http://tomcat.apache.org/xml"\n              version="1.0">\n</tomcat-users>',
    edit: {
      ensure: '/tomcat-users',
      element: { name: 'user', attributes: { username: 'u', password: 'p&', roles: 'r' } },
    },
    after:
      '<tomcat-users xmlns="http://tomcat.apache.org/xml"\n              version="1.0">\n  <user username="u" password="p&amp;" roles="r"/>\n</tomcat-users>',
    changes: ['user[u]: absent → password (hidden), roles r'],
  },
  {
    title: 'an element goes with its lines',
    before: '<a>\r\n  <b/>\r\n  <c>\r\n    <d/>\r\n  </c>\r\n  <e/>\r\n</a>',
    edit: { remove: '/a/c' },
    after: '<a>\r\n  <b/>\r\n  <e/>\r\n</a>',
    changes: ['c: present → removed'],
  },
  {
    title: 'text around a removed element stays',
    before: '<a>one <b/>two<c/></a>',
    edit: { remove: '/a/b' },
    after: '<a>one two<c/></a>',
  },
  {
    title: 'all removes every match, a comment as well',
    before: '<a>\n  <!-- x -->\n  <b/>\n  <!-- x too -->\n</a>',
    edit: { remove: "//comment()[contains(., 'x')]", all: true },
    after: '<a>\n  <b/>\n</a>',
  },
  {
    title: 'what is not there need not be removed',
    before: '<a/>',
    edit: { remove: '/a/b' },
    after: '<a/>',
    changes: [],
  },
  {
    title: 'a text changes inside of its white space',
    before: '<a>\n  <b>\n    old &amp; <!-- c -->\n  </b>\n</a>',
    edit: { text: '/a/b', value: 'a < b' },
    after: '<a>\n  <b>\n    a &lt; b <!-- c -->\n  </b>\n</a>',
    changes: ['b: old & → a < b'],
  },
  {
    title: 'a self-closing element is opened for its text',
    before: '<a><b c="1" /></a>',
    edit: { text: '/a/b', value: 5 },
    after: '<a><b c="1">5</b></a>',
    changes: ['b: empty → 5'],
  },
  {
    title: 'CDATA stays CDATA',
    before: '<a><![CDATA[x < y]]></a>',
    edit: { text: '/a', value: 'b ]]> & c' },
    after: '<a><![CDATA[b ]]]]><![CDATA[> & c]]></a>',
  },
  {
    title: 'neither the old nor the new password is shown',
    before: '<u name="x" password="old" certificateKeystorePassword="old" secretRequired="true"/>',
    edit: {
      set: '/u',
      attributes: { password: 'new', certificateKeystorePassword: null, secretRequired: false },
    },
    after: '<u name="x" password="new" secretRequired="false"/>',
    changes: [
      'u[x] @password: (hidden) → (hidden), changed',
      'u[x] @certificateKeystorePassword: (hidden) → removed',
      'u[x] @secretRequired: true → false',
    ],
  },
  {
    title: 'an alternative finds by the new name what the first run renamed',
    before: '<a><s name="old"/></a>',
    edit: { set: ["/a/s[@name='new']", "/a/s[@name='old']"], attributes: { name: 'new' } },
    after: '<a><s name="new"/></a>',
    changes: ['s[old] @name: old → new'],
  },
]

for (const { title, before, edit, after, changes } of rows) {
  test(title, () => {
    const result = apply(before, [edit])
    assert.is(result.text, after)
    if (changes) assert.equal(result.changes, changes)
    const again = editXml(Buffer.from(result.text), [edit])
    assert.equal(again.changes, [], 'the second time changes nothing')
    assert.is(Buffer.from(again.bytes).toString(), after)
  })
}

test('commenting out is the reverse of uncommenting', () => {
  const selector = "/Server/Service/Connector[@protocol='AJP/1.3']"
  assert.is(
    apply(apply(serviceXml, [{ uncomment: selector }]).text, [{ comment: selector }]).text,
    serviceXml,
  )
})

test('edits that undo each other are no change', () => {
  const edits: XmlEdit[] = [
    { set: '/a', attributes: { b: 2 } },
    { set: '/a', attributes: { b: 1 } },
  ]
  assert.equal(apply('<a b="1"/>', edits).changes, [])
})

const refusals: { title: string; before: string; edit: XmlEdit; code: string; says: string }[] = [
  {
    title: 'no match names the value that is there',
    before: serviceXml,
    edit: { set: "/Server/Service[@name='ECS']/Engine", attributes: {} },
    code: 'E_XML_NO_MATCH',
    says: 'Nothing matches /Server/Service[@name=\'ECS\']/Engine. Service (line 2) has name "Catalina", not "ECS".',
  },
  {
    title: 'no match names the children that there are, and a commented-out one',
    before: serviceXml,
    edit: { set: '/Server/Service/Valve', attributes: {} },
    code: 'E_XML_NO_MATCH',
    says: 'Service[Catalina] (line 2) has no Valve; it has Connector, Engine. There is a commented-out <Valve> in the comment on line 11.',
  },
  {
    title: 'no match at the root names the root',
    before: serviceXml,
    edit: { ensure: '/web-app', element: '<a/>' },
    code: 'E_XML_NO_MATCH',
    says: 'The root element is Server, not web-app.',
  },
  {
    title: 'no match of an attribute that is missing',
    before: serviceXml,
    edit: { text: "//Engine[@jvmRoute='a']", value: '' },
    code: 'E_XML_NO_MATCH',
    says: 'Engine (line 14) has no attribute jvmRoute.',
  },
  {
    title: 'several matches name their lines',
    before: '<a>\n<b/>\n<b/>\n</a>',
    edit: { remove: '/a/b' },
    code: 'E_XML_AMBIGUOUS',
    says: '/a/b matches 2 nodes (lines 2, 3), but must match exactly one.',
  },
  {
    title: 'an element that could be one of several asks for match',
    before: '<a>\n<b/>\n<b c="1"/>\n</a>',
    edit: { ensure: '/a', element: '<b/>' },
    code: 'E_XML_AMBIGUOUS',
    says: 'a has 2 b elements that could be the one to ensure (lines 2, 3).',
  },
  {
    title: 'an invalid selector shows where',
    before: '<a/>',
    edit: { remove: "/a[@b='c'" },
    code: 'E_XML_SELECTOR',
    says: 'Selector /a[@b=\'c\': "]" expected, found the end.',
  },
  {
    title: 'an element with a comment inside cannot be commented out',
    before: '<a>\n<b>\n<!-- c --></b></a>',
    edit: { comment: '/a/b' },
    code: 'E_XML_COMMENT',
    says: 'b (line 2) cannot be commented out: it contains "--" (line 3), which is not allowed in a comment.',
  },
  {
    title: 'a comment of prose cannot be uncommented',
    before: '<a>\n<!-- <b> only --></a>',
    edit: { uncomment: '/a/comment()' },
    code: 'E_XML_COMMENT',
    says: 'The comment on line 2 contains no complete element to uncomment.',
  },
  {
    title: 'a comment of several elements and prose is refused when it is selected as a whole',
    before: '<a><!-- <b/> or <c/> --></a>',
    edit: { uncomment: '/a/comment()' },
    code: 'E_XML_COMMENT',
    says: 'The comment on line 1 contains 2 elements with text between them.',
  },
  {
    title: 'what is neither live nor in a comment cannot be uncommented',
    before: '<a><!-- <b c="1"/> --></a>',
    edit: { uncomment: "/a/b[@c='2']" },
    code: 'E_XML_NO_MATCH',
    says: 'No comment contains such an element either.',
  },
  {
    title: 'XML text for ensure must be well-formed',
    before: '<a/>',
    edit: { ensure: '/a', element: '<b><c></b>' },
    code: 'E_XML',
    says: 'In the XML text given for ensure: 1:7 </c> expected (opened at 1:4), found </b>.',
  },
  {
    title: 'text of an element that holds elements is not overwritten',
    before: '<a><b/></a>',
    edit: { text: '/a', value: 'x' },
    code: 'E_XML_EDIT',
    says: 'contains elements (<b>), so its text cannot be set',
  },
  {
    title: 'the root stays',
    before: '<a/>',
    edit: { remove: '/a' },
    code: 'E_XML_EDIT',
    says: 'The root element <a> cannot be removed.',
  },
  {
    title: 'a name that XML does not know is refused',
    before: '<a/>',
    edit: { set: '/a', attributes: { 'a b': 1 } },
    code: 'E_XML_EDIT',
    says: '"a b" is not a valid attribute name.',
  },
]

for (const { title, before, edit, code, says } of refusals) {
  test(title, () => {
    const error = thrownBy(() => apply(before, [edit]))
    assert.is(error.code, code)
    assert.ok(error.message.includes(says), error.message)
  })
}

const j = 'https://jakarta.ee/xml/ns/jakartaee'
const namespaced: [title: string, before: string, edit: XmlEdit, after: string][] = [
  [
    'a default namespace',
    `<web-app xmlns="${j}"><s n="1"/></web-app>`,
    { set: '/j:web-app/j:s', attributes: { n: 2 } },
    `<web-app xmlns="${j}"><s n="2"/></web-app>`,
  ],
  [
    'another prefix, declared further inside',
    `<a><ee:s xmlns:ee='${j}' n="1"/><s n="1"/><o:s xmlns:o="other" n="1"/></a>`,
    { set: '/a/j:s', attributes: { n: 2 } },
    `<a><ee:s xmlns:ee='${j}' n="2"/><s n="1"/><o:s xmlns:o="other" n="1"/></a>`,
  ],
  [
    'a prefix of the file that is bound to nothing else',
    '<a><x:s n="1"/></a>',
    { set: '/a/x:s', attributes: { n: 2 } },
    '<a><x:s n="2"/></a>',
  ],
  [
    'attributes in predicates',
    `<a xmlns:q="${j}"><s q:n="1"/><s n="1"/></a>`,
    { remove: "/a/s[@j:n='1']" },
    `<a xmlns:q="${j}"><s n="1"/></a>`,
  ],
  [
    'a commented-out element',
    `<a xmlns="${j}">\n  <!-- <s n="1"/> -->\n</a>`,
    { uncomment: '/j:a/j:s' },
    `<a xmlns="${j}">\n  <s n="1"/>\n</a>`,
  ],
]

for (const [title, before, edit, after] of namespaced) {
  test(`a prefix in a selector stands for its namespace: ${title}`, () => {
    assert.is(apply(before, [edit], { namespaces: { j } }).text, after)
    if (!('remove' in edit)) assert.equal(apply(after, [edit], { namespaces: { j } }).changes, [])
  })
}

test('an element that is in no such namespace does not match', () => {
  const edit: XmlEdit = { set: '/j:a', attributes: { n: 2 } }
  assert.is(thrownBy(() => apply('<a xmlns="other"/>', [edit], { namespaces: { j } })).code, 'E_XML_NO_MATCH')
})

test('exact: false leaves attributes alone that are not named, of children too', () => {
  const edit: XmlEdit = {
    ensure: '/a',
    element: { name: 'b', attributes: { name: 'x', p: 2 }, children: [{ name: 'c', attributes: { id: 1 } }] },
    exact: false,
  }
  const { text, changes } = apply('<a><b name="x" p="1" q="3"><c id="1" r="4"/></b></a>', [edit])
  assert.is(text, '<a><b name="x" p="2" q="3"><c id="1" r="4"/></b></a>')
  assert.equal(changes, ['b[x] @p: 1 → 2'])
  assert.equal(apply(text, [{ ...edit, exact: true }]).changes, [
    'b[x] @q: 3 → removed',
    'c[1] @r: 4 → removed',
  ])
})

function apply(text: string, edits: readonly XmlEdit[], options?: XmlOptions) {
  const { bytes, changes } = editXml(Buffer.from(text), edits, options)
  return {
    text: Buffer.from(bytes).toString(),
    changes: changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
  }
}

function thrownBy(action: () => unknown): PlaybookError {
  try {
    action()
  } catch (error) {
    if (error instanceof PlaybookError) return error
    throw error
  }
  throw new Error('Nothing was thrown.')
}

test.run()
