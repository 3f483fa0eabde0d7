// The task replace: replaces every match of a pattern in a text file.

import { filePath, PlaybookError, revealed, Secret, withTimeLimit, z } from '../../src/index.ts'
import { foreignReplacement } from '../params/foreignPatterns.ts'
import { compiles, patternSource } from '../params/patterns.ts'
import { writingParams } from '../params/writing.ts'
import { defineFileEdit } from './fileEdit.ts'
import { abbreviated, fileText } from './textFile.ts'

/**
 * Replaces every match of a pattern in a text file.
 *
 * - `path` (absolute): the file, which must exist.
 * - `pattern`: a regular expression, JavaScript's. A text gets the flags `flags` (default `'m'`: `^` and `$` match at
 *   lines; `s`: `.` matches line ends; `i`: any case; `u`); a RegExp has its own. All matches are replaced, always.
 * - `replacement`: replaces a match; `$1`, `$<name>` and `$&` are what was matched, `$$` is a dollar. A `Secret` is put in
 *   as it is, whatever dollars it has, and never shown, nor is what it replaces: let the pattern match the old value only.
 * - `after`, `before`: regular expressions (`.` matches line ends) that limit the search to what follows the first match
 *   of the one and precedes the next match of the other; with `before` alone, its last match. It is an error if one does
 *   not match.
 * - `owner`, `group`, `mode`, `keep` (where to keep the original), `validate` (`{}` is the new file): as for copyFile.
 *
 * A second run must change nothing: a replacement in which the pattern matches again is refused (`a` by `aa`). No match
 * is no error, because it may have been replaced before; to make sure that a line exists, use `line`.
 *
 * Everything else stays byte for byte: in a file with CRLF line ends, `\n` in pattern and replacement means CRLF; bytes
 * that are not UTF-8 make it be read as Latin-1.
 *
 * Errors: E_NO_FILE, E_NOT_IDEMPOTENT, E_NO_SECTION, E_NOT_A_FILE, E_TOO_LARGE (over 16 MiB), E_SLOW_PATTERN (the
 * patterns took more than 3 s).
 *
 * Spellings of Python and sed (`\1` in a replacement, `\Z`, `(?i)`, `[[:space:]]`) are refused.
 *
 * It behaves like Ansible's replace, except for the check of a second run, and that `after` and `before` must match.
 *
 * @example replace({ path: '/etc/app.conf', pattern: '^(timeout) *=.*$', replacement: '$1 = 30' })
 * @example replace({ path: '/etc/app.conf', pattern: '(?<=^password = ).*', replacement: vars.password })
 */
export const replace = defineFileEdit({
  name: 'replace',
  summary: 'Replaces every match of a pattern in a text file.',
  ansible: {
    modules: ['replace'],
    params: {
      regexp: 'pattern',
      replace: 'replacement',
      dest: 'path',
      destfile: 'path',
      name: 'path',
      encoding: 'There is no such option: what is not UTF-8 is read as Latin-1.',
    },
  },
  params: z
    .strictObject({
      path: filePath.describe('The file.'),
      pattern: patternSource.describe('A regular expression.'),
      replacement: z
        .union([z.string(), z.instanceof(Secret)])
        .describe(
          'Replaces a match; $1 and $& are what was matched. A secret is put in as it is, and never shown.',
        ),
      flags: z
        .string()
        .regex(/^[imsu]*$/, 'expected some of the flags i, m, s and u')
        .default('m')
        .describe('The flags of a pattern given as text.'),
      after: patternSource.optional().describe('Search only after this.'),
      before: patternSource.optional().describe('Search only before this.'),
      ...writingParams,
    })
    .refine(
      ({ pattern, flags }) => pattern instanceof RegExp || !compiles(pattern) || compiles(pattern, flags),
      {
        path: ['pattern'],
        error: 'expected a regular expression that its flags allow',
      },
    )
    .superRefine(({ pattern, replacement }, { addIssue }) => {
      const message = replacement instanceof Secret ? undefined : foreignReplacement(replacement, pattern)
      if (message !== undefined) addIssue({ code: 'custom', path: ['replacement'], message })
    }),
  edit: (before, params) => {
    const source = fileText(before)
    const { text, restore } = withPlainLineEnds(source.text)
    const isSecret = params.replacement instanceof Secret
    const encoded = { ...params, replacement: source.encoded(replacementText(params.replacement)), isSecret }
    const result = withTimeLimit([params.pattern, params.after, params.before], () => {
      const replaced = replaceAll(text, encoded)
      requireStable(replaced.text, encoded)
      return replaced
    })
    return {
      content: source.bytes(restore(result.text)),
      isSecret,
      edits: result.edits.map(({ line, from, to }) => ({ what: `${params.path}:${line}`, from, to })),
    }
  },
})

type ReplaceParams = {
  pattern: string | RegExp
  replacement: string
  isSecret: boolean
  flags: string
  after?: string | RegExp
  before?: string | RegExp
}

type Edit = { line: number; from: string; to: string }

/** Turns CRLF into LF while editing, unless the text mixes them. */
function withPlainLineEnds(text: string): { text: string; restore: (text: string) => string } {
  const isAllCrlf = text.includes('\r\n') && !/(?<!\r)\n/.test(text)
  if (!isAllCrlf) return { text, restore: (result) => result }
  return { text: text.replaceAll('\r\n', '\n'), restore: (result) => result.replaceAll(/\r?\n/g, '\r\n') }
}

const shownEdits = 10

function replaceAll(text: string, params: ReplaceParams): { text: string; edits: Edit[] } {
  const { begin, end } = section(text, params)
  const matched = expression(params.pattern, params.flags, 'g')
  const inside = text.slice(begin, end)
  const matches = [...inside.matchAll(matched)].slice(0, shownEdits)
  const edits = matches.map((match) => ({
    line: text.slice(0, begin + match.index).split('\n').length,
    from: match[0],
    to: replacedMatch(inside, match, params),
  }))
  return {
    text: text.slice(0, begin) + inside.replace(matched, params.replacement) + text.slice(end),
    edits: edits.filter(({ from, to }) => from !== to).map((edit) => shownEdit(edit, params)),
  }
}

function shownEdit({ line, from, to }: Edit, { isSecret }: ReplaceParams): Edit {
  return isSecret
    ? { line, from: 'a secret', to: 'a secret' }
    : { line, from: abbreviated(from), to: abbreviated(to) }
}

/** A dollar in a secret is literal. */
function replacementText(replacement: string | Secret): string {
  return replacement instanceof Secret ? revealed(replacement).replaceAll('$', '$$$$') : replacement
}

/** What one match becomes, in its context, because the pattern may look around. */
function replacedMatch(
  text: string,
  match: RegExpExecArray,
  { pattern, flags, replacement }: ReplaceParams,
): string {
  const here = expression(pattern, flags, 'y')
  here.lastIndex = match.index
  const result = text.replace(here, replacement)
  return result.slice(match.index, result.length - (text.length - match.index - match[0].length))
}

/** @throws PlaybookError E_NO_SECTION */
function section(text: string, { after, before }: ReplaceParams): { begin: number; end: number } {
  const opening = after === undefined ? undefined : requireMatch('after', after, text)
  const begin = opening ? opening.index + opening[0].length : 0
  if (before === undefined) return { begin, end: text.length }
  const rest = text.slice(begin)
  const first = requireMatch('before', before, rest)
  if (opening) return { begin, end: begin + first.index }
  return { begin, end: [...rest.matchAll(expression(before, 'ms', 'g'))].at(-1)!.index }
}

function requireMatch(name: string, source: string | RegExp, text: string): RegExpExecArray {
  const match = expression(source, 'ms').exec(text)
  if (match) return match
  throw new PlaybookError('E_NO_SECTION', `${name} does not match: ${expression(source, 'ms')}`)
}

/** @throws PlaybookError E_NOT_IDEMPOTENT if a second run would replace something again */
function requireStable(text: string, params: ReplaceParams): void {
  const again = replaceAll(text, params)
  if (again.text === text) return
  const { from, to } = again.edits[0] ?? { from: 'the file', to: 'another' }
  throw new PlaybookError('E_NOT_IDEMPOTENT', 'the pattern matches its own replacement.', {
    details: [
      `${expression(params.pattern, params.flags)} would replace “${from}” by “${to}” in the next run.`,
    ],
    hint: 'Make the pattern match only the old text: by ^ and $, or a (?!…) that excludes the new text.',
  })
}

function expression(source: string | RegExp, flags: string, more = ''): RegExp {
  const own = source instanceof RegExp ? source.flags.replace(/[gy]/g, '') : flags
  return new RegExp(source, own + more)
}
