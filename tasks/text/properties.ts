// The task properties: sets and removes keys of a Java .properties file.

import { applyPropertiesEdits, type PropertiesEdit, propertyValue } from '../../src/formats/index.ts'
import { filePath, type Secret, secretsIn, z } from '../../src/index.ts'
import { setOrRemove } from '../params/setOrRemove.ts'
import { writingParams } from '../params/writing.ts'
import { defineFileEdit } from './fileEdit.ts'

/**
 * Sets and removes keys of a .properties file as `java.util.Properties` reads it; order, comments, layout and line ends
 * of the rest stay byte for byte.
 *
 * - `path`: the file. `create` (default false): whether to make it if it is missing.
 * - `set`: keys and their plain values; escapes are added. A `Secret` is written and never shown. If the file has a key
 *   several times, the last one is set, which is the one that counts.
 * - `after`: the key after which the first new key goes, each of the others after the one before it; default: the end.
 * - `remove`: keys to remove.
 * - `encoding`: `iso-8859-1` (default: as Java loads a stream, everything beyond ASCII written as `\uXXXX`) or `utf-8`.
 * - `owner`, `group`, `mode`, `keep` (where to keep the original), `validate` (`{}` is the new file): as for copyFile.
 *
 * Errors: E_NO_FILE, E_NOT_A_FILE, E_TOO_LARGE; E_PROPERTIES (a malformed `\u`, with its line), E_PROPERTIES_NO_MATCH (no
 * key `after`), E_PROPERTIES_ENCODING (not UTF-8).
 *
 * @example properties({ path: '/opt/app.properties', set: { 'db.port': 5432, 'db.password': vars.db_password } })
 * @example properties({ path: '/opt/app.properties', set: {}, remove: ['debug'] })
 */
export const properties = defineFileEdit({
  name: 'properties',
  summary: 'Sets and removes keys of a Java .properties file, leaving the rest alone.',
  params: setOrRemove(
    z.strictObject({
      path: filePath.describe('The file.'),
      set: z
        .record(z.string(), propertyValue)
        .refine((set) => !Object.hasOwn(set, ''), 'expected non-empty keys')
        .default({})
        .describe('Keys and their values. A secret is never shown.'),
      after: z.string().min(1).optional().describe('The key after which new keys go; default: the end.'),
      remove: z.array(z.string().min(1)).default([]).describe('Keys to remove.'),
      encoding: z.enum(['iso-8859-1', 'utf-8']).default('iso-8859-1').describe('How the file is encoded.'),
      create: z.boolean().default(false).describe('Whether to make a missing file.'),
      ...writingParams,
    }),
    'keys',
  ),
  allowsMissing: ({ set }) => Object.keys(set).length === 0,
  edit: (before, params) => {
    const { bytes, changes } = applyPropertiesEdits(before, editsOf(params), { encoding: params.encoding })
    return { content: bytes, isSecret: secretsIn(params.set).size > 0, edits: changes }
  },
})

type PropertiesParams = {
  set: Record<string, string | number | boolean | Secret>
  after?: string
  remove: string[]
}

/** Each new key goes after the one before it, so they keep their order. */
function editsOf({ set, after, remove }: PropertiesParams): PropertiesEdit[] {
  const keys = Object.keys(set)
  const sets = keys.map((key, index): PropertiesEdit => {
    const previous = after === undefined ? undefined : (keys[index - 1] ?? after)
    return { set: key, value: set[key]!, after: previous }
  })
  return [...sets, ...remove.map((key) => ({ remove: key }))]
}
