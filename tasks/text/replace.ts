// The task replace: every match of a pattern in a text file, replaced.

import {
  absolutePath,
  type Change,
  contentOf,
  defineTask,
  file,
  fileChanges,
  PlaybookError,
  z,
} from '../../src/index.ts'
import { validation, writingParams } from '../params/writing.ts'
import { abbreviated, compiles, fileText, patternSource } from './textFile.ts'

/**
 * Replaces every match of a pattern in a text file.
 *
 * - `path` (absolute): the file, which must exist.
 * - `pattern`: a regular expression, JavaScript's. A text is taken with the flags `flags` (default `'m'`: `^` and `$`
 *   are at lines; `s`: `.` matches line ends; `i`: any case; `u`); a RegExp has its own. All matches are meant, always.
 * - `replacement`: what takes the place of a match; `$1`, `$<name>` and `$&` are what was matched, `$$` is a dollar.
 * - `after`, `before`: regular expressions (`.` matches line ends): only what stands after the first match of the one,
 *   and before the next match of the other, is searched. One that is not found is an error.
 * - `owner`, `group`, `mode`, `keep` (where the original is kept), `validate` (`{}` is the new file): as for copyFile.
 *
 * Running it twice must be running it once: a replacement in which the pattern finds something else to replace is
 * refused (`a` by `aa`). No match is no error, for then it was done before; where a line has to be there, use `line`.
 *
 * Bytes are kept: in a file whose line ends are CRLF, `\n` in pattern and replacement is that CRLF; bytes that are not
 * UTF-8 make the file's text Latin-1.
 *
 * Errors: E_NO_FILE, E_NOT_IDEMPOTENT, E_NO_SECTION, E_NOT_A_FILE, E_TOO_LARGE (over 16 MiB).
 *
 * The behaviour follows Ansible's replace, save for the guard and the sections that are not found.
 *
 * @example replace({ path: '/etc/app.conf', pattern: '^(timeout) *=.*$', replacement: '$1 = 30' })
 */
export const replace = defineTask({
  name: 'replace',
  summary: 'Replaces every match of a pattern in a text file.',
  params: z
    .strictObject({
      path: absolutePath.describe('The file.'),
      pattern: patternSource.describe('A regular expression.'),
      replacement: z.string().describe('What takes the place of a match; $1 and $& are what was matched.'),
      flags: z
        .string()
        .regex(/^[imsu]*$/, 'expected some of the flags i, m, s and u')
        .default('m')
        .describe('The flags of a pattern given as text.'),
      after: patternSource.optional().describe('Only what stands after this is searched.'),
      before: patternSource.optional().describe('Only what stands before this is searched.'),
      ...writingParams,
    })
    .refine(
      ({ pattern, flags }) => pattern instanceof RegExp || !compiles(pattern) || compiles(pattern, flags),
      {
        path: ['pattern'],
        error: 'expected a regular expression that its flags allow',
      },
    ),
  title: ({ path }) => path,
  probe: ({ path }) => ({ current: file(path, { content: true }) }),
  plan: (params, { current }): Change[] => {
    const { path, owner, group, mode, keep } = params
    const found = contentOf(path, current)
    if (!found) throw new PlaybookError('E_NO_FILE', `There is no file ${path}.`)
    const source = fileText(found)
    const { text, restore } = withPlainLineEnds(source.text)
    const wanted = { ...params, replacement: source.encoded(params.replacement) }
    const result = replaced(text, wanted)
    requireStable(result.text, wanted)
    const content = source.bytes(restore(result.text))
    const edits = result.edits.map(({ line, from, to }) => ({ what: `${path}:${line}`, from, to }))
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

type Wanted = {
  path: string
  pattern: string | RegExp
  replacement: string
  flags: string
  after?: string | RegExp
  before?: string | RegExp
  validate?: string
}

type Edit = { line: number; from: string; to: string }

/** A text whose line ends are all CRLF is worked on with plain ones; one that mixes them as it is. */
function withPlainLineEnds(text: string): { text: string; restore: (text: string) => string } {
  const isAllCrlf = text.includes('\r\n') && !/(?<!\r)\n/.test(text)
  if (!isAllCrlf) return { text, restore: (result) => result }
  return { text: text.replaceAll('\r\n', '\n'), restore: (result) => result.replaceAll(/\r?\n/g, '\r\n') }
}

const shownEdits = 10

function replaced(text: string, wanted: Wanted): { text: string; edits: Edit[] } {
  const { begin, end } = section(text, wanted)
  const matched = expression(wanted.pattern, wanted.flags, 'g')
  const inside = text.slice(begin, end)
  const matches = [...inside.matchAll(matched)].slice(0, shownEdits)
  const edits = matches.map((match) => ({
    line: text.slice(0, begin + match.index).split('\n').length,
    from: abbreviated(match[0]),
    to: abbreviated(replacedMatch(inside, match, wanted)),
  }))
  return {
    text: text.slice(0, begin) + inside.replace(matched, wanted.replacement) + text.slice(end),
    edits: edits.filter(({ from, to }) => from !== to),
  }
}

/** What one match becomes, seen in its place, where the pattern may look around. */
function replacedMatch(
  text: string,
  match: RegExpExecArray,
  { pattern, flags, replacement }: Wanted,
): string {
  const here = expression(pattern, flags, 'y')
  here.lastIndex = match.index
  const result = text.replace(here, replacement)
  return result.slice(match.index, result.length - (text.length - match.index - match[0].length))
}

/** @throws PlaybookError E_NO_SECTION */
function section(text: string, { path, after, before }: Wanted): { begin: number; end: number } {
  const opening = after === undefined ? undefined : requireMatch(path, 'after', after, text)
  const begin = opening ? opening.index + opening[0].length : 0
  if (before === undefined) return { begin, end: text.length }
  return { begin, end: begin + requireMatch(path, 'before', before, text.slice(begin)).index }
}

function requireMatch(path: string, name: string, source: string | RegExp, text: string): RegExpExecArray {
  const match = expression(source, 'ms').exec(text)
  if (match) return match
  throw new PlaybookError('E_NO_SECTION', `${path}: ${name} is not found: ${expression(source, 'ms')}`)
}

/** @throws PlaybookError E_NOT_IDEMPOTENT where a second run would replace something again */
function requireStable(text: string, wanted: Wanted): void {
  const again = replaced(text, wanted)
  if (again.text === text) return
  const { from, to } = again.edits[0] ?? { from: 'the file', to: 'another' }
  throw new PlaybookError(
    'E_NOT_IDEMPOTENT',
    `${wanted.path}: the pattern matches what it was replaced by.`,
    {
      details: [
        `${expression(wanted.pattern, wanted.flags)} would replace “${from}” by “${to}” in the next run.`,
      ],
      hint: 'Make the pattern match the old text alone: by ^ and $, or a (?!…) that excludes the new text.',
    },
  )
}

function expression(source: string | RegExp, flags: string, more = ''): RegExp {
  const own = source instanceof RegExp ? source.flags.replace(/[gy]/g, '') : flags
  return new RegExp(source, own + more)
}
