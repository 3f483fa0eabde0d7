// The task line: puts a line into a text file, or removes lines.

import { filePath, Secret, withTimeLimit, z } from '../../src/index.ts'
import { foreignReplacement } from '../params/foreignPatterns.ts'
import { pattern } from '../params/patterns.ts'
import { defineFileEdit } from './fileEdit.ts'
import { editLines, type LineEdit } from './lineEdits.ts'
import { abbreviated, fileText, hasOnePosition, placedTextParams, twoPositions } from './textFile.ts'

/**
 * Puts a line into a text file, replacing one that matches or adding a new one, or removes lines.
 *
 * - `path` (absolute): the file. `create` (default false): whether to make it if it is missing.
 * - `line`: the whole line, without a line end; a `Secret` is never shown, nor is the line
 *   that it replaces. Required for `state: 'present'`.
 * - `match`: a regular expression (JavaScript's, tested on each line without its line end), or `search`: a text that the
 *   line contains. What matches is replaced. `which` (default `'last'`): the last match, the `'first'`, or `'all'`. If
 *   nothing matches, the line is added unless the file has it. If the file has the line and the line itself does not
 *   match, nothing is done (with `'all'`, matches are still replaced), so a second run changes nothing.
 * - `backrefs` (default false): `$1`, `$<name>` and `$&` in `line` are what `match` has captured; `$$` is a dollar. If
 *   nothing matches, nothing is done.
 * - `after`, `before`: regular expressions for the position of a new line: after the last line that matches (with
 *   `which: 'first'` the first), or before it; `'EOF'` and `'BOF'` are the end and the beginning. Default, and if nothing
 *   matches: the end. An existing line is not moved.
 * - `state` (default `'present'`): `'absent'` removes all lines that match, or that equal `line`.
 * - `owner`, `group`, `mode`, `keep` (where to keep the original), `validate` (`{}` is the new file): as for copyFile.
 *
 * Everything else stays byte for byte: CRLF line ends (a new line gets that of its neighbour), a byte order mark, and
 * bytes that are not UTF-8, whose file is read as Latin-1.
 *
 * Errors: E_NO_FILE, E_NOT_IDEMPOTENT (a line made by `backrefs` would be changed again), E_NOT_A_FILE, E_TOO_LARGE (over 16 MiB), E_SLOW_PATTERN (the patterns took more than 3 s).
 *
 * It behaves like Ansible's lineinfile, except where that adds the same line again and again.
 *
 * @example line({ path: '/etc/ssh/sshd_config', match: /^#?PermitRootLogin /, line: 'PermitRootLogin no' })
 * @example line({ path: '/etc/default/grub', match: '^GRUB_TIMEOUT=(.*)$', line: '#GRUB_TIMEOUT=$1', backrefs: true })
 * @example line({ path: '/etc/hosts', search: 'old-host', state: 'absent' })
 */
export const line = defineFileEdit({
  name: 'line',
  summary: 'Puts a line into a text file, replacing one that matches, or removes lines.',
  ansible: {
    modules: ['lineinfile'],
    params: {
      regexp: 'match',
      regex: 'match',
      search_string: 'search',
      insertafter: 'after',
      insertbefore: 'before',
      firstmatch: "Use which: 'first'.",
      value: 'line',
      dest: 'path',
      destfile: 'path',
      name: 'path',
      unsafe_writes: 'There is no such option: files are replaced by a rename.',
    },
  },
  params: z
    .strictObject({
      path: filePath.describe('The file.'),
      line: z
        .union([
          z.string().regex(/^[^\r\n\0]*$/, 'expected one line (see the task textBlock)'),
          z.instanceof(Secret),
        ])
        .optional()
        .describe('The whole line, without a line end. A secret is never shown.'),
      match: pattern.optional().describe('A regular expression: what matches is replaced.'),
      search: z
        .string()
        .min(1, 'expected a non-empty text')
        .optional()
        .describe('A text: lines that contain it are replaced.'),
      which: z
        .enum(['last', 'first', 'all'])
        .default('last')
        .describe('Which of several matches to replace, or to put a new line at.'),
      backrefs: z
        .boolean()
        .default(false)
        .describe('Whether $1 and $& in line are what match has captured; then a line is only replaced.'),
      ...placedTextParams,
    })
    .refine(({ state, line }) => state === 'absent' || line !== undefined, {
      path: ['line'],
      error: 'expected the line to add',
    })
    .refine(({ line, match, search }) => line !== undefined || match !== undefined || search !== undefined, {
      error: 'expected line, match or search: what to remove',
    })
    .refine(({ match, search }) => match === undefined || search === undefined, {
      error: 'expected match or search, not both',
    })
    .refine(hasOnePosition, twoPositions)
    .refine(({ backrefs, match, state }) => !backrefs || (match !== undefined && state === 'present'), {
      path: ['backrefs'],
      error: "expected match too, and not state: 'absent'",
    })
    .superRefine(({ line, match, backrefs }, { addIssue }) => {
      const message = typeof line === 'string' && match ? foreignReplacement(line, match) : undefined
      const how = backrefs ? '' : ', with backrefs: true'
      if (message) addIssue({ code: 'custom', path: ['line'], message: `${message}${how}` })
    }),
  allowsMissing: ({ state }) => state === 'absent',
  edit: (before, params) => {
    const isSecret = params.line instanceof Secret
    const source = fileText(before)
    const { text, edits } = withTimeLimit([params.match, params.after, params.before], () =>
      editLines(source, params),
    )
    return {
      content: source.bytes(text),
      isSecret,
      edits: edits.map((each) => describeEdit(params.path, each, isSecret)),
    }
  },
})

function describeEdit(path: string, { number, from, to }: LineEdit, isSecret: boolean) {
  const quoted = (text: string) => (isSecret ? 'a secret line' : abbreviated(text))
  return {
    what: `${path}:${number}`,
    from: from === undefined ? 'no such line' : quoted(from),
    to: to === undefined ? 'removed' : quoted(to),
  }
}
