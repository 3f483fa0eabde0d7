// Parses `key=value key="two words"` as Ansible does (ansible/parsing/splitter.py).

import { pythonEscapes } from '../../jinja/values/escapes.ts'

const braces = [
  ['{{', '}}'],
  ['{%', '%}'],
  ['{#', '#}'],
] as const

/**
 * The pairs of a text, with values as text. Quotes around a whole value are removed; those in `a={"b": 1}` stay.
 *
 * @throws RangeError for a word without `=`, and for a quote or braces of Jinja that are not closed
 * @example parseKeyValues(`a=1 b="x y" c={"d":1}`) // [['a', '1'], ['b', 'x y'], ['c', '{"d":1}']]
 */
export function parseKeyValues(text: string): [key: string, value: string][] {
  return splitWords(text).map((encoded) => {
    const word = decodeEscapes(encoded)
    const equals = /^[\s\S]*?[^\\](?==)/.exec(word)?.[0].length ?? 0
    if (equals < 1) throw new RangeError(`"${encoded}" is not key=value`)
    return [word.slice(0, equals).trim(), unquoted(word.slice(equals + 1).trim())]
  })
}

/** Splits at blanks that are not inside quotes or braces of Jinja. */
function splitWords(text: string): string[] {
  const words: string[] = []
  let quote: string | undefined
  const depths = [0, 0, 0]
  const isOpen = () => quote !== undefined || depths.some((depth) => depth > 0)
  for (const [, separator = '', token = ''] of text.matchAll(/(^|[ \n])([^ \n]*)/g)) {
    if (isOpen()) words[words.length - 1] += separator + token
    else if (token !== '') words.push(token)
    quote = quoteAfter(token, quote)
    braces.forEach(([open, close], kind) => {
      depths[kind] = Math.max(0, depths[kind]! + count(token, open) - count(token, close))
    })
  }
  if (isOpen()) throw new RangeError(quote ? `a ${quote} is not closed` : 'Jinja braces are not closed')
  return words
}

function quoteAfter(token: string, before: string | undefined): string | undefined {
  let quote = before
  for (const [, char] of token.matchAll(/(?<!\\)(["'])/g)) {
    if (quote === undefined) quote = char
    else if (quote === char) quote = undefined
  }
  return quote
}

function count(text: string, part: string): number {
  return text.split(part).length - 1
}

function decodeEscapes(word: string): string {
  return word.replace(
    /\\(?:U([0-9a-fA-F]{8})|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\\'"abfnrtv]))/g,
    (whole, long, short, byte, char) => {
      if (char !== undefined) return pythonEscapes[char]!
      const code = Number.parseInt(long ?? short ?? byte, 16)
      return code > 0x10ffff ? whole : String.fromCodePoint(code)
    },
  )
}

function unquoted(value: string): string {
  const isQuoted = value.length > 1 && /^(["'])[\s\S]*\1$/.test(value) && value.at(-2) !== '\\'
  return isQuoted ? value.slice(1, -1) : value
}
