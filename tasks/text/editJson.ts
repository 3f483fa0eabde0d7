// The task editJson: edits a JSON file and keeps the rest byte for byte.

import { applyJsonEdits, dataEditSchema } from '../../src/formats/index.ts'
import { filePath, secretsIn, z } from '../../src/index.ts'
import { writingParams } from '../params/writing.ts'
import { defineFileEdit } from './fileEdit.ts'

export const dataEdits = z
  .array(dataEditSchema, 'expected a list of edits')
  .min(1, 'expected at least one edit')
  .describe('What the file must have, in order: [{"set": "/a/b", "value": 1}, …]. Texts may be secrets.')

/**
 * Edits a JSON file losslessly, with comments or without (package.json, tsconfig.json, daemon.json, VS Code's
 * settings): comments, order, indentation, line ends and layout of the rest stay byte for byte.
 *
 * - `path`: the file. `create` (default false): whether to make it if it is missing.
 * - `edits`: what the file must have, in order; see `DataEdit`. A place is a JSON Pointer (`/a/b/0`) or a list of keys,
 *   indexes, and members by which an item of a list is found: `['users', { name: 'anna' }, 'shell']`.
 *   `{ set, value }` makes the value equal, with its parents; `{ merge, value }` sets members and keeps the others;
 *   `{ remove }`; `{ include, items }` and `{ exclude, items }` add items to a list, and remove them. Texts may be secrets: of
 *   an edit with one, no values are shown, old or new.
 * - `keep`: where to keep the file as it was before the first edit, unless that path exists.
 * - `validate`: a shell command with `{}` (or `%s`) for the path of the new file, which must succeed before it is used.
 * - `owner`, `group`, `mode`: default: unchanged.
 *
 * Errors: E_NO_FILE; E_JSON (what is no JSON, with line and column), E_JSON_ENCODING (not UTF-8), E_DATA_NO_MATCH (a value
 * on the way that is no object or list), E_DATA_AMBIGUOUS (several items match). The file is then left unchanged.
 *
 * @example
 * editJson({
 *   path: '/etc/docker/daemon.json',
 *   create: true,
 *   edits: [
 *     { merge: '', value: { 'log-driver': 'json-file', 'log-opts': { 'max-size': '10m' } } },
 *     { include: '/insecure-registries', items: ['10.0.0.5:5000'] },
 *   ],
 * })
 *
 * Sources: RFC 8259 (JSON), RFC 6901 (JSON Pointer).
 */
export const editJson = defineFileEdit({
  name: 'editJson',
  summary: 'Edits a JSON file, with comments or without, and keeps the rest byte for byte.',
  params: z.strictObject({
    path: filePath.describe('The file.'),
    edits: dataEdits,
    create: z.boolean().default(false).describe('Whether to make a missing file.'),
    ...writingParams,
  }),
  edit: (before, { edits }) => {
    const { bytes, changes } = applyJsonEdits(before, edits)
    return { content: bytes, isSecret: secretsIn(edits).size > 0, edits: changes }
  },
})
