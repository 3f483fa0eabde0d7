// Edits JSON files, with comments or without; whatever no edit changes keeps its bytes.

import { PlaybookError } from '../model/errors/error.ts'
import type { DataEdit } from './data/edit.ts'
import { editText } from './data/editText.ts'
import { dataEditSchema } from './data/schema.ts'
import { dataOf, parseJson } from './json/document.ts'
import { writeJson } from './json/write.ts'
import type { EditedBytes } from './shared/change.ts'
import { checkEdits } from './shared/editSchema.ts'
import { decodeText, encodeText } from './shared/encoding.ts'

export type {
  DataEdit,
  DataExcludeEdit,
  DataIncludeEdit,
  DataMergeEdit,
  DataPath,
  DataRemoveEdit,
  DataSetEdit,
  DataStep,
  DataValue,
} from './data/edit.ts'
export { dataEditSchema }

/**
 * Applies edits to the bytes of a JSON file, one after the other, each to the result of those before it.
 *
 * Comments and a comma behind the last member are read, and stay. Nothing is reformatted: new text
 * follows the indentation, the line ends and the layout around it, on one line where its neighbours are. A comment on the
 * line of a removed member goes with it; one above it stays. Of a repeated key the last one counts. After each change
 * the text is read again, and must hold exactly what was meant.
 *
 * Idempotent: applied to its own result, it returns `changes: []` and the same bytes.
 *
 * @param bytes the file in UTF-8, empty for a new one
 * @param edits see `DataEdit`; of an edit with a `Secret`, `changes` has no values
 * @returns the new bytes, and each change for people; without changes, the bytes that came in
 * @throws PlaybookError E_JSON (line:column), E_JSON_ENCODING (not UTF-8), E_DATA_NO_MATCH (no object or list on the
 *   way), E_DATA_AMBIGUOUS (several items match), E_JSON_EDIT (an edit with unknown keys, or one that cannot be made)
 * @example
 * editJson(bytes, [
 *   { set: '/compilerOptions/strict', value: true },
 *   { include: ['files'], items: ['src/main.ts'] },
 *   { set: ['users', { name: 'anna' }, 'shell'], value: '/bin/sh' },
 * ])
 */
export function editJson(bytes: Uint8Array, edits: readonly DataEdit[]): EditedBytes {
  checkEdits(edits, dataEditSchema, 'E_JSON_EDIT')
  return applyJsonEdits(bytes, edits)
}

/** `editJson` for edits that `dataEditSchema` has checked already, as those of a task's parameters. */
export function applyJsonEdits(bytes: Uint8Array, edits: readonly DataEdit[]): EditedBytes {
  const original = decodeText(bytes)
  if (original.encoding !== 'utf8') {
    throw new PlaybookError('E_JSON_ENCODING', 'The file is not UTF-8, which JSON has to be.')
  }
  const { text, changes } = editText(original.text, edits, {
    name: 'JSON',
    code: 'E_JSON_EDIT',
    read: (each) => dataOf(parseJson(each)),
    write: writeJson,
  })
  return text === original.text
    ? { bytes, changes: [] }
    : { bytes: encodeText({ ...original, text }), changes }
}
