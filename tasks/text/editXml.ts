// The task editXml: edits an XML file and keeps the rest byte for byte.

import { applyXmlEdits, xmlEditSchema } from '../../src/formats/index.ts'
import { filePath, secretsIn, z } from '../../src/index.ts'
import { writingParams } from '../params/writing.ts'
import { defineFileEdit } from './fileEdit.ts'

/**
 * Edits an XML file losslessly: attributes, elements, comments and texts, named by selectors (a subset of XPath 1.0).
 * Layout, comments, quotes, line ends, encoding, DOCTYPE and entities of the rest stay byte for byte; inserted text
 * follows the layout around it; the result is parsed again before it is written.
 *
 * - `path`: the file, which must exist.
 * - `edits`: what the file must have, in order; see `XmlEdit`. A selector may be a list whose first match counts, so an
 *   edit can change what it selects by. Values may be secrets: of an edit with one, no values are shown, old or new.
 * - `namespaces`: what prefixes in selectors stand for, so that the file may use any prefix, or none:
 *   `{ j: 'https://jakarta.ee/xml/ns/jakartaee' }` for `/j:web-app/j:servlet`. Other prefixes are compared as written.
 * - `keep`: where to keep the file as it was before the first edit, unless that path exists.
 * - `validate`: a shell command with `{}` (or `%s`) for the path of the new file, which must succeed before it is used.
 * - `owner`, `group`, `mode`: default: unchanged.
 *
 * Errors: E_NO_FILE; E_XML (not well-formed, with line and column); E_XML_NO_MATCH and E_XML_AMBIGUOUS (a selector),
 * E_XML_SELECTOR (its syntax), E_XML_ENCODING, E_XML_COMMENT. The file is then left unchanged.
 *
 * @example
 * editXml({
 *   path: '/opt/tomcat/conf/server.xml',
 *   keep: '/opt/tomcat/conf/server.xml_origin',
 *   edits: [{ set: "/Server/Service/Connector[@protocol='HTTP/1.1']", attributes: { port: 8081 } }],
 * })
 */
export const editXml = defineFileEdit({
  name: 'editXml',
  summary: 'Edits an XML file and keeps the rest byte for byte.',
  ansible: { modules: ['xml'], params: { xpath: 'Each of the edits has a selector.' } },
  params: z.strictObject({
    path: filePath.describe('The file; it must exist.'),
    edits: z
      .array(xmlEditSchema, 'expected a list of edits')
      .min(1, 'expected at least one edit')
      .describe(
        'What the file must have, in order: [{"set": SELECTOR, "attributes": {…}}, …]. Values may be secrets.',
      ),
    namespaces: z
      .record(z.string().regex(/^[A-Za-z_][\w.-]*$/, 'expected a prefix'), z.string().min(1))
      .default({})
      .describe('What prefixes in selectors stand for: {"j": "https://jakarta.ee/xml/ns/jakartaee"}.'),
    ...writingParams,
  }),
  edit: (before, { edits, namespaces }) => {
    const { bytes, changes } = applyXmlEdits(before, edits, { namespaces })
    return { content: bytes, isSecret: secretsIn(edits).size > 0, edits: changes }
  },
})
