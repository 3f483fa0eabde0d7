// Parses what set and for assign to, and the parameters of macros.

import { parseExpression } from './expressions.ts'
import type { AssignmentTarget, Parameter } from './nodes.ts'
import type { TokenStream } from './tokenStream.ts'

export function parseParameters(stream: TokenStream): Parameter[] {
  const parameters: Parameter[] = []
  stream.expect('(')
  while (!stream.take(')')) {
    if (parameters.length > 0) {
      stream.expect(',')
      if (stream.take(')')) break
    }
    const name = stream.name()
    parameters.push({ name, otherwise: stream.take('=') ? parseExpression(stream) : undefined })
  }
  return parameters
}

export function parseTarget(stream: TokenStream): AssignmentTarget {
  const { offset } = stream.current
  const items = [parseSingleTarget(stream)]
  let isTuple = false
  while (stream.take(',')) {
    isTuple = true
    if (stream.is('in', '=') || stream.isAtEnd) break
    items.push(parseSingleTarget(stream))
  }
  return isTuple ? { kind: 'targets', items, offset } : items[0]!
}

const reserved = new Set([
  'true',
  'false',
  'none',
  'True',
  'False',
  'None',
  'not',
  'and',
  'or',
  'in',
  'is',
  'if',
])

export function parseSingleTarget(stream: TokenStream): AssignmentTarget {
  const { offset, text } = stream.current
  if (stream.take('(')) {
    const inner = parseTarget(stream)
    stream.expect(')')
    return inner
  }
  if (reserved.has(text)) throw stream.unexpected('a name to assign to')
  const name = stream.name()
  if (!stream.take('.')) return { kind: 'name', name, offset }
  return { kind: 'namespace', name, attribute: stream.name(), offset }
}
