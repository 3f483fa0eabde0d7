// Parses include, import and from.

import { parseExpression } from './expressions.ts'
import type { Statement } from './nodes.ts'
import type { TokenStream } from './tokenStream.ts'

export function parseInclude(stream: TokenStream, offset: number): Statement {
  const template = parseExpression(stream)
  const ignoreMissing = stream.is('ignore') && stream.isAfter('missing')
  if (ignoreMissing) {
    stream.next()
    stream.next()
  }
  const withContext = parseContext(stream, true)
  stream.end()
  return { kind: 'include', template, ignoreMissing, withContext, offset }
}

export function parseImport(stream: TokenStream, offset: number): Statement {
  const template = parseExpression(stream)
  stream.expect('as')
  const name = stream.name()
  const withContext = parseContext(stream, false)
  stream.end()
  return { kind: 'import', template, name, withContext, offset }
}

export function parseFromImport(stream: TokenStream, offset: number): Statement {
  const template = parseExpression(stream)
  stream.expect('import')
  const names: [string, string][] = []
  while (!stream.isAtEnd && !isContext(stream)) {
    if (names.length > 0) {
      stream.expect(',')
      if (stream.isAtEnd || isContext(stream)) break
    }
    const name = stream.name()
    names.push([name, stream.take('as') ? stream.name() : name])
  }
  if (names.length === 0) throw stream.unexpected('a name')
  const withContext = parseContext(stream, false)
  stream.end()
  return { kind: 'fromImport', template, names, withContext, offset }
}

function isContext(stream: TokenStream): boolean {
  return stream.is('with', 'without') && stream.isAfter('context')
}

function parseContext(stream: TokenStream, otherwise: boolean): boolean {
  if (!isContext(stream)) return otherwise
  const isWith = stream.next().text === 'with'
  stream.next()
  return isWith
}
