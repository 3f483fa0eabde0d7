// Reads the lines of a file of keys and values, with their spans.

import { PlaybookError } from '../../model/errors/error.ts'

/**
 * A key and its value. `start` to `end` are its lines with the line end, `valueStart` to `valueEnd` the value as written.
 * `value` is undefined where a shell would replace something in it.
 */
export type KeyValueEntry = {
  readonly key: string
  readonly value: string | undefined
  readonly separator: string
  readonly start: number
  readonly end: number
  readonly valueStart: number
  readonly valueEnd: number
}

/** Lines `key value`, `key = value` and `key: value`, whose value ends with the line. */
export function scanPlain(text: string): KeyValueEntry[] {
  const line =
    /^([ \t]*-?)([^\s=:#;][^\s=]*?)([ \t]*=[ \t]*|:[ \t]+|[ \t]+|(?=\r?\n|$))([^\r\n]*?)[ \t]*(?:\r?\n|$(?![\s\S]))/gm
  return [...text.matchAll(line)].map((found) => {
    const [whole, before, key, separator, value] = found as unknown as [
      string,
      string,
      string,
      string,
      string,
    ]
    const valueStart = found.index + before.length + key.length + separator.length
    const span = { start: found.index, end: found.index + whole.length }
    return { key, value, separator, ...span, valueStart, valueEnd: valueStart + value.length }
  })
}

/**
 * Assignments at the start of a line, with `export` or without; the value is one word of the shell, which quotes may
 * carry over several lines. What follows it on its line is left alone.
 *
 * @throws PlaybookError E_KEY_VALUE for a quote that is not closed, with its line
 */
export function scanShell(text: string): KeyValueEntry[] {
  const entries: KeyValueEntry[] = []
  const assignment = /^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)=/gm
  for (let found = assignment.exec(text); found; found = assignment.exec(text)) {
    const valueStart = found.index + found[0].length
    const { value, end: valueEnd } = readWord(text, valueStart)
    const lineEnd = text.indexOf('\n', valueEnd)
    const end = lineEnd === -1 ? text.length : lineEnd + 1
    entries.push({ key: found[1]!, value, separator: '=', start: found.index, end, valueStart, valueEnd })
    assignment.lastIndex = end
  }
  return entries
}

/** Whether values are written as a shell reads them. */
export function hasQuotedValues(text: string): boolean {
  return /^[ \t]*(?:export[ \t]+)?[A-Za-z_]\w*=["']/m.test(text)
}

/** The shell's word at an offset, and where it ends. */
function readWord(text: string, start: number): { value: string | undefined; end: number } {
  let value = ''
  let isPlain = true
  let at = start
  while (at < text.length && !/[\s;&|<>()]/.test(text[at]!)) {
    const character = text[at]!
    if (character === "'") {
      const close = text.indexOf("'", at + 1)
      if (close === -1) throw openQuote(text, at)
      value += text.slice(at + 1, close)
      at = close + 1
    } else if (character === '"') {
      const quoted = readQuoted(text, at)
      value += quoted.value
      isPlain &&= quoted.isPlain
      at = quoted.end
    } else if (character === '\\') {
      if (text[at + 1] !== '\n') value += text[at + 1] ?? ''
      at += 2
    } else {
      if (character === '$' || character === '`' || character === '~') isPlain = false
      value += character
      at++
    }
  }
  return { value: isPlain ? value : undefined, end: Math.min(at, text.length) }
}

/** What is in double quotes, where a backslash escapes only a few characters. */
function readQuoted(text: string, start: number): { value: string; isPlain: boolean; end: number } {
  let value = ''
  let isPlain = true
  let at = start + 1
  for (; text[at] !== '"'; at++) {
    if (at >= text.length) throw openQuote(text, start)
    const next = text[at + 1] ?? ''
    if (text[at] === '\\' && /["\\$`\n]/.test(next)) {
      if (next !== '\n') value += next
      at++
    } else {
      if (text[at] === '$' || text[at] === '`') isPlain = false
      value += text[at]
    }
  }
  return { value, isPlain, end: at + 1 }
}

function openQuote(text: string, at: number): PlaybookError {
  const line = text.slice(0, at).split('\n').length
  return new PlaybookError('E_KEY_VALUE', `Line ${line}: the quote ${text[at]} is not closed.`, {
    hint: "Close it, or set quotes: 'none' if the file has no quotes.",
  })
}
