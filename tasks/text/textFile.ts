// What the tasks that edit texts have in common: patterns, lines, encodings, and checks of what is written. No task.

import { isUtf8 } from 'node:buffer'
import { PlaybookError, z } from '../../src/index.ts'

/** What an editor makes of a file; an error of its own names the file too. */
export function editedAt<T>(path: string, edit: () => T): T {
  try {
    return edit()
  } catch (thrown) {
    if (!(thrown instanceof PlaybookError)) throw thrown
    throw thrown.with({ message: `${path}: ${thrown.message}`, cause: thrown })
  }
}

/** A regular expression that is not empty, as text or as RegExp. */
export const patternSource = z
  .union([z.string().min(1, 'expected a pattern that is not empty'), z.instanceof(RegExp)])
  .refine((value) => value instanceof RegExp || compiles(value), 'expected a regular expression')

/** The same, as a RegExp that is tried on each line anew. */
export const pattern = patternSource.transform(
  (value) => new RegExp(value, value instanceof RegExp ? value.flags.replace(/[gy]/g, '') : ''),
)

export function compiles(source: string, flags = ''): boolean {
  try {
    new RegExp(source, flags)
    return true
  } catch {
    return false
  }
}

/** The text of a file, and how to give it back without losing a byte. */
export type FileText = {
  readonly text: string
  readonly isUtf8: boolean
  /** What shall be put into the text, as it stands there: Latin-1 has no place for most characters. */
  readonly encoded: (text: string) => string
  readonly bytes: (text: string) => Buffer
}

/** Bytes as text: UTF-8, or Latin-1, in which what it cannot hold is written as its UTF-8 bytes. */
export function fileText(bytes: Buffer): FileText {
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1'
  const mustSpell = (text: string) => encoding === 'latin1' && /[^\0-\xff]/.test(text)
  return {
    text: bytes.toString(encoding),
    isUtf8: encoding === 'utf8',
    encoded: (text) => (mustSpell(text) ? Buffer.from(text, 'utf8').toString('latin1') : text),
    bytes: (text) => Buffer.from(text, encoding),
  }
}

/** A line and its line end as it stands in the file: `\n`, `\r\n`, or nothing at the end of the file. */
export type Line = { text: string; end: string }

/** Undone by `joinedLines`. A byte order mark is no part of the first line. */
export function textLines(text: string): { mark: string; lines: Line[] } {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : ''
  const lines = [...text.slice(mark.length).matchAll(/([^\n]*?)(\r?\n|$)/g)]
    .map(([, content = '', end = '']) => ({ text: content, end }))
    .filter(({ text: content, end }) => content !== '' || end !== '')
  return { mark, lines }
}

export function joinedLines(mark: string, lines: readonly Line[]): string {
  return mark + lines.map(({ text, end }) => text + end).join('')
}

/** Where something new goes: after or before what matches, `'EOF'` and `'BOF'` the end and the beginning. */
export type Place = { readonly after?: RegExp | 'EOF'; readonly before?: RegExp | 'BOF' }

export const placeParams = {
  after: z
    .union([z.literal('EOF'), pattern])
    .optional()
    .describe('Where something new goes: after this, or EOF.'),
  before: z
    .union([z.literal('BOF'), pattern])
    .optional()
    .describe('Where something new goes: before this, or BOF.'),
}

/** The index that a new line shall have: at the last match, or the first; the end where nothing matches. */
export function placeIn(
  lines: readonly Line[],
  { after, before }: Place,
  which: 'last' | 'first' = 'last',
): number {
  if (before === 'BOF') return 0
  const anchor = before ?? after
  if (anchor === undefined || anchor === 'EOF') return lines.length
  const matches = ({ text }: Line) => anchor.test(text)
  const index = which === 'first' ? lines.findIndex(matches) : lines.findLastIndex(matches)
  if (index === -1) return lines.length
  return before ? index : index + 1
}

/** A text of a file, short enough to be shown in a line. */
export function abbreviated(text: string): string {
  const line = text.trim().replaceAll('\n', '⏎')
  return line.length > 80 ? `${line.slice(0, 79)}…` : line
}
