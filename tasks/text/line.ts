// The task line: one line of a text file that is there, or not.

import {
  absolutePath,
  type Change,
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
import {
  abbreviated,
  type FileText,
  fileText,
  joinedLines,
  type Line,
  type Place,
  pattern,
  placeIn,
  placeParams,
  textLines,
} from './textFile.ts'

/**
 * Puts a line into a text file, in place of one that matches or as a new one, or takes lines out.
 *
 * - `path` (absolute): the file. `create` (default false): whether a missing one is made.
 * - `line`: the whole line, without a line end; a `Secret` is never shown. Needed for `state: 'present'`.
 * - `match`: a regular expression (JavaScript's, tried on each line without its line end), or `search`: a text that
 *   the line contains. What matches is replaced. `which` (default `'last'`): the last match, the `'first'`, or `'all'`.
 *   Where nothing matches, the line is added, unless it is there. Where the line is there and does not itself match,
 *   nothing is done (with `'all'`: what matches is still replaced), so that a second run finds its own work.
 * - `after`, `before`: regular expressions that say where a new line goes: after the last line that matches (with
 *   `which: 'first'` the first), or before it; `'EOF'` and `'BOF'` are the end and the beginning. Default, and where
 *   nothing matches: the end. A line that is there is not moved.
 * - `state` (default `'present'`). `'absent'` takes out all lines that match, or that equal `line`.
 * - `owner`, `group`, `mode`, `keep` (where the original is kept), `validate` (`{}` is the new file): as for copyFile.
 *
 * Bytes are kept: CRLF line ends (a new line gets that of its neighbour), a byte order mark, and bytes that are not
 * UTF-8, in which file text is taken as Latin-1. Captured groups are not put in: see the task `replace`.
 *
 * Errors: E_NO_FILE, E_NOT_A_FILE, E_TOO_LARGE (over 16 MiB), E_ENCODING (a secret for a file that is not UTF-8).
 *
 * The behaviour follows Ansible's lineinfile, save where that adds a line again and again.
 *
 * @example line({ path: '/etc/ssh/sshd_config', match: /^#?PermitRootLogin /, line: 'PermitRootLogin no' })
 * @example line({ path: '/etc/hosts', search: 'old-host', state: 'absent' })
 */
export const line = defineTask({
  name: 'line',
  summary: 'Puts a line into a text file, replacing one that matches, or takes lines out.',
  params: z
    .strictObject({
      path: absolutePath.describe('The file.'),
      line: z
        .union([
          z.string().regex(/^[^\r\n\0]*$/, 'expected one line (see the task block)'),
          z.instanceof(Secret),
        ])
        .optional()
        .describe('The whole line, without a line end.'),
      match: pattern.optional().describe('A regular expression: what matches is replaced.'),
      search: z
        .string()
        .min(1, 'expected a text that is not empty')
        .optional()
        .describe('A text: what contains it is replaced.'),
      which: z
        .enum(['last', 'first', 'all'])
        .default('last')
        .describe('Which of several matches is replaced, and which place a new line goes to.'),
      ...placeParams,
      state: z.enum(['present', 'absent']).default('present').describe('Whether the line shall be there.'),
      create: z.boolean().default(false).describe('Whether a missing file is made.'),
      ...writingParams,
    })
    .refine(({ state, line }) => state === 'absent' || line !== undefined, {
      path: ['line'],
      error: 'expected the line to put in',
    })
    .refine(({ line, match, search }) => line !== undefined || match !== undefined || search !== undefined, {
      error: 'expected line, match or search: what to take out',
    })
    .refine(({ match, search }) => match === undefined || search === undefined, {
      error: 'expected match or search, not both',
    })
    .refine(({ after, before }) => after === undefined || before === undefined, {
      error: 'expected after or before, not both',
    }),
  title: ({ path }) => path,
  probe: ({ path }) => ({ current: file(path, { content: true }) }),
  plan: (params, { current }): Change[] => {
    const { path, owner, group, mode, keep } = params
    const found = contentOf(path, current)
    if (!found && params.state === 'absent') return []
    if (!found && !params.create) throw noFile(path)
    const source = fileText(found ?? Buffer.alloc(0))
    const isSecret = params.line instanceof Secret
    if (isSecret && !source.isUtf8) throw notUtf8(path)
    const result = edited(source, params)
    const content = isSecret ? secret(result.text) : source.bytes(result.text)
    const edits = found ? result.edits.map((edit) => shown(path, edit, isSecret)) : []
    return fileChanges(current, {
      path,
      content,
      owner,
      group,
      mode,
      keep,
      edits,
      validate: validation(params.validate),
    })
  },
})

type Wanted = Place & {
  line?: string | Secret
  match?: RegExp
  search?: string
  which: 'last' | 'first' | 'all'
  state: 'present' | 'absent'
  validate?: string
}

/** `number`: of the line, from 1. */
type Edit = { number: number; from?: string; to?: string }

function edited({ text, encoded }: FileText, wanted: Wanted): { text: string; edits: Edit[] } {
  const { mark, lines } = textLines(text)
  const edits = wanted.state === 'absent' ? removals(lines, wanted, encoded) : puts(lines, wanted, encoded)
  return { text: joinedLines(mark, lines), edits }
}

function removals(lines: Line[], wanted: Wanted, encoded: FileText['encoded']): Edit[] {
  const goes = matcher(wanted, encoded) ?? equals(wanted, encoded)
  const edits = lines.flatMap((each, index) =>
    goes(each.text) ? [{ number: index + 1, from: each.text }] : [],
  )
  lines.splice(0, lines.length, ...lines.filter((each) => !goes(each.text)))
  return edits
}

function puts(lines: Line[], wanted: Wanted, encoded: FileText['encoded']): Edit[] {
  const text = encoded(plain(wanted.line!))
  const matches = matcher(wanted, encoded)
  const isThere = lines.some((each) => each.text === text)
  const found = matches ? lines.flatMap((each, index) => (matches(each.text) ? [index] : [])) : []
  const findsItself = matches?.(text) ?? false
  if (isThere && !findsItself && (wanted.which !== 'all' || found.length === 0)) return []
  if (found.length === 0) return isThere ? [] : [insertion(lines, wanted, text)]
  const targets = { last: found.slice(-1), first: found.slice(0, 1), all: found }[wanted.which]
  return targets.flatMap((index) => replacement(lines[index]!, index, text))
}

function replacement(at: Line, index: number, text: string): Edit[] {
  if (at.text === text) return []
  const from = at.text
  at.text = text
  return [{ number: index + 1, from, to: text }]
}

function insertion(lines: Line[], wanted: Wanted, text: string): Edit {
  const at = placeIn(lines, wanted, wanted.which === 'first' ? 'first' : 'last')
  const above = lines[at - 1]
  const end = (above ?? lines[at])?.end || lines[0]?.end || '\n'
  if (above?.end === '') above.end = end
  lines.splice(at, 0, { text, end })
  return { number: at + 1, to: text }
}

function matcher({ match, search }: Wanted, encoded: FileText['encoded']) {
  if (match) return (text: string) => match.test(text)
  if (search === undefined) return undefined
  const part = encoded(search)
  return (text: string) => text.includes(part)
}

function equals({ line }: Wanted, encoded: FileText['encoded']) {
  const whole = encoded(plain(line!))
  return (text: string) => text === whole
}

function shown(path: string, { number, from, to }: Edit, isSecret: boolean) {
  const quoted = (text: string) => (isSecret ? 'a secret line' : abbreviated(text))
  return {
    what: `${path}:${number}`,
    from: from === undefined ? 'no such line' : quoted(from),
    to: to === undefined ? 'taken out' : quoted(to),
  }
}

function plain(value: string | Secret): string {
  return value instanceof Secret ? value.reveal() : value
}

function noFile(path: string): PlaybookError {
  return new PlaybookError('E_NO_FILE', `There is no file ${path}.`, { hint: 'create: true makes one.' })
}

function notUtf8(path: string): PlaybookError {
  return new PlaybookError('E_ENCODING', `${path} is not UTF-8: a secret line cannot be put into it.`)
}
