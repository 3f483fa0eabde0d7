// The task editXml: changes an XML file where it is told to, and not one byte elsewhere.

import { editXml as editXmlBytes, type XmlEdit } from '../../src/formats/index.ts'
import { absolutePath, contentOf, defineTask, file, fileChanges, PlaybookError, z } from '../../src/index.ts'
import { validation, writingParams } from '../params/writing.ts'
import { editedAt } from './textFile.ts'

const editKinds = ['set', 'uncomment', 'comment', 'ensure', 'remove', 'text'] as const

/**
 * Edits an XML file losslessly: attributes, elements, comments and texts named by selectors (a subset of XPath 1.0).
 * Layout, comments, quotes, line ends, encoding, DOCTYPE and entities of the rest stay byte for byte; inserted text
 * follows the layout around it; the result is parsed again before it is written.
 *
 * - `path`: the file. It must exist.
 * - `edits`: what shall hold, in order; see `XmlEdit`. A selector may be a list, of which the first that matches wins:
 *   so an edit can rename what it selects by.
 * - `keep`: where the file as it was before the first edit is kept, unless something stands there.
 * - `validate`: a shell command with `{}` (or `%s`) for the new file's path, that must succeed before it takes its place.
 * - `owner`, `group`, `mode`: as they are if not given.
 *
 * Errors: E_NO_FILE; E_XML (not well-formed, with line and column); E_XML_NO_MATCH and E_XML_AMBIGUOUS (a selector),
 * E_XML_SELECTOR (its syntax), E_XML_ENCODING, E_XML_COMMENT. The file is then as it was.
 *
 * @example
 * editXml({
 *   path: '/opt/tomcat/conf/server.xml',
 *   keep: '/opt/tomcat/conf/server.xml_origin',
 *   edits: [{ set: "/Server/Service/Connector[@protocol='HTTP/1.1']", attributes: { port: 8081 } }],
 * })
 */
export const editXml = defineTask({
  name: 'editXml',
  summary: 'Edits an XML file, byte for byte leaving the rest alone.',
  params: z.strictObject({
    path: absolutePath.describe('The file; it must exist.'),
    edits: z
      .array(
        z
          .custom<XmlEdit>(isEdit, `expected an edit: an object with ${editKinds.join(', ')}`)
          .meta({ title: 'XmlEdit' }),
      )
      .min(1, 'expected at least one edit')
      .describe('What shall hold, in order: [{"set": SELECTOR, "attributes": {…}}, …].'),
    ...writingParams,
  }),
  title: ({ path }) => path,
  probe: ({ path }) => ({ current: file(path, { content: true }) }),
  plan: (params, { current }) => {
    const { path, edits, validate, keep, owner, group, mode } = params
    const before = contentOf(path, current)
    if (!before) throw new PlaybookError('E_NO_FILE', `${path} does not exist, so it cannot be edited.`)
    const { bytes, changes } = editedAt(path, () => editXmlBytes(before, edits))
    const wanted = { path, content: Buffer.from(bytes), edits: changes, keep, owner, group, mode }
    return fileChanges(current, { ...wanted, validate: validation(validate) })
  },
})

function isEdit(value: unknown): boolean {
  return typeof value === 'object' && value !== null && editKinds.some((kind) => kind in value)
}
