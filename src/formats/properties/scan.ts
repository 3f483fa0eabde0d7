// Reads the entries of a .properties file with their spans.

import { PlaybookError } from '../../model/errors/error.ts'

/**
 * A key and its value. `start` to `end` are all its lines with the last line end; `valueStart` to `valueEnd` is the value
 * as written, with its escapes. `separator` is what is between key and value: `=`, ` : `, a blank, nothing.
 */
export type PropertyEntry = {
  readonly key: string
  readonly value: string
  readonly start: number
  readonly end: number
  readonly separator: string
  readonly valueStart: number
  readonly valueEnd: number
}

/**
 * The entries of a text, in order; comments and blank lines lie between them. Lines end with LF, CRLF or CR.
 *
 * @throws PlaybookError E_PROPERTIES for a `\u` without four hexadecimal digits, with its line
 */
export function scanProperties(text: string): PropertyEntry[] {
  const entries: PropertyEntry[] = []
  for (let at = 0; at < text.length; ) {
    const start = at
    const first = skipBlanks(text, at)
    if (isLineEnd(text[first]) || first === text.length || text[first] === '#' || text[first] === '!') {
      at = afterLineEnd(text, lineEndFrom(text, first))
      continue
    }
    const line = logicalLine(text, first)
    at = line.next
    if (line.characters.length > 0) entries.push(entryOf(text, line, start))
  }
  return entries
}

/** The characters of a logical line and their offsets; `end` is before its line end, `next` after it. */
type LogicalLine = {
  readonly characters: readonly string[]
  readonly offsets: readonly number[]
  readonly end: number
  readonly next: number
}

/** A line and those that backslashes join to it, without these backslashes and the blanks that follow them. */
function logicalLine(text: string, first: number): LogicalLine {
  const characters: string[] = []
  const offsets: number[] = []
  let at = first
  while (at < text.length && !isLineEnd(text[at])) {
    if (text[at] !== '\\') {
      characters.push(text[at]!)
      offsets.push(at++)
    } else if (at + 1 < text.length && !isLineEnd(text[at + 1])) {
      characters.push(text[at]!, text[at + 1]!)
      offsets.push(at, at + 1)
      at += 2
    } else {
      at = skipBlanks(text, afterLineEnd(text, at + 1))
    }
  }
  return { characters, offsets, end: at, next: afterLineEnd(text, at) }
}

function entryOf(text: string, line: LogicalLine, start: number): PropertyEntry {
  const { characters, offsets, end, next } = line
  let keyEnd = 0
  while (keyEnd < characters.length && !isKeyEnd(characters[keyEnd]!)) {
    keyEnd += characters[keyEnd] === '\\' ? 2 : 1
  }
  let valueAt = skipWhile(characters, keyEnd, isBlank)
  if (characters[valueAt] === '=' || characters[valueAt] === ':') {
    valueAt = skipWhile(characters, valueAt + 1, isBlank)
  }
  return {
    key: unescapeText(text, characters.slice(0, keyEnd).join(''), start),
    value: unescapeText(text, characters.slice(valueAt).join(''), start),
    separator: characters.slice(keyEnd, valueAt).join(''),
    start,
    end: next,
    valueStart: offsets[valueAt] ?? offsets[valueAt - 1]! + 1,
    valueEnd: end,
  }
}

function unescapeText(text: string, written: string, offset: number): string {
  if (!written.includes('\\')) return written
  return written.replace(/\\(u[0-9a-fA-F]{4}|.?)/gs, (_, code: string, at: number) => {
    if (code.length === 5) return String.fromCharCode(Number.parseInt(code.slice(1), 16))
    if (code === 'u') throw malformedError(text, offset, written.slice(at + 2, at + 6))
    return controlCharacters.get(code) ?? code
  })
}

const controlCharacters: ReadonlyMap<string, string> = new Map([
  ['t', '\t'],
  ['n', '\n'],
  ['r', '\r'],
  ['f', '\f'],
])

function malformedError(text: string, offset: number, found: string): PlaybookError {
  const line = text.slice(0, offset).split(/\r\n|\r|\n/).length
  return new PlaybookError(
    'E_PROPERTIES',
    `Line ${line}: four hexadecimal digits expected after "\\u", found "${found}".`,
    'Write a literal backslash as "\\\\".',
  )
}

function isKeyEnd(character: string): boolean {
  return character === '=' || character === ':' || isBlank(character)
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\f'
}

function isLineEnd(character: string | undefined): boolean {
  return character === '\n' || character === '\r'
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (isBlank(text[at])) at++
  return at
}

function skipWhile(characters: readonly string[], from: number, accept: (each: string) => boolean): number {
  let at = from
  while (at < characters.length && accept(characters[at]!)) at++
  return at
}

function lineEndFrom(text: string, from: number): number {
  let at = from
  while (at < text.length && !isLineEnd(text[at])) at++
  return at
}

function afterLineEnd(text: string, at: number): number {
  if (text[at] === '\r' && text[at + 1] === '\n') return at + 2
  return isLineEnd(text[at]) ? at + 1 : at
}
