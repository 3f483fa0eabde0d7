// The task properties: keys of a Java .properties file that hold these values, or are not there.

import { editProperties, type PropertiesEdit } from '../../src/formats/index.ts'
import {
  absolutePath,
  contentOf,
  defineTask,
  file,
  fileChanges,
  PlaybookError,
  Secret,
  secret,
  z,
} from '../../src/index.ts'
import { validation, writingParams } from '../params/writing.ts'
import { editedAt } from './textFile.ts'

const propertyValue = z.union([z.string(), z.number(), z.boolean(), z.instanceof(Secret)], {
  error: 'expected a text, a number, true or false, or a secret',
})

/**
 * Sets and removes keys of a .properties file as `java.util.Properties` reads it; order, comments, layout and line ends
 * of the rest stay byte for byte.
 *
 * - `path`: the file. `create` (default false): whether a missing one is made.
 * - `set`: keys and their values, as they are meant: escapes are made. A `Secret` is written and never shown. Of a key
 *   that stands there several times the last is set, which is the one that counts.
 * - `after`: the key after which the first goes where it is new, each of the others after the one before it; else new
 *   keys go to the end.
 * - `remove`: keys that shall not be there.
 * - `encoding`: `iso-8859-1` (default: as Java loads a stream, all beyond ASCII written `\uXXXX`) or `utf-8`.
 * - `owner`, `group`, `mode`, `keep` (where the original is kept), `validate` (`{}` is the new file): as for copyFile.
 *
 * Errors: E_NO_FILE, E_NOT_A_FILE, E_TOO_LARGE; E_PROPERTIES (a malformed `\u`, with its line), E_PROPERTIES_NO_MATCH (no key
 * `after`), E_PROPERTIES_ENCODING (not UTF-8; or a secret for a file with bytes beyond ASCII that are not UTF-8).
 *
 * @example properties({ path: '/opt/app.properties', set: { 'db.port': 5432, 'db.password': secret(password) } })
 * @example properties({ path: '/opt/app.properties', set: {}, remove: ['debug'] })
 */
export const properties = defineTask({
  name: 'properties',
  summary: 'Sets and removes keys of a Java .properties file, leaving the rest alone.',
  params: z
    .strictObject({
      path: absolutePath.describe('The file.'),
      set: z
        .record(z.string(), propertyValue)
        .refine((set) => !Object.hasOwn(set, ''), 'expected keys that are not empty')
        .default({})
        .describe('Keys and their values.'),
      after: z.string().min(1).optional().describe('The key after which new keys go; else the end.'),
      remove: z.array(z.string().min(1)).default([]).describe('Keys that shall not be there.'),
      encoding: z.enum(['iso-8859-1', 'utf-8']).default('iso-8859-1').describe('How the file is encoded.'),
      create: z.boolean().default(false).describe('Whether a missing file is made.'),
      ...writingParams,
    })
    .refine(({ set, remove }) => Object.keys(set).length + remove.length > 0, {
      error: 'expected set or remove: what shall hold',
    })
    .refine(({ set, remove }) => !remove.some((key) => Object.hasOwn(set, key)), {
      path: ['remove'],
      error: 'expected keys that are not in set',
    }),
  title: ({ path }) => path,
  probe: ({ path }) => ({ current: file(path, { content: true }) }),
  plan: (params, { current }) => {
    const { path, set, create, validate, keep, owner, group, mode } = params
    const found = contentOf(path, current)
    const isWanted = Object.keys(set).length > 0
    if (!found && !isWanted) return []
    if (!found && !create) {
      throw new PlaybookError('E_NO_FILE', `There is no file ${path}.`, { hint: 'create: true makes one.' })
    }
    const { bytes, changes } = edited(path, found ?? Buffer.alloc(0), params)
    const content = contentFor(path, Buffer.from(bytes), params)
    const wanted = { path, content, edits: found ? changes : [], keep, owner, group, mode }
    return fileChanges(current, { ...wanted, validate: validation(validate) })
  },
})

type Params = {
  set: Record<string, string | number | boolean | Secret>
  after?: string
  remove: string[]
  encoding: 'iso-8859-1' | 'utf-8'
}

function edited(path: string, before: Buffer, params: Params): ReturnType<typeof editProperties> {
  return editedAt(path, () => editProperties(before, editsOf(params), { encoding: params.encoding }))
}

/** Each new key goes after the one before it, so that they stand in the order in which they are given. */
function editsOf({ set, after, remove }: Params): PropertiesEdit[] {
  const keys = Object.keys(set)
  const sets = keys.map((key, index): PropertiesEdit => {
    const place = after === undefined ? undefined : (keys[index - 1] ?? after)
    return { set: key, value: set[key]!, ...(place === undefined ? {} : { after: place }) }
  })
  return [...sets, ...remove.map((key) => ({ remove: key }))]
}

/** What holds a secret is one itself; it is written as UTF-8, so its bytes must be that. */
function contentFor(path: string, bytes: Buffer, { set }: Params): Buffer | Secret {
  if (!Object.values(set).some((value) => value instanceof Secret)) return bytes
  const text = bytes.toString('utf8')
  if (Buffer.from(text).equals(bytes)) return secret(text)
  throw new PlaybookError(
    'E_PROPERTIES_ENCODING',
    `${path} holds bytes that are not UTF-8: a secret cannot be put into it.`,
    'Write its characters beyond ASCII as \\uXXXX.',
  )
}
