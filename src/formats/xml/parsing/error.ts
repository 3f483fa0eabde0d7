// Creates errors that point to a line and column of an XML text.

import { PlaybookError } from '../../../model/errors/error.ts'

/** An E_XML error at an offset: `71:5 "</Engine>" expected, found "</Host>"`. */
export function xmlError(text: string, offset: number, message: string, hint?: string): PlaybookError {
  const { line, column } = positionAt(text, offset)
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1
  const source = /^[^\r\n]*/.exec(text.slice(lineStart))![0]
  const from = Math.max(0, column - 1 - 60)
  const details = [source.slice(from, from + 100), `${' '.repeat(column - 1 - from)}^`]
  return new PlaybookError('E_XML', `${line}:${column} ${message}`, { details, hint })
}

/** Line and column, from 1, of an offset. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  let line = 1
  let lineStart = 0
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++
    lineStart = at + 1
  }
  return { line, column: offset - lineStart + 1 }
}

export function lineAt(text: string, offset: number): number {
  return positionAt(text, offset).line
}

/** A short quotation of the text at an offset. */
export function foundAt(text: string, offset: number): string {
  const rest = /^[^\r\n]{0,30}/.exec(text.slice(offset, offset + 40))![0].trim()
  if (rest !== '') return `"${rest}"`
  return offset >= text.length ? 'the end of the file' : 'a line break'
}
