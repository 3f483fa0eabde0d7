// The task textBlock: lines of a text file that stand between two marker lines, and are this task's alone.

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
  type FileText,
  fileText,
  joinedLines,
  type Line,
  type Place,
  placeIn,
  placeParams,
  textLines,
} from './textFile.ts'

/**
 * Puts lines into a text file between two marker lines, by which it finds them again, or takes them out.
 *
 * - `path` (absolute): the file. `create` (default false): whether a missing one is made.
 * - `block`: the lines; a `Secret` is never shown. Needed for `state: 'present'`. Without a final line end one is made.
 * - `marker` (default `'# {mark} managed block'`): the marker lines, `{mark}` being `BEGIN` and `END`, or what
 *   `markBegin` and `markEnd` say. Several blocks of one file need markers of their own. A line is a marker if it is
 *   equal to it as a whole. Ansible's blocks are found by `marker: '# {mark} ANSIBLE MANAGED BLOCK'`.
 * - `after`, `before`: regular expressions, tried on each line, that say where a new block goes: after the last line
 *   that matches, or before it; `'EOF'` and `'BOF'` are the end and the beginning. Default, and where nothing matches:
 *   the end. A block that is there is not moved.
 * - `state` (default `'present'`): `'absent'` takes the block out, with its markers.
 * - `owner`, `group`, `mode`, `keep` (where the original is kept), `validate` (`{}` is the new file): as for copyFile.
 *
 * Bytes are kept: the file's CRLF line ends, which the block gets too, a byte order mark, and bytes that are not UTF-8
 * (the block is then written as Latin-1).
 *
 * Errors: E_NO_FILE, E_MARKERS (one without the other, or several: what would be replaced is not certain),
 * E_NOT_A_FILE, E_TOO_LARGE (over 16 MiB), E_ENCODING (a secret for a file that is not UTF-8).
 *
 * The behaviour follows Ansible's blockinfile.
 *
 * @example textBlock({ path: '/etc/hosts', block: '10.0.0.11 was-01\n10.0.0.12 was-02' })
 */
export const textBlock = defineTask({
  name: 'textBlock',
  summary: 'Puts lines into a text file between two marker lines, or takes them out.',
  params: z
    .strictObject({
      path: absolutePath.describe('The file.'),
      block: z
        .union([z.string(), z.instanceof(Secret)])
        .optional()
        .describe('The lines.'),
      marker: z
        .string()
        .regex(/^[^\r\n\0]*\{mark\}[^\r\n\0]*$/, 'expected one line with {mark}')
        .default('# {mark} managed block')
        .describe('The marker lines, {mark} being BEGIN and END.'),
      markBegin: z
        .string()
        .regex(/^[^\r\n\0]+$/)
        .default('BEGIN')
        .describe('What {mark} is in the first marker line.'),
      markEnd: z
        .string()
        .regex(/^[^\r\n\0]+$/)
        .default('END')
        .describe('What {mark} is in the last marker line.'),
      ...placeParams,
      state: z.enum(['present', 'absent']).default('present').describe('Whether the block shall be there.'),
      create: z.boolean().default(false).describe('Whether a missing file is made.'),
      ...writingParams,
    })
    .refine(({ state, block }) => state === 'absent' || block !== undefined, {
      path: ['block'],
      error: 'expected the lines to put in',
    })
    .refine(({ markBegin, markEnd }) => markBegin !== markEnd, {
      path: ['markEnd'],
      error: 'expected another mark than markBegin',
    })
    .refine(({ after, before }) => after === undefined || before === undefined, {
      error: 'expected after or before, not both',
    })
    .refine((wanted) => !blockLines(wanted).some((each) => isMarker(each, wanted)), {
      error: 'expected a block that does not hold its own marker',
    }),
  title: ({ path }) => path,
  probe: ({ path }) => ({ current: file(path, { content: true }) }),
  plan: (params, { current }): Change[] => {
    const { path, owner, group, mode, keep } = params
    const found = contentOf(path, current)
    if (!found && params.state === 'absent') return []
    if (!found && !params.create) throw noFile(path)
    const source = fileText(found ?? Buffer.alloc(0))
    const isSecret = params.block instanceof Secret
    if (isSecret && !source.isUtf8) throw notUtf8(path)
    const text = edited(source, params)
    const content = isSecret ? secret(text) : source.bytes(text)
    return fileChanges(current, {
      path,
      content,
      owner,
      group,
      mode,
      keep,
      validate: validation(params.validate),
    })
  },
})

type Wanted = Place & {
  path: string
  block?: string | Secret
  marker: string
  markBegin: string
  markEnd: string
  state: 'present' | 'absent'
  validate?: string
}

function edited({ text, encoded }: FileText, wanted: Wanted): string {
  const { mark, lines } = textLines(text)
  const there = blockPlace(lines, wanted, encoded)
  if (wanted.state === 'absent') {
    if (there) lines.splice(there.begin, there.count)
    return joinedLines(mark, lines)
  }
  const { begin, count } = there ?? { begin: placeIn(lines, wanted), count: 0 }
  const end = lines.find((each) => each.end !== '')?.end ?? '\n'
  const above = lines[begin - 1]
  if (above?.end === '') above.end = end
  const [first, last] = markers(wanted)
  const all = [first, ...blockLines(wanted), last].map((each) => ({ text: encoded(each), end }))
  // A block that ended the file without a line end and is right stays so.
  if (count > 0 && lines[begin + count - 1]!.end === '') all.at(-1)!.end = ''
  lines.splice(begin, count, ...all)
  return joinedLines(mark, lines)
}

/**
 * Where the block stands, markers included; undefined if it does not.
 *
 * @throws PlaybookError E_MARKERS
 */
function blockPlace(lines: readonly Line[], wanted: Wanted, encoded: FileText['encoded']) {
  const [first, last] = markers(wanted).map((marker) =>
    lines.flatMap(({ text }, index) => (text === encoded(marker) ? [index] : [])),
  ) as [number[], number[]]
  if (first.length === 0 && last.length === 0) return undefined
  const [begin, end] = [first[0], last[0]]
  if (first.length === 1 && last.length === 1 && begin! < end!)
    return { begin: begin!, count: end! - begin! + 1 }
  const seen = [...first.map((at) => [at, 'begins']), ...last.map((at) => [at, 'ends'])] as [number, string][]
  seen.sort(([one], [other]) => one - other)
  throw new PlaybookError('E_MARKERS', `${wanted.path}: the markers of the block are not one pair.`, {
    details: seen.map(([index, what]) => `line ${index + 1} ${what} it: ${lines[index]!.text}`),
    hint: 'Take out those too many, or give each block a marker of its own.',
  })
}

function markers({ marker, markBegin, markEnd }: Wanted): [first: string, last: string] {
  return [marker.replaceAll('{mark}', () => markBegin), marker.replaceAll('{mark}', () => markEnd)]
}

function isMarker(text: string, wanted: Pick<Wanted, 'marker' | 'markBegin' | 'markEnd'>): boolean {
  return markers(wanted as Wanted).includes(text)
}

function blockLines({ block = '' }: Pick<Wanted, 'block'>): string[] {
  const text = block instanceof Secret ? block.reveal() : block
  const lines = text.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function noFile(path: string): PlaybookError {
  return new PlaybookError('E_NO_FILE', `There is no file ${path}.`, { hint: 'create: true makes one.' })
}

function notUtf8(path: string): PlaybookError {
  return new PlaybookError('E_ENCODING', `${path} is not UTF-8: a secret block cannot be put into it.`)
}
