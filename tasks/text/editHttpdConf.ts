// The task editHttpdConf: edits an Apache httpd configuration file and keeps the rest.

import { applyHttpdEdits, httpdEditSchema } from '../../src/formats/index.ts'
import { filePath, secretsIn, z } from '../../src/index.ts'
import { writingParams } from '../params/writing.ts'
import { defineFileEdit } from './fileEdit.ts'

export const httpdEdits = z
  .array(httpdEditSchema, 'expected a list of edits')
  .min(1, 'expected at least one edit')

/**
 * Edits a configuration file of Apache httpd losslessly, reading it as httpd does: nested sections, case-insensitive
 * names, joined lines, quoted arguments; commented-out directives are enabled where they are. The rest stays byte for
 * byte.
 *
 * - `path`: the file, which must exist.
 * - `edits`: what the file must have, in order; see `HttpdEdit`. Arguments may be secrets: of an edit with one, no values
 *   are shown, old or new.
 * - `keep`: where to keep the file as it was before the first edit, unless that path exists.
 * - `validate`: a shell command with `{}` (or `%s`) for the path of the new file, which must succeed before it is used.
 *   The new file is in the same folder as the old one; `httpd -t -f {}` reads it with the ServerRoot it names.
 * - `owner`, `group`, `mode`: default: unchanged.
 *
 * Errors: E_NO_FILE; E_HTTPD (what httpd would not read, with the line); E_HTTPD_NO_MATCH and E_HTTPD_AMBIGUOUS (a
 * directive or section of an edit), E_HTTPD_EDIT. The file is then left unchanged.
 *
 * @example
 * editHttpdConf({
 *   path: '/data2/apache/conf/httpd.conf',
 *   keep: '/data2/apache/conf/httpd.conf_origin',
 *   edits: [{ set: 'KeepAliveTimeout', args: [2] }, { uncomment: 'LoadModule', args: ['ssl_module'] }],
 *   validate: '/data2/apache/bin/httpd -t -f {}',
 * })
 */
export const editHttpdConf = defineFileEdit({
  name: 'editHttpdConf',
  summary: 'Edits a configuration file of Apache httpd and keeps the rest byte for byte.',
  params: z.strictObject({
    path: filePath.describe('The file; it must exist.'),
    edits: httpdEdits.describe(
      'What the file must have, in order: [{"set": NAME, "args": […]}, …]. Arguments may be secrets.',
    ),
    ...writingParams,
  }),
  edit: (before, { edits }) => {
    const { bytes, changes } = applyHttpdEdits(before, edits)
    return { content: bytes, isSecret: secretsIn(edits).size > 0, edits: changes }
  },
})
