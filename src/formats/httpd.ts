// Edits Apache httpd configuration files; lines that no edit changes keep their bytes.

import type { HttpdChange, HttpdEdit } from './httpd/edit.ts'
import { commentEdit, uncommentEdit } from './httpd/editing/comment.ts'
import type { HttpdEditResult } from './httpd/editing/editResult.ts'
import { removeEdit } from './httpd/editing/remove.ts'
import { sectionEdit } from './httpd/editing/section.ts'
import { setEdit } from './httpd/editing/set.ts'
import { applyLineSplices, type HttpdDocument, parseHttpd, textOf } from './httpd/parsing/document.ts'
import { httpdEditSchema } from './httpd/schema.ts'
import type { EditedBytes } from './shared/change.ts'
import { checkEdits } from './shared/editSchema.ts'
import { decodeText, encodeText, inEncoding } from './shared/encoding.ts'
import { revealedEdit, shownChanges } from './shared/secretEdits.ts'

export type {
  DirectiveSpec,
  HttpdChange,
  HttpdCommentEdit,
  HttpdEdit,
  HttpdNode,
  HttpdPath,
  HttpdPlace,
  HttpdRemoveEdit,
  HttpdSectionEdit,
  HttpdSelector,
  HttpdSetEdit,
  HttpdUncommentEdit,
  HttpdValue,
  SectionSpec,
} from './httpd/edit.ts'
export { httpdEditSchema }

/**
 * Applies edits to the bytes of an httpd configuration file, one after the other, each to the result of those before it.
 *
 * The file is read as httpd 2.4 reads it (`server/util.c`, `server/config.c`): names without case, nested sections,
 * lines that a `\` at their end joins, arguments in `"` or `'` with their escapes, comments at the start of a line only.
 * Lines that no edit changes stay byte for byte, whatever their indentation, line end or encoding. New lines follow the
 * indentation and line ends around them; of a directive, only the arguments that differ are changed, and they keep their
 * quotes. `Include`s are not followed, and sections such as `<IfModule>` are not entered unless named.
 *
 * A commented-out directive is `#Name …`. With blanks after the `#` it counts only if its arguments match and the comment
 * ends there, so that prose and examples in prose stay as they are.
 *
 * Idempotent: applied to its own result, it returns `changes: []` and the same bytes.
 *
 * @param bytes the file: UTF-8, or any other superset of ASCII, whose bytes are kept
 * @param edits see `HttpdEdit`; of an edit that contains a `Secret`, `changes` has no values
 * @returns the new bytes, and each change for people; without changes, the bytes that came in
 * @throws PlaybookError E_HTTPD (httpd could not read it: line, and what was expected), E_HTTPD_NO_MATCH (not found),
 *   E_HTTPD_AMBIGUOUS (several sections, with their lines), E_HTTPD_EDIT (an impossible edit, or one with unknown
 *   keys)
 * @example
 * editHttpd(bytes, [
 *   { set: 'ServerTokens', args: ['Prod'], place: { after: 'ServerRoot' } },
 *   { uncomment: 'LoadModule', args: ['ssl_module'] },
 *   { section: 'Directory', args: ['/data2'], content: [{ name: 'Require', args: ['all', 'granted'] }] },
 *   { set: 'Include', args: ['conf/mod_jk.conf'], place: 'last' },
 * ])
 */
export function editHttpd(bytes: Uint8Array, edits: readonly HttpdEdit[]): EditedBytes {
  checkEdits(edits, httpdEditSchema, 'E_HTTPD_EDIT')
  return applyHttpdEdits(bytes, edits)
}

/** `editHttpd` for edits that `httpdEditSchema` has checked already, as those of a task's parameters. */
export function applyHttpdEdits(bytes: Uint8Array, edits: readonly HttpdEdit[]): EditedBytes {
  const original = parseHttpd(decodeText(bytes))
  const changes: HttpdChange[] = []
  let document = original
  for (const edit of edits) {
    const edited = editsOf(document, inEncoding(revealedEdit(edit), document.encoding))
    if (edited.splices.length === 0) continue
    changes.push(...shownChanges(edit, edited.changes))
    document = applyLineSplices(document, edited.splices)
  }
  if (document === original) return { bytes, changes: [] }
  return { bytes: encodeText({ ...document, text: textOf(document) }), changes }
}

function editsOf(document: HttpdDocument, edit: HttpdEdit): HttpdEditResult {
  if ('set' in edit) return setEdit(document, edit)
  if ('uncomment' in edit) return uncommentEdit(document, edit)
  if ('comment' in edit) return commentEdit(document, edit)
  if ('remove' in edit) return removeEdit(document, edit)
  return sectionEdit(document, edit)
}
