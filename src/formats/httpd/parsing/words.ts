// Splits a line into words with their spans, as httpd's ap_getword_conf does.

import { type HttpdLine, isSpace, joinLine } from './line.ts'

/** An argument: its value, its quote if any, and its span in the raw line. */
export type Word = {
  readonly value: string
  readonly quote: '"' | "'" | ''
  /** False for an unclosed quote, which httpd tolerates. */
  readonly isClosed: boolean
  readonly start: number
  readonly end: number
}

/** The arguments of a directive, or of the opening of a section (up to its last `>`). */
export function argumentsOf(line: HttpdLine): Word[] {
  return wordsOf(line).slice(1)
}

/** The name as written, with the `<` of a section, and the arguments. */
export function wordsOf(line: HttpdLine): Word[] {
  const { text, offsets } = joinLine(line.raw)
  const end = line.kind === 'open' ? text.lastIndexOf('>') : text.length
  const words: Word[] = []
  for (let at = skipSpace(text, 0, end); at < end; ) {
    const word = wordAt(text, at, end)
    words.push(offsets ? { ...word, start: offsets[word.start]!, end: offsets[word.end - 1]! + 1 } : word)
    at = skipSpace(text, word.end, end)
  }
  return words
}

function wordAt(text: string, start: number, limit: number): Word {
  const first = text[start]
  const quote = first === '"' || first === "'" ? first : ''
  const end = quote ? quotedEnd(text, start + 1, limit, quote) : plainEnd(text, start, limit)
  const inside = quote ? text.slice(start + 1, end) : text.slice(start, end)
  const hasEndQuote = quote !== '' && text[end] === quote && end < limit
  const isClosed = quote === '' || hasEndQuote
  return { value: unescaped(inside, quote), quote, isClosed, start, end: hasEndQuote ? end + 1 : end }
}

/** The offset of the closing quote, or of the end of the line. */
function quotedEnd(text: string, start: number, limit: number, quote: string): number {
  let at = start
  while (at < limit && text[at] !== quote) {
    const next = text[at + 1]
    at += text[at] === '\\' && at + 1 < limit && (next === quote || next === '\\') ? 2 : 1
  }
  return at < limit ? at : trimmedEnd(text, start, limit)
}

function trimmedEnd(text: string, start: number, limit: number): number {
  let end = limit
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--
  return end
}

function plainEnd(text: string, start: number, limit: number): number {
  let at = start
  while (at < limit && !isSpace(text.charCodeAt(at))) at++
  return at
}

function unescaped(text: string, quote: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\([\\"'])/g, (pair, escaped: string) =>
    escaped === '\\' || escaped === quote ? escaped : pair,
  )
}

function skipSpace(text: string, from: number, limit: number): number {
  let at = from
  while (at < limit && isSpace(text.charCodeAt(at))) at++
  return at
}
