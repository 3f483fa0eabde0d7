// Edits YAML files; whatever no edit changes keeps its bytes.

import { PlaybookError } from '../model/errors/error.ts'
import type { DataEdit } from './data/edit.ts'
import { editText } from './data/editText.ts'
import { dataEditSchema } from './data/schema.ts'
import type { EditedBytes } from './shared/change.ts'
import { checkEdits } from './shared/editSchema.ts'
import { decodeText, encodeText } from './shared/encoding.ts'
import { dataOf, parseYamlDocument, type YamlOptions } from './yaml/document.ts'
import { writeYaml } from './yaml/write.ts'

export type { YamlOptions } from './yaml/document.ts'

/**
 * Applies edits to the bytes of a YAML file, one after the other, each to the result of those before it.
 *
 * Comments, order, anchors, aliases, tags, quotes, block and flow style, and the layout stay as they are. New text
 * follows the indentation and the quotes of the file; texts that YAML 1.1 would take for something else (`yes`, `0644`,
 * `12:30`) are quoted. A list or map that loses its last member becomes `[]` or `{}`. A comment on the line of a removed
 * member goes with it; one above it stays. A key that comes from a merged map (`<<`) gets a line of its own when it is
 * set. After each change the text is read again, and must hold exactly what was meant: an edit of a value that an alias
 * repeats elsewhere is refused.
 *
 * Idempotent: applied to its own result, it returns `changes: []` and the same bytes.
 *
 * @param bytes the file in UTF-8, empty for a new one
 * @param edits see `DataEdit`; of an edit with a `Secret`, `changes` has no values
 * @returns the new bytes, and each change for people; without changes, the bytes that came in
 * @throws PlaybookError E_YAML (line:column), E_YAML_ENCODING (not UTF-8), E_YAML_DOCUMENTS (several, and none is
 *   named), E_YAML_ALIAS (inside an alias), E_DATA_NO_MATCH (no map or list on the way), E_DATA_AMBIGUOUS (several items
 *   match), E_YAML_EDIT (an edit with unknown keys, or one that cannot be made)
 * @example
 * editYaml(bytes, [
 *   { set: '/services/web/image', value: 'nginx:1.27' },
 *   { set: ['users', { name: 'anna' }, 'shell'], value: '/bin/sh' },
 *   { exclude: '/services/web/ports', items: ['80:80'] },
 * ])
 */
export function editYaml(
  bytes: Uint8Array,
  edits: readonly DataEdit[],
  options: YamlOptions = {},
): EditedBytes {
  checkEdits(edits, dataEditSchema, 'E_YAML_EDIT')
  return applyYamlEdits(bytes, edits, options)
}

/** `editYaml` for edits that `dataEditSchema` has checked already, as those of a task's parameters. */
export function applyYamlEdits(
  bytes: Uint8Array,
  edits: readonly DataEdit[],
  options: YamlOptions = {},
): EditedBytes {
  const original = decodeText(bytes)
  if (original.encoding !== 'utf8') throw new PlaybookError('E_YAML_ENCODING', 'The file is not UTF-8.')
  const { text, changes } = editText(original.text, edits, {
    name: 'YAML',
    code: 'E_YAML_EDIT',
    read: (each) => dataOf(parseYamlDocument(each, options)),
    write: (each, operation) => writeYaml(each, operation, options),
  })
  return text === original.text
    ? { bytes, changes: [] }
    : { bytes: encodeText({ ...original, text }), changes }
}
