// The task editHttpdConf: changes a configuration file of Apache httpd where it is told to, and not one byte elsewhere.

import { editHttpd, type HttpdEdit } from '../../src/formats/index.ts'
import { absolutePath, contentOf, defineTask, file, fileChanges, PlaybookError, z } from '../../src/index.ts'
import { validation, writingParams } from '../params/writing.ts'
import { editedAt } from './textFile.ts'

const editKinds = ['set', 'uncomment', 'comment', 'remove', 'section'] as const

/**
 * Edits a configuration file of Apache httpd losslessly, as httpd reads it: nested sections, names without case, joined
 * lines, quoted arguments, commented-out directives enabled in place. The rest stays byte for byte.
 *
 * - `path`: the file. It must exist.
 * - `edits`: what shall hold, in order; see `HttpdEdit`.
 * - `keep`: where the file as it was before the first edit is kept, unless something stands there.
 * - `validate`: a shell command with `{}` (or `%s`) for the new file's path, that must succeed before it takes its place. The new
 *   file lies beside the old one; `httpd -t -f {}` reads it with the ServerRoot that it names.
 * - `owner`, `group`, `mode`: as they are if not given.
 *
 * Errors: E_NO_FILE; E_HTTPD (what httpd would not read, with the line); E_HTTPD_NO_MATCH and E_HTTPD_AMBIGUOUS (a
 * directive or section of an edit), E_HTTPD_EDIT. The file is then as it was.
 *
 * @example
 * editHttpdConf({
 *   path: '/data2/apache/conf/httpd.conf',
 *   keep: '/data2/apache/conf/httpd.conf_origin',
 *   edits: [{ set: 'KeepAliveTimeout', args: [2] }, { uncomment: 'LoadModule', args: ['ssl_module'] }],
 *   validate: '/data2/apache/bin/httpd -t -f {}',
 * })
 */
export const editHttpdConf = defineTask({
  name: 'editHttpdConf',
  summary: 'Edits a configuration file of Apache httpd, byte for byte leaving the rest alone.',
  params: z.strictObject({
    path: absolutePath.describe('The file; it must exist.'),
    edits: z
      .array(
        z
          .custom<HttpdEdit>(isEdit, `expected an edit: an object with ${editKinds.join(', ')}`)
          .meta({ title: 'HttpdEdit' }),
      )
      .min(1, 'expected at least one edit')
      .describe('What shall hold, in order: [{"set": NAME, "args": […]}, …].'),
    ...writingParams,
  }),
  title: ({ path }) => path,
  probe: ({ path }) => ({ current: file(path, { content: true }) }),
  plan: (params, { current }) => {
    const { path, edits, validate, keep, owner, group, mode } = params
    const before = contentOf(path, current)
    if (!before) throw new PlaybookError('E_NO_FILE', `${path} does not exist, so it cannot be edited.`)
    const { bytes, changes } = editedAt(path, () => editHttpd(before, edits))
    const wanted = { path, content: Buffer.from(bytes), edits: changes, keep, owner, group, mode }
    return fileChanges(current, { ...wanted, validate: validation(validate) })
  },
})

function isEdit(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const kinds = editKinds.filter((kind) => kind in value)
  return kinds.length === 1 && typeof (value as Record<string, unknown>)[kinds[0]!] === 'string'
}
