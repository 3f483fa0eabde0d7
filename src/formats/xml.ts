// Edits XML files; whatever no edit changes keeps its bytes.

import type { EditedBytes } from './shared/change.ts'
import { checkEdits } from './shared/editSchema.ts'
import { type Revealed, revealedEdit, shownChanges } from './shared/secretEdits.ts'
import { applySplices } from './shared/splice.ts'
import type { XmlChange, XmlEdit, XmlOptions } from './xml/edit.ts'
import { setEdit, type XmlEditResult } from './xml/editing/attributes.ts'
import { commentEdit, type RewriteResult, uncommentEdit } from './xml/editing/comment.ts'
import { ensureEdit } from './xml/editing/ensure.ts'
import { removeEdit } from './xml/editing/remove.ts'
import { textEdit } from './xml/editing/text.ts'
import { parseXml, withText, type XmlDocument } from './xml/parsing/document.ts'
import { decodeXml, encodeXml } from './xml/parsing/encoding.ts'
import { xmlEditSchema } from './xml/schema.ts'

export type {
  CommentEdit,
  ElementSpec,
  EnsureEdit,
  RemoveEdit,
  SetEdit,
  TextEdit,
  UncommentEdit,
  XmlAttributes,
  XmlChange,
  XmlEdit,
  XmlOptions,
  XmlPlace,
  XmlSelector,
  XmlValue,
} from './xml/edit.ts'
export { xmlEditSchema }

/**
 * Applies edits to the bytes of an XML file, one after the other, each to the result of those before it.
 *
 * Nothing is reformatted: layout, comments, quotes, line ends, byte order mark, encoding, declaration, DOCTYPE
 * with its internal subset, entities and CDATA stay as they are. New text follows the indentation, quotes and line ends
 * around it. The encoding is that of the byte order mark or the declaration (UTF-8, UTF-16, ISO-8859-1,
 * US-ASCII, windows-1252); a character that it lacks becomes a numeric reference. External entities are never
 * loaded. The result is parsed again as a check.
 *
 * Idempotent: applied to its own result, it returns `changes: []` and the same bytes.
 *
 * @param bytes the file as it is
 * @param edits see `XmlEdit`; selectors are a subset of XPath 1.0, see `parseSelector`. Of an edit that contains a
 *   `Secret`, `changes` has no values.
 * @param options `namespaces`: what prefixes in selectors stand for
 * @returns the new bytes, and each change for people; without changes, the bytes that came in
 * @throws PlaybookError E_XML (not well-formed; line:column), E_XML_ENCODING, E_XML_SELECTOR, E_XML_NO_MATCH,
 *   E_XML_AMBIGUOUS, E_XML_COMMENT (cannot be commented or uncommented), E_XML_EDIT (an impossible edit, or one with unknown keys)
 * @example
 * editXml(bytes, [
 *   { set: '/Server', attributes: { port: 8006 } },
 *   { uncomment: "/Server/Service/Connector[@protocol='AJP/1.3']", attributes: { address: '0.0.0.0' } },
 *   { ensure: '/tomcat-users', element: { name: 'role', attributes: { rolename: 'manager-gui' } } },
 * ])
 */
export function editXml(bytes: Uint8Array, edits: readonly XmlEdit[], options: XmlOptions = {}): EditedBytes {
  checkEdits(edits, xmlEditSchema, 'E_XML_EDIT')
  return applyXmlEdits(bytes, edits, options)
}

/** `editXml` for edits that `xmlEditSchema` has checked already, as those of a task's parameters. */
export function applyXmlEdits(
  bytes: Uint8Array,
  edits: readonly XmlEdit[],
  { namespaces }: XmlOptions = {},
): EditedBytes {
  const original = parseXml(decodeXml(bytes), namespaces)
  const changes: XmlChange[] = []
  let document = original
  for (const edit of edits) {
    const rewritten = applyEdit(document, revealedEdit(edit))
    changes.push(...shownChanges(edit, rewritten.changes))
    if (rewritten.text !== document.text) document = withText(document, rewritten.text)
  }
  if (document.text === original.text) return { bytes, changes: [] }
  return { bytes: encodeXml(document), changes }
}

function applyEdit(document: XmlDocument, edit: Revealed<XmlEdit>): RewriteResult {
  if ('uncomment' in edit) return uncommentEdit(document, edit)
  const { splices, changes } = splicesOf(document, edit)
  return { text: applySplices(document.text, splices), changes }
}

function splicesOf(
  document: XmlDocument,
  edit: Exclude<Revealed<XmlEdit>, { uncomment: unknown }>,
): XmlEditResult {
  if ('set' in edit) return setEdit(document, edit)
  if ('comment' in edit) return commentEdit(document, edit)
  if ('ensure' in edit) return ensureEdit(document, edit)
  if ('remove' in edit) return removeEdit(document, edit)
  return textEdit(document, edit)
}
