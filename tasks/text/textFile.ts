// Lines and encodings of the text files that tasks edit.

import { isUtf8 } from 'node:buffer'
import { maskRevealed, z } from '../../src/index.ts'
import { pattern } from '../params/patterns.ts'
import { writingParams } from '../params/writing.ts'

/** The text of a file, and how to turn text back into its bytes. */
export type FileText = {
  readonly text: string
  readonly isUtf8: boolean
  /** New text as the file's text represents it: Latin-1 lacks most characters. */
  readonly encoded: (text: string) => string
  readonly bytes: (text: string) => Buffer
}

/** Decodes bytes as UTF-8, or else Latin-1, in which other characters are written as their UTF-8 bytes. */
export function fileText(bytes: Buffer): FileText {
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1'
  const needsUtf8Bytes = (text: string) => encoding === 'latin1' && /[^\0-\xff]/.test(text)
  return {
    text: bytes.toString(encoding),
    isUtf8: encoding === 'utf8',
    encoded: (text) => (needsUtf8Bytes(text) ? Buffer.from(text, 'utf8').toString('latin1') : text),
    bytes: (text) => Buffer.from(text, encoding),
  }
}

/** A line and its end: `\n`, `\r\n`, or nothing at the end of the file. */
export type Line = { text: string; end: string }

/** Splits a text into lines and a byte order mark, if there is one; `joinLines` is the reverse. */
export function splitIntoLines(text: string): { bom: string; lines: Line[] } {
  const bom = text.startsWith('\uFEFF') ? '\uFEFF' : ''
  const lines = [...text.slice(bom.length).matchAll(/([^\n]*?)(\r?\n|$)/g)]
    .map(([, content = '', end = '']) => ({ text: content, end }))
    .filter(({ text: content, end }) => content !== '' || end !== '')
  return { bom, lines }
}

export function joinLines(bom: string, lines: readonly Line[]): string {
  return bom + lines.map(({ text, end }) => text + end).join('')
}

/** Where new text goes: after or before a match, `'EOF'` and `'BOF'` for the end and the beginning. */
export type Position = { readonly after?: RegExp | 'EOF'; readonly before?: RegExp | 'BOF' }

/** The parameters of tasks that put a text into a file, or take it out. */
export const placedTextParams = {
  after: z
    .union([z.literal('EOF'), pattern])
    .optional()
    .describe('Put new text after this, or at EOF.'),
  before: z
    .union([z.literal('BOF'), pattern])
    .optional()
    .describe('Put new text before this, or at BOF.'),
  state: z.enum(['present', 'absent']).default('present').describe('Whether the file has the text.'),
  create: z.boolean().default(false).describe('Whether to make a missing file.'),
  ...writingParams,
}

export function hasOnePosition({ after, before }: Position): boolean {
  return after === undefined || before === undefined
}

export const twoPositions = 'expected after or before, not both'

/** The index for a new line: at the last match, or the first; at the end if nothing matches. */
export function insertionIndex(
  lines: readonly Line[],
  { after, before }: Position,
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

/** A text of a file, shortened to be shown in one line. */
export function abbreviated(text: string): string {
  const line = text.trim().replaceAll('\n', '⏎')
  return line.length > 80 ? `${maskRevealed(line).slice(0, 79)}…` : line
}
