// The task line: puts a line into a text file, or removes lines.

import { filePath, revealed, Secret, withTimeLimit, z } from '../../src/index.ts'
import { foreignReplacement } from '../params/foreignPatterns.ts'
import { pattern } from '../params/patterns.ts'
import { defineFileEdit } from './fileEdit.ts'
import {
  abbreviated,
  type FileText,
  fileText,
  hasOnePosition,
  insertionIndex,
  joinLines,
  type Line,
  type Position,
  placedTextParams,
  splitIntoLines,
  twoPositions,
} from './textFile.ts'

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
 * - `after`, `before`: regular expressions for the position of a new line: after the last line that matches (with
 *   `which: 'first'` the first), or before it; `'EOF'` and `'BOF'` are the end and the beginning. Default, and if nothing
 *   matches: the end. An existing line is not moved.
 * - `state` (default `'present'`): `'absent'` removes all lines that match, or that equal `line`.
 * - `owner`, `group`, `mode`, `keep` (where to keep the original), `validate` (`{}` is the new file): as for copyFile.
 *
 * Everything else stays byte for byte: CRLF line ends (a new line gets that of its neighbour), a byte order mark, and
 * bytes that are not UTF-8, whose file is read as Latin-1. Captured groups are not inserted: see the task `replace`.
 *
 * Errors: E_NO_FILE, E_NOT_A_FILE, E_TOO_LARGE (over 16 MiB), E_SLOW_PATTERN (the patterns took more than 3 s).
 *
 * It behaves like Ansible's lineinfile, except where that adds the same line again and again.
 *
 * @example line({ path: '/etc/ssh/sshd_config', match: /^#?PermitRootLogin /, line: 'PermitRootLogin no' })
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
    .refine(({ line, match }) => typeof line !== 'string' || !match || !foreignReplacement(line, match), {
      path: ['line'],
      error: 'expected a line without groups of match: the task replace inserts them, as $1',
    }),
  allowsMissing: ({ state }) => state === 'absent',
  edit: (before, params) => {
    const isSecret = params.line instanceof Secret
    const source = fileText(before)
    const { text, edits } = withTimeLimit([params.match, params.after, params.before], () =>
      editLines(source, params),
    )
    return {
      ...{ content: source.bytes(text), isSecret },
      edits: edits.map((each) => describeEdit(params.path, each, isSecret)),
    }
  },
})

type LineParams = Position & {
  line?: string | Secret
  match?: RegExp
  search?: string
  which: 'last' | 'first' | 'all'
  state: 'present' | 'absent'
}

/** `number`: of the line, from 1. */
type LineEdit = { number: number; from?: string; to?: string }

function editLines({ text, encoded }: FileText, params: LineParams): { text: string; edits: LineEdit[] } {
  const { bom, lines } = splitIntoLines(text)
  const edits =
    params.state === 'absent' ? removeLines(lines, params, encoded) : putLine(lines, params, encoded)
  return { text: joinLines(bom, lines), edits }
}

function removeLines(lines: Line[], params: LineParams, encoded: FileText['encoded']): LineEdit[] {
  const isRemoved = matcher(params, encoded) ?? equals(params, encoded)
  const edits = lines.flatMap((each, index) =>
    isRemoved(each.text) ? [{ number: index + 1, from: each.text }] : [],
  )
  lines.splice(0, lines.length, ...lines.filter((each) => !isRemoved(each.text)))
  return edits
}

function putLine(lines: Line[], params: LineParams, encoded: FileText['encoded']): LineEdit[] {
  const text = encoded(revealed(params.line!))
  const matches = matcher(params, encoded)
  const isPresent = lines.some((each) => each.text === text)
  const found = matches ? lines.flatMap((each, index) => (matches(each.text) ? [index] : [])) : []
  const matchesItself = matches?.(text) ?? false
  if (isPresent && !matchesItself && (params.which !== 'all' || found.length === 0)) return []
  if (found.length === 0) return isPresent ? [] : [insertLine(lines, params, text)]
  const targets = { last: found.slice(-1), first: found.slice(0, 1), all: found }[params.which]
  return targets.flatMap((index) => replaceLine(lines[index]!, index, text))
}

function replaceLine(at: Line, index: number, text: string): LineEdit[] {
  if (at.text === text) return []
  const from = at.text
  at.text = text
  return [{ number: index + 1, from, to: text }]
}

function insertLine(lines: Line[], params: LineParams, text: string): LineEdit {
  const at = insertionIndex(lines, params, params.which === 'first' ? 'first' : 'last')
  const above = lines[at - 1]
  const end = (above ?? lines[at])?.end || lines[0]?.end || '\n'
  if (above?.end === '') above.end = end
  lines.splice(at, 0, { text, end })
  return { number: at + 1, to: text }
}

function matcher({ match, search }: LineParams, encoded: FileText['encoded']) {
  if (match) return (text: string) => match.test(text)
  if (search === undefined) return undefined
  const part = encoded(search)
  return (text: string) => text.includes(part)
}

function equals({ line }: LineParams, encoded: FileText['encoded']) {
  const whole = encoded(revealed(line!))
  return (text: string) => text === whole
}

function describeEdit(path: string, { number, from, to }: LineEdit, isSecret: boolean) {
  const quoted = (text: string) => (isSecret ? 'a secret line' : abbreviated(text))
  return {
    what: `${path}:${number}`,
    from: from === undefined ? 'no such line' : quoted(from),
    to: to === undefined ? 'removed' : quoted(to),
  }
}
