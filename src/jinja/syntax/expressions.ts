// Parses expressions, with Jinja's precedence of operators.

import type { Arguments, Comparison, Expression } from './nodes.ts'
import { parseArguments, parseCall, parsePostfix, parsePrimary } from './primaries.ts'
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

/** Without `if`: what comes before the `if` of a loop. */
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
  } else value = parsePrimary(stream, inner)
  value = parsePostfix(stream, value, inner)
  return withFilters ? parseFilters(stream, value) : value
}

const inner = { expression: parseExpression, tuple: parseTuple }

const noArguments: Arguments = { positional: [], named: [] }

function parseFilters(stream: TokenStream, start: Expression): Expression {
  let value = start
  for (;;) {
    if (stream.is('|')) {
      const { offset } = stream.next()
      value = { kind: 'filter', input: value, ...parseFilterCall(stream), offset }
    } else if (stream.is('is')) value = parseTest(stream, value)
    else if (stream.is('(')) value = parseCall(stream, value, inner)
    else return value
  }
}

/** A filter's name and arguments: `combine(other, recursive=true)`. */
export function parseFilterCall(stream: TokenStream): { readonly name: string; readonly args: Arguments } {
  const name = parseDottedName(stream)
  return { name, args: stream.is('(') ? parseArguments(stream, inner) : noArguments }
}

function parseTest(stream: TokenStream, input: Expression): Expression {
  const { offset } = stream.next()
  const isNegated = stream.take('not')
  const name = parseDottedName(stream)
  const args = stream.is('(') ? parseArguments(stream, inner) : parseTestArgument(stream)
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
  return { positional: [parsePostfix(stream, parsePrimary(stream, inner), inner)], named: [] }
}

function parseDottedName(stream: TokenStream): string {
  let name = stream.name()
  while (stream.take('.')) name += `.${stream.name()}`
  return name
}
