// Splits text into lines as httpd does: a backslash at the end joins the next line.

/**
 * A line as httpd sees it. `raw` is all of it, with what a backslash joins and its line end; `name` in lower case, empty
 * for a comment or a blank line. `commented` is the first word of a comment, in lower case; `problem` is what is wrong
 * with the opening or closing of a section.
 */
export type HttpdLine = {
  readonly kind: 'directive' | 'open' | 'close' | 'comment' | 'blank'
  readonly name: string
  readonly raw: string
  readonly commented: string
  readonly problem: string
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

/** Whether the line that ends at an offset ends in a backslash. */
export function isContinued(text: string, end: number): boolean {
  if (text.charCodeAt(end - 1) !== lineFeed) return false
  const before = text.charCodeAt(end - 2) === carriageReturn ? end - 3 : end - 2
  return text.charCodeAt(before) === backslash
}

/** What httpd takes for white space: C's isspace. */
export function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d)
}

/** A line without its joining backslashes, and the offset of each character in the raw text. */
type Joined = { readonly text: string; readonly offsets?: readonly number[] }

/** Removes the backslashes that join lines; white space at the end stays. */
export function joinLine(raw: string): Joined {
  if (!/\\\r?\n/.test(raw)) return { text: raw }
  const offsets: number[] = []
  for (let at = 0; at < raw.length; at++) {
    const gap = raw.charCodeAt(at) === backslash ? gapAt(raw, at) : 0
    if (gap === 0) offsets.push(at)
    else at += gap - 1
  }
  return { text: offsets.map((offset) => raw[offset]).join(''), offsets }
}

const lineFeed = 0x0a
const carriageReturn = 0x0d
const backslash = 0x5c

function physicalEnd(text: string, start: number): number {
  const feed = text.indexOf('\n', start)
  return feed === -1 ? text.length : feed + 1
}

function gapAt(raw: string, at: number): number {
  if (raw.charCodeAt(at + 1) === lineFeed) return 2
  return raw.charCodeAt(at + 1) === carriageReturn && raw.charCodeAt(at + 2) === lineFeed ? 3 : 0
}

function lineOf(raw: string): HttpdLine {
  const text = raw.includes('\\') ? joinLine(raw).text : raw
  const start = skipSpace(text, 0)
  if (start === text.length) return { kind: 'blank', name: '', raw, commented: '', problem: '' }
  const first = text[start]!
  if (first === '#')
    return { kind: 'comment', name: '', raw, commented: commentedName(text, start), problem: '' }
  if (first === '<') return tagOf(raw, text.slice(start).trimEnd())
  const isQuoted = first === '"' || first === "'"
  const from = isQuoted ? start + 1 : start
  const quoteEnd = isQuoted ? text.indexOf(first, from) : -1
  const end = quoteEnd === -1 ? wordEnd(text, from) : quoteEnd
  return { kind: 'directive', name: text.slice(from, end).toLowerCase(), raw, commented: '', problem: '' }
}

function commentedName(text: string, hash: number): string {
  const start = skipSpace(text, hash + 1)
  const from = text[start] === '<' ? start + 1 : start
  const word = text.slice(from, wordEnd(text, from)).toLowerCase()
  return word.endsWith('>') ? word.slice(0, -1) : word
}

/** The opening or closing of a section (`ap_build_config_sub` of httpd's server/config.c). */
function tagOf(raw: string, text: string): HttpdLine {
  const isClose = text.startsWith('</')
  const name = /^<\/?([^\s>]*)/.exec(text)![1]!
  const word = text.slice(0, wordEnd(text, 0))
  const rest = text.slice(word.length)
  const isEnded = isClose || rest === '' ? word.endsWith('>') : rest.includes('>')
  const missing = isEnded ? '' : `">" expected to end ${isClose ? '</' : '<'}${name}.`
  const problem = name === '' ? 'The name of a section expected after "<".' : missing
  return { kind: isClose ? 'close' : 'open', name: name.toLowerCase(), raw, commented: '', problem }
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (at < text.length && isSpace(text.charCodeAt(at))) at++
  return at
}

function wordEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && !isSpace(text.charCodeAt(at))) at++
  return at
}
