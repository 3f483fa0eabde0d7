// Text to the lines that httpd sees: physical lines joined where a backslash ends them, told apart by how they begin.

/**
 * A line as httpd sees it. `raw` is all of it, with what a backslash joins and its line end; `name` in lower case, empty
 * for a comment or a blank line.
 */
export type HttpdLine = {
  readonly kind: 'directive' | 'open' | 'close' | 'comment' | 'blank'
  readonly name: string
  readonly raw: string
}

/** The lines of a text, in order and without gaps (`ap_cfg_getline` of httpd's server/util.c). */
export function scanLines(text: string): HttpdLine[] {
  const lines: HttpdLine[] = []
  for (let start = 0; start < text.length; ) {
    let end = physicalEnd(text, start)
    while (end < text.length && isContinued(text, end)) end = physicalEnd(text, end)
    lines.push(lineOf(text.slice(start, end)))
    start = end
  }
  return lines
}

/** Whether a backslash stands before the line end that stands before an offset. */
export function isContinued(text: string, end: number): boolean {
  if (text.charCodeAt(end - 1) !== LF) return false
  const before = text.charCodeAt(end - 2) === CR ? end - 3 : end - 2
  return text.charCodeAt(before) === BACKSLASH
}

/** What httpd takes for white space: C's isspace. */
export function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d)
}

/** A line without its backslashes, and where in the raw text each of its characters stands. */
export type Joined = { readonly text: string; readonly offsets?: readonly number[] }

/** Takes away the backslashes that join lines; white space at the end stays. */
export function joinLine(raw: string): Joined {
  if (!/\\\r?\n/.test(raw)) return { text: raw }
  const offsets: number[] = []
  for (let at = 0; at < raw.length; at++) {
    const gap = raw.charCodeAt(at) === BACKSLASH ? gapAt(raw, at) : 0
    if (gap === 0) offsets.push(at)
    else at += gap - 1
  }
  return { text: offsets.map((offset) => raw[offset]).join(''), offsets }
}

const LF = 0x0a
const CR = 0x0d
const BACKSLASH = 0x5c

function physicalEnd(text: string, start: number): number {
  const feed = text.indexOf('\n', start)
  return feed === -1 ? text.length : feed + 1
}

function gapAt(raw: string, at: number): number {
  if (raw.charCodeAt(at + 1) === LF) return 2
  return raw.charCodeAt(at + 1) === CR && raw.charCodeAt(at + 2) === LF ? 3 : 0
}

function lineOf(raw: string): HttpdLine {
  const text = raw.includes('\\') ? joinLine(raw).text : raw
  let start = 0
  while (start < text.length && isSpace(text.charCodeAt(start))) start++
  if (start === text.length) return { kind: 'blank', name: '', raw }
  const first = text[start]!
  if (first === '#') return { kind: 'comment', name: '', raw }
  const isClose = first === '<' && text[start + 1] === '/'
  const from = start + (isClose ? 2 : first === '<' || first === '"' || first === "'" ? 1 : 0)
  let end = from
  while (end < text.length && !isSpace(text.charCodeAt(end)) && text[end] !== '>') end++
  const word = text.slice(from, end).toLowerCase()
  const name = first === '"' || first === "'" ? word.replace(new RegExp(`${first}.*`), '') : word
  return { kind: isClose ? 'close' : first === '<' ? 'open' : 'directive', name, raw }
}
