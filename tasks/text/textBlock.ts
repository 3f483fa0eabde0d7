// The task textBlock: puts lines between two marker lines of a file, or removes them.

import { filePath, PlaybookError, revealed, Secret, withTimeLimit, z } from '../../src/index.ts'
import { defineFileEdit } from './fileEdit.ts'
import {
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
 * Puts lines into a text file between two marker lines, by which it finds them again, or removes them.
 *
 * - `path` (absolute): the file. `create` (default false): whether to make it if it is missing.
 * - `block`: the lines; a `Secret` is never shown. Required for `state: 'present'`. A missing final line end is added. An
 *   empty block is no block: it and its markers are removed.
 * - `marker` (default `'# {mark} managed block'`): the marker lines; `{mark}` stands for `BEGIN` and `END`, or for
 *   `markBegin` and `markEnd`. Several blocks in one file need different markers. A line is a marker if all of it is
 *   equal. `marker: '# {mark} ANSIBLE MANAGED BLOCK'` finds Ansible's blocks.
 * - `after`, `before`: regular expressions, tested on each line, for the position of a new block: after the last line
 *   that matches, or before it; `'EOF'` and `'BOF'` are the end and the beginning. Default, and if nothing matches: the
 *   end. An existing block is not moved.
 * - `state` (default `'present'`): `'absent'` removes the block with its markers.
 * - `owner`, `group`, `mode`, `keep` (where to keep the original), `validate` (`{}` is the new file): as for copyFile.
 *
 * Everything else stays byte for byte: CRLF line ends, which the block gets too, a byte order mark, and bytes that are
 * not UTF-8 (the block is then written as Latin-1).
 *
 * Errors: E_NO_FILE, E_MARKERS (one without the other, or several, so it is not certain what to replace),
 * E_NOT_A_FILE, E_TOO_LARGE (over 16 MiB), E_SLOW_PATTERN (the patterns took more than 3 s).
 *
 * It behaves like Ansible's blockinfile.
 *
 * @example textBlock({ path: '/etc/hosts', block: '10.0.0.11 was-01\n10.0.0.12 was-02' })
 */
export const textBlock = defineFileEdit({
  name: 'textBlock',
  summary: 'Puts lines into a text file between two marker lines, or removes them.',
  ansible: {
    modules: ['blockinfile'],
    params: {
      content: 'block',
      insertafter: 'after',
      insertbefore: 'before',
      marker_begin: 'markBegin',
      marker_end: 'markEnd',
      dest: 'path',
      destfile: 'path',
      name: 'path',
    },
  },
  params: z
    .strictObject({
      path: filePath.describe('The file.'),
      block: z
        .union([z.string(), z.instanceof(Secret)])
        .optional()
        .describe('The lines. A secret is never shown.'),
      marker: z
        .string()
        .regex(/^[^\r\n\0]*\{mark\}[^\r\n\0]*$/, 'expected one line with {mark}')
        .default('# {mark} managed block')
        .describe('The marker lines; {mark} stands for BEGIN and END.'),
      markBegin: z
        .string()
        .regex(/^[^\r\n\0]+$/)
        .default('BEGIN')
        .describe('{mark} in the first marker line.'),
      markEnd: z
        .string()
        .regex(/^[^\r\n\0]+$/)
        .default('END')
        .describe('{mark} in the last marker line.'),
      ...placedTextParams,
    })
    .refine(({ state, block }) => state === 'absent' || block !== undefined, {
      path: ['block'],
      error: 'expected the lines to add',
    })
    .refine(({ markBegin, markEnd }) => markBegin !== markEnd, {
      path: ['markEnd'],
      error: 'expected another text than markBegin',
    })
    .refine(hasOnePosition, twoPositions)
    .refine((params) => !blockLines(params).some((each) => isMarker(each, params)), {
      error: 'expected a block without its own marker',
    }),
  allowsMissing: isAbsent,
  edit: (before, params) => {
    const source = fileText(before)
    const text = withTimeLimit([params.after, params.before], () => editBlock(source, params))
    return { content: source.bytes(text), isSecret: params.block instanceof Secret }
  },
})

type BlockParams = Position & {
  block?: string | Secret
  marker: string
  markBegin: string
  markEnd: string
  state: 'present' | 'absent'
}

function editBlock({ text, encoded }: FileText, params: BlockParams): string {
  const { bom, lines } = splitIntoLines(text)
  const existing = findBlock(lines, params, encoded)
  if (isAbsent(params)) {
    if (existing) lines.splice(existing.begin, existing.count)
    return joinLines(bom, lines)
  }
  const { begin, count } = existing ?? { begin: insertionIndex(lines, params), count: 0 }
  const end = lines.find((each) => each.end !== '')?.end ?? '\n'
  const above = lines[begin - 1]
  if (above?.end === '') above.end = end
  const [first, last] = markers(params)
  const all = [first, ...blockLines(params), last].map((each) => ({ text: encoded(each), end }))
  // An unchanged block at the end of the file stays without a line end.
  if (count > 0 && lines[begin + count - 1]!.end === '') all.at(-1)!.end = ''
  lines.splice(begin, count, ...all)
  return joinLines(bom, lines)
}

/** A block without lines is none, and has no markers either. */
function isAbsent(params: Pick<BlockParams, 'state' | 'block'>): boolean {
  return params.state === 'absent' || blockLines(params).length === 0
}

/** The block with its markers, if the file has it. @throws PlaybookError E_MARKERS */
function findBlock(lines: readonly Line[], params: BlockParams, encoded: FileText['encoded']) {
  const [first, last] = markers(params).map((marker) =>
    lines.flatMap(({ text }, index) => (text === encoded(marker) ? [index] : [])),
  ) as [number[], number[]]
  if (first.length === 0 && last.length === 0) return undefined
  const [begin, end] = [first[0], last[0]]
  if (first.length === 1 && last.length === 1 && begin! < end!)
    return { begin: begin!, count: end! - begin! + 1 }
  const seen = [...first.map((at) => [at, 'begins']), ...last.map((at) => [at, 'ends'])] as [number, string][]
  seen.sort(([one], [other]) => one - other)
  throw new PlaybookError('E_MARKERS', 'the markers of the block are not one pair.', {
    details: seen.map(([index, what]) => `line ${index + 1} ${what} it: ${lines[index]!.text}`),
    hint: 'Remove the extra markers, or give each block its own marker.',
  })
}

function markers({ marker, markBegin, markEnd }: BlockParams): [first: string, last: string] {
  return [marker.replaceAll('{mark}', () => markBegin), marker.replaceAll('{mark}', () => markEnd)]
}

function isMarker(text: string, params: Pick<BlockParams, 'marker' | 'markBegin' | 'markEnd'>): boolean {
  return markers(params as BlockParams).includes(text)
}

function blockLines({ block = '' }: Pick<BlockParams, 'block'>): string[] {
  const lines = revealed(block).split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}
