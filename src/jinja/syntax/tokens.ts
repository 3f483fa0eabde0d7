// Splits an expression into names, numbers, texts and operators.

import { int } from '../values/numbers.ts'
import { Float, type Value } from '../values/value.ts'
import { stringLiteral } from './strings.ts'
import { TemplateSyntaxError } from './templateSyntaxError.ts'

/** `end` closes the list. */
export type Token = { readonly offset: number } & (
  | { readonly kind: 'name' | 'operator'; readonly text: string }
  | { readonly kind: 'number' | 'string'; readonly value: Value; readonly text: string }
  | { readonly kind: 'end'; readonly text: string }
)

type TokensEnd = {
  readonly tokens: readonly Token[]
  /** After the end delimiter. */
  readonly next: number
  /** `-` or `+` before the end delimiter. */
  readonly sign: string
}

const space = /[^\S\n]+|\n/y
const number =
  /0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?[eE][+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)|\d(?:_?\d)*/y
const name = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*/uy
const string = /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"/y
const operator = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}=<>.:|,;]/y
const closing: { readonly [open: string]: string } = { '(': ')', '[': ']', '{': '}' }

/**
 * The tokens from an offset to the end delimiter. Inside brackets the delimiter does not end the expression:
 * `{{ {'a': {}} }}`.
 *
 * @throws TemplateSyntaxError
 */
export function tokensUntil(
  text: string,
  start: number,
  end: { readonly delimiter: string; readonly name: string; readonly isLine?: boolean },
  escapes: boolean,
): TokensEnd {
  const tokens: Token[] = []
  const open: { readonly bracket: string; readonly offset: number }[] = []
  let at = start
  for (;;) {
    const ended = open.length === 0 ? endAt(text, at, end) : undefined
    if (ended) {
      tokens.push({ kind: 'end', text: end.name, offset: at })
      return { tokens, ...ended }
    }
    if (at >= text.length) throw unfinished(end, start, open)
    const blank = match(space, text, at)
    if (blank) {
      at += blank.length
      continue
    }
    const token = tokenAt(text, at, escapes)
    if (token.kind === 'operator') balance(token, open)
    tokens.push(token)
    at += token.text.length
  }
}

function endAt(text: string, at: number, { delimiter, isLine }: { delimiter: string; isLine?: boolean }) {
  if (isLine) {
    const rest = /[^\S\n]*(?:\n|$)/y
    const found = match(rest, text, at)
    return found === undefined ? undefined : { next: at + found.length, sign: '' }
  }
  const sign = text[at] === '-' || text[at] === '+' ? text[at]! : ''
  if (text.startsWith(sign + delimiter, at) && sign) return { next: at + 1 + delimiter.length, sign }
  return text.startsWith(delimiter, at) ? { next: at + delimiter.length, sign: '' } : undefined
}

function tokenAt(text: string, offset: number, escapes: boolean): Token {
  const digits = match(number, text, offset)
  if (digits !== undefined)
    return { kind: 'number', value: numberValue(digits, offset), text: digits, offset }
  const word = match(name, text, offset)
  if (word !== undefined) return { kind: 'name', text: word, offset }
  const quoted = match(string, text, offset)
  if (quoted !== undefined)
    return { kind: 'string', value: stringLiteral(quoted.slice(1, -1), escapes), text: quoted, offset }
  const sign = match(operator, text, offset)
  if (sign !== undefined) return { kind: 'operator', text: sign, offset }
  const character = String.fromCodePoint(text.codePointAt(offset)!)
  if (character === "'" || character === '"')
    throw new TemplateSyntaxError(`a text in ${character} is not closed`, offset)
  throw new TemplateSyntaxError(`unexpected character ${character}`, offset)
}

function balance(
  { text, offset }: Token,
  open: { readonly bracket: string; readonly offset: number }[],
): void {
  if (text in closing) open.push({ bracket: text, offset })
  else if (/^[)\]}]$/.test(text)) {
    const last = open.pop()
    if (!last) throw new TemplateSyntaxError(`unexpected ${text}`, offset)
    if (closing[last.bracket] !== text)
      throw new TemplateSyntaxError(`expected ${closing[last.bracket]}, got ${text}`, offset)
  }
}

function unfinished(
  end: { readonly delimiter: string; readonly name: string },
  start: number,
  open: readonly { readonly bracket: string; readonly offset: number }[],
): TemplateSyntaxError {
  const last = open.at(-1)
  return last
    ? new TemplateSyntaxError(`${last.bracket} is not closed`, last.offset)
    : new TemplateSyntaxError(`the ${end.name} is not closed`, start, `Close it with ${end.delimiter}.`)
}

function numberValue(written: string, offset: number): Value {
  const text = written.replaceAll('_', '')
  if (/^0\d/.test(text) && /[1-9]/.test(text) && !/[.eE]/.test(text))
    throw new TemplateSyntaxError(
      `${written} is not a number`,
      offset,
      'Leave out the zeros at its beginning.',
    )
  if (!/^0[box]/i.test(text) && /[.eE]/.test(text)) return new Float(Number(text))
  return int(BigInt(text.toLowerCase()))
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}
