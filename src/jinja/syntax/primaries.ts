// Parses names, literals, and what follows them: members, indexes, calls.

import { Float, type Value } from '../values/value.ts'
import type { Arguments, Expression } from './nodes.ts'
import type { TokenStream } from './tokenStream.ts'

/** Parse the expressions inside brackets. */
type Inner = {
  readonly expression: (stream: TokenStream) => Expression
  readonly tuple: (stream: TokenStream) => Expression
}

const constants: { readonly [word: string]: Value } = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
}

export function parsePrimary(stream: TokenStream, parse: Inner): Expression {
  const token = stream.next()
  const { offset } = token
  if (token.kind === 'number') return { kind: 'constant', value: token.value, offset }
  if (token.kind === 'string') return { kind: 'constant', value: parseStrings(stream, token.value), offset }
  if (token.kind === 'name') {
    if (Object.hasOwn(constants, token.text))
      return { kind: 'constant', value: constants[token.text]!, offset }
    return { kind: 'name', name: token.text, offset }
  }
  if (token.kind === 'operator') {
    if (token.text === '(') return parseParentheses(stream, offset, parse)
    if (token.text === '[') return { kind: 'list', items: parseItems(stream, ']', parse), offset }
    if (token.text === '{') return parseDict(stream, offset, parse)
  }
  throw stream.unexpectedToken(token)
}

/** Texts one after the other are one text. */
function parseStrings(stream: TokenStream, first: Value): Value {
  let text = String(first)
  while (stream.current.kind === 'string') {
    const token = stream.next()
    if (token.kind === 'string') text += String(token.value)
  }
  return text
}

function parseParentheses(stream: TokenStream, offset: number, parse: Inner): Expression {
  if (stream.take(')')) return { kind: 'tuple', items: [], offset }
  const value = parse.tuple(stream)
  stream.expect(')')
  return value
}

function parseItems(stream: TokenStream, close: string, parse: Inner): Expression[] {
  const items: Expression[] = []
  while (!stream.take(close)) {
    if (items.length > 0) {
      stream.expect(',')
      if (stream.take(close)) break
    }
    items.push(parse.expression(stream))
  }
  return items
}

function parseDict(stream: TokenStream, offset: number, parse: Inner): Expression {
  const entries: [Expression, Expression][] = []
  while (!stream.take('}')) {
    if (entries.length > 0) {
      stream.expect(',')
      if (stream.take('}')) break
    }
    const key = parse.expression(stream)
    stream.expect(':')
    entries.push([key, parse.expression(stream)])
  }
  return { kind: 'dict', entries, offset }
}

export function parsePostfix(stream: TokenStream, start: Expression, parse: Inner): Expression {
  let value = start
  for (;;) {
    if (stream.is('.')) value = parseMember(stream, value)
    else if (stream.is('[')) value = parseSubscript(stream, value, parse)
    else if (stream.is('(')) value = parseCall(stream, value, parse)
    else return value
  }
}

function parseMember(stream: TokenStream, object: Expression): Expression {
  const { offset } = stream.next()
  const token = stream.next()
  if (token.kind === 'name') return { kind: 'attribute', object, name: token.text, offset }
  if (token.kind !== 'number') throw stream.unexpectedToken(token, 'a name or a number')
  // `list.0.1` reads as the number 0.1.
  const keys = token.value instanceof Float ? token.text.split('.').map(Number) : [token.value]
  return keys.reduce<Expression>(
    (inner, key) => ({ kind: 'item', object: inner, key: { kind: 'constant', value: key, offset }, offset }),
    object,
  )
}

function parseSubscript(stream: TokenStream, object: Expression, parse: Inner): Expression {
  const { offset } = stream.expect('[')
  const keys: Expression[] = []
  while (!stream.take(']')) {
    if (keys.length > 0) stream.expect(',')
    const bounds = parseBounds(stream, parse)
    if (bounds.length > 1) {
      stream.expect(']')
      return { kind: 'slice', object, bounds, offset }
    }
    keys.push(bounds[0]!)
  }
  if (keys.length === 0) throw stream.unexpected('an index')
  return {
    kind: 'item',
    object,
    key: keys.length > 1 ? { kind: 'tuple', items: keys, offset } : keys[0]!,
    offset,
  }
}

/** One expression is an index; more, some of them missing, are the bounds of a slice. */
function parseBounds(stream: TokenStream, parse: Inner): (Expression | undefined)[] {
  const bounds: (Expression | undefined)[] = []
  for (;;) {
    bounds.push(stream.is(':', ']', ',') ? undefined : parse.expression(stream))
    if (bounds.length === 3 || !stream.take(':')) break
  }
  if (bounds.length === 1 && !bounds[0]) throw stream.unexpected('an index')
  return bounds
}

export function parseCall(stream: TokenStream, callee: Expression, parse: Inner): Expression {
  const { offset } = stream.current
  return { kind: 'call', callee, args: parseArguments(stream, parse), offset }
}

/** The arguments in parentheses. */
export function parseArguments(stream: TokenStream, parse: Inner): Arguments {
  stream.expect('(')
  const positional: Expression[] = []
  const named: [string, Expression][] = []
  let rest: Expression | undefined
  let namedRest: Expression | undefined
  let isFirst = true
  while (!stream.take(')')) {
    if (!isFirst) {
      stream.expect(',')
      if (stream.take(')')) break
    }
    isFirst = false
    if (stream.take('*')) rest = parse.expression(stream)
    else if (stream.take('**')) namedRest = parse.expression(stream)
    else if (stream.current.kind === 'name' && stream.isAfter('=')) {
      const name = stream.name()
      stream.next()
      named.push([name, parse.expression(stream)])
    } else if (named.length > 0 || namedRest) throw stream.unexpected('an argument with a name')
    else positional.push(parse.expression(stream))
  }
  return { positional, named, rest, namedRest }
}
