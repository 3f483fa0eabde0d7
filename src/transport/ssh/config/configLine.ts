// Splits lines of ssh_config(5) as OpenSSH does: keyword, words, quotes, comments.

import { PlaybookError } from '../../../model/errors/error.ts'
import type { SourceLocation } from '../../../model/errors/location.ts'

/** A line of ssh_config, or an argument `-o`. */
export type ConfigLine = {
  /** In lower case. */
  readonly keyword: string
  /** What follows the keyword, as written: a command, or the criteria of `Match`. */
  readonly text: string
  /** The same as words, without quotes and comment. */
  readonly words: readonly string[]
  /** The line in its file; undefined for an argument. */
  readonly where?: SourceLocation
}

/**
 * Parses a line; undefined if it is empty or a comment.
 *
 * @throws PlaybookError E_SSH_CONFIG for a keyword without value, or a quote that is not closed
 * @example parseConfigLine('Port = 2222 # internal') // { keyword: 'port', text: '2222 # internal', words: ['2222'] }
 */
export function parseConfigLine(line: string, where?: SourceLocation): ConfigLine | undefined {
  const match = /^[ \t]*(?:"([^"]*)"|([^ \t="]*))(?:[ \t]*=)?[ \t]*(.*?)[ \t\r\f]*$/s.exec(line)
  const [, quoted, bare, text = ''] = match ?? []
  const keyword = (quoted ?? bare ?? '').toLowerCase()
  if (keyword === '' || keyword.startsWith('#')) return undefined
  if (text === '') throw configError(`The keyword ${keyword} has no value.`, where)
  return { keyword, text, words: splitWords(text, where), where }
}

/** The criteria of a `Match` line: words, some in double quotes; `host=a` is two. */
export function matchWords(text: string): string[] {
  const words = [...text.matchAll(/"([^"]*)"|([^\s="]+)/g)].map(([, quoted, bare]) => ({ quoted, bare }))
  const comment = words.findIndex(({ bare }) => bare?.startsWith('#'))
  return words.slice(0, comment < 0 ? undefined : comment).map(({ quoted, bare }) => quoted ?? bare!)
}

export function configError(message: string, where?: SourceLocation, hint?: string): PlaybookError {
  return new PlaybookError('E_SSH_CONFIG', message, { where, hint })
}

/** OpenSSH's argv_split: `#` begins a comment only at the start of a word. */
function splitWords(text: string, where: SourceLocation | undefined): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index]!
    const isBlank = quote === '' && (char === ' ' || char === '\t')
    if (isBlank) {
      if (word !== undefined) words.push(word)
      word = undefined
      continue
    }
    if (word === undefined && char === '#') break
    word ??= ''
    if (char === '\\' && isEscaped(text[index + 1], quote)) word += text[++index]
    else if (quote === '' && (char === '"' || char === "'")) quote = char
    else if (char === quote) quote = ''
    else word += char
  }
  if (quote !== '') throw configError(`A quote is not closed: ${text}`, where)
  return word === undefined ? words : [...words, word]
}

function isEscaped(char: string | undefined, quote: string): boolean {
  return char === '"' || char === "'" || char === '\\' || (char === ' ' && quote === '')
}
