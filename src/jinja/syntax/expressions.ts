// Parses expressions, with Jinja's precedence of operators.

import { Float, type Value } from '../values/value.ts'
import type { Arguments, Comparison, Expression } from './nodes.ts'
import type { TokenStream } from './tokenStream.ts'

/** An expression, `a if b else c` included. */
export function parseExpression(stream: TokenStream): Expression {
  let value = parseOr(stream)
  while (stream.is('if')) {
    const { offset } = stream.next()
    const test = parseOr(stream)
    const otherwise = stream.take('else') ? parseExpression(stream) : undefined
    value = { kind: 'conditional', test, value, otherwise, offset }
  }
  return value
}

/** Expressions with commas between them are a tuple: `for k, v in a, b`. `ends` are words that end it. */
export function parseTuple(stream: TokenStream, { withCondition = true } = {}): Expression {
  const { offset } = stream.current
  const parse = withCondition ? parseExpression : parseOr
  const items = [parse(stream)]
  let isTuple = false
  while (stream.take(',')) {
    isTuple = true
    if (isTupleEnd(stream)) break
    items.push(parse(stream))
  }
  return isTuple ? { kind: 'tuple', items, offset } : items[0]!
}

function isTupleEnd(stream: TokenStream): boolean {
  return stream.isAtEnd || stream.is(')', 'in', '=', 'recursive', 'if')
}

/** Without `if`: what stands before the `if` of a loop. */
function parseOr(stream: TokenStream): Expression {
  let left = parseAnd(stream)
  while (stream.is('or')) {
    const { offset } = stream.next()
    left = { kind: 'or', left, right: parseAnd(stream), offset }
  }
  return left
}

function parseAnd(stream: TokenStream): Expression {
  let left = parseNot(stream)
  while (stream.is('and')) {
    const { offset } = stream.next()
    left = { kind: 'and', left, right: parseNot(stream), offset }
  }
  return left
}

function parseNot(stream: TokenStream): Expression {
  if (!stream.is('not')) return parseComparison(stream)
  const { offset } = stream.next()
  return { kind: 'unary', operator: 'not', operand: parseNot(stream), offset }
}

function parseComparison(stream: TokenStream): Expression {
  const first = parseSum(stream)
  const rest: Comparison[] = []
  for (;;) {
    if (stream.is('==', '!=', '<', '<=', '>', '>=', 'in')) {
      const operator = stream.next().text as Comparison['operator']
      rest.push({ operator, operand: parseSum(stream) })
    } else if (stream.is('not') && stream.isAfter('in')) {
      stream.next()
      stream.next()
      rest.push({ operator: 'not in', operand: parseSum(stream) })
    } else break
  }
  return rest.length > 0 ? { kind: 'compare', first, rest, offset: first.offset } : first
}

type BinaryOperator = Extract<Expression, { kind: 'binary' }>['operator']

function binary(
  operators: readonly BinaryOperator[],
  parse: (stream: TokenStream) => Expression,
): (stream: TokenStream) => Expression {
  return (stream) => {
    let left = parse(stream)
    while (stream.is(...operators)) {
      const { text, offset } = stream.next()
      left = { kind: 'binary', operator: text as BinaryOperator, left, right: parse(stream), offset }
    }
    return left
  }
}

const parsePower = binary(['**'], (stream) => parseUnary(stream))
const parseProduct = binary(['*', '/', '//', '%'], parsePower)
const parseSum = binary(['+', '-'], parseConcat)

function parseConcat(stream: TokenStream): Expression {
  const { offset } = stream.current
  const parts = [parseProduct(stream)]
  while (stream.take('~')) parts.push(parseProduct(stream))
  return parts.length > 1 ? { kind: 'concat', parts, offset } : parts[0]!
}

/** As in Jinja, a sign binds closer than `**`, and a filter applies to the number with its sign. */
function parseUnary(stream: TokenStream, withFilters = true): Expression {
  const { offset } = stream.current
  let value: Expression
  if (stream.is('-', '+')) {
    const operator = stream.next().text as '-' | '+'
    value = { kind: 'unary', operator, operand: parseUnary(stream, false), offset }
  } else value = parsePrimary(stream)
  value = parsePostfix(stream, value)
  return withFilters ? parseFilters(stream, value) : value
}

const constants: { readonly [word: string]: Value } = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
}

function parsePrimary(stream: TokenStream): Expression {
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
    if (token.text === '(') return parseParentheses(stream, offset)
    if (token.text === '[') return { kind: 'list', items: parseItems(stream, ']'), offset }
    if (token.text === '{') return parseDict(stream, offset)
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

function parseParentheses(stream: TokenStream, offset: number): Expression {
  if (stream.take(')')) return { kind: 'tuple', items: [], offset }
  const value = parseTuple(stream)
  stream.expect(')')
  return value
}

function parseItems(stream: TokenStream, close: string): Expression[] {
  const items: Expression[] = []
  while (!stream.take(close)) {
    if (items.length > 0) {
      stream.expect(',')
      if (stream.take(close)) break
    }
    items.push(parseExpression(stream))
  }
  return items
}

function parseDict(stream: TokenStream, offset: number): Expression {
  const entries: [Expression, Expression][] = []
  while (!stream.take('}')) {
    if (entries.length > 0) {
      stream.expect(',')
      if (stream.take('}')) break
    }
    const key = parseExpression(stream)
    stream.expect(':')
    entries.push([key, parseExpression(stream)])
  }
  return { kind: 'dict', entries, offset }
}

function parsePostfix(stream: TokenStream, start: Expression): Expression {
  let value = start
  for (;;) {
    if (stream.is('.')) value = parseMember(stream, value)
    else if (stream.is('[')) value = parseSubscript(stream, value)
    else if (stream.is('(')) value = parseCall(stream, value)
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

function parseSubscript(stream: TokenStream, object: Expression): Expression {
  const { offset } = stream.expect('[')
  const keys: Expression[] = []
  while (!stream.take(']')) {
    if (keys.length > 0) stream.expect(',')
    const bounds = parseBounds(stream)
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
function parseBounds(stream: TokenStream): (Expression | undefined)[] {
  const bounds: (Expression | undefined)[] = []
  for (;;) {
    bounds.push(stream.is(':', ']', ',') ? undefined : parseExpression(stream))
    if (bounds.length === 3 || !stream.take(':')) break
  }
  if (bounds.length === 1 && !bounds[0]) throw stream.unexpected('an index')
  return bounds
}

function parseCall(stream: TokenStream, callee: Expression): Expression {
  const { offset } = stream.current
  return { kind: 'call', callee, args: parseArguments(stream), offset }
}

/** The arguments in parentheses. */
function parseArguments(stream: TokenStream): Arguments {
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
    if (stream.take('*')) rest = parseExpression(stream)
    else if (stream.take('**')) namedRest = parseExpression(stream)
    else if (stream.current.kind === 'name' && stream.isAfter('=')) {
      const name = stream.name()
      stream.next()
      named.push([name, parseExpression(stream)])
    } else if (named.length > 0 || namedRest) throw stream.unexpected('an argument with a name')
    else positional.push(parseExpression(stream))
  }
  return { positional, named, rest, namedRest }
}

const noArguments: Arguments = { positional: [], named: [] }

function parseFilters(stream: TokenStream, start: Expression): Expression {
  let value = start
  for (;;) {
    if (stream.is('|')) {
      const { offset } = stream.next()
      value = { kind: 'filter', input: value, ...parseFilterCall(stream), offset }
    } else if (stream.is('is')) value = parseTest(stream, value)
    else if (stream.is('(')) value = parseCall(stream, value)
    else return value
  }
}

/** A filter's name and arguments: `combine(other, recursive=true)`. */
export function parseFilterCall(stream: TokenStream): { readonly name: string; readonly args: Arguments } {
  const name = parseDottedName(stream)
  return { name, args: stream.is('(') ? parseArguments(stream) : noArguments }
}

function parseTest(stream: TokenStream, input: Expression): Expression {
  const { offset } = stream.next()
  const isNegated = stream.take('not')
  const name = parseDottedName(stream)
  const args = stream.is('(') ? parseArguments(stream) : parseTestArgument(stream)
  const test: Expression = { kind: 'test', input, name, args, offset }
  return isNegated ? { kind: 'unary', operator: 'not', operand: test, offset } : test
}

/** A test takes one argument without parentheses: `x is divisibleby 3`. */
function parseTestArgument(stream: TokenStream): Arguments {
  const { kind } = stream.current
  const isWord = kind === 'name' && !stream.is('else', 'or', 'and', 'if', 'in', 'not', 'recursive')
  const isStart = isWord || kind === 'number' || kind === 'string' || stream.is('[', '{')
  if (!isStart) return noArguments
  if (stream.is('is')) throw stream.unexpected('one test; write (a is b) is c')
  return { positional: [parsePostfix(stream, parsePrimary(stream))], named: [] }
}

function parseDottedName(stream: TokenStream): string {
  let name = stream.name()
  while (stream.take('.')) name += `.${stream.name()}`
  return name
}
