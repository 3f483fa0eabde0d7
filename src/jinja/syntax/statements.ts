// Parses the statements of a template: if, for, set, macro, include and their like.

import { didYouMean } from '../../model/errors/suggest.ts'
import { parseExpression, parseFilterCall, parseTuple } from './expressions.ts'
import { parseFromImport, parseImport, parseInclude } from './importStatements.ts'
import type {
  AssignmentTarget,
  Body,
  Expression,
  Filtering,
  Macro,
  Parameter,
  Statement,
  Template,
  TemplateBlock,
} from './nodes.ts'
import type { Segment } from './segments.ts'
import { parseParameters, parseSingleTarget, parseTarget } from './targets.ts'
import { TemplateSyntaxError } from './templateSyntaxError.ts'
import { TokenStream } from './tokenStream.ts'
import { usedNames } from './usedNames.ts'

/** @throws TemplateSyntaxError */
export function parseSegments(segments: readonly Segment[]): Template {
  return new StatementParser(segments).template()
}

type Parse = (stream: TokenStream, offset: number) => Statement

class StatementParser {
  readonly #segments: readonly Segment[]
  readonly #blocks = new Map<string, TemplateBlock>()
  #at = 0
  #loops = 0

  constructor(segments: readonly Segment[]) {
    this.#segments = segments
  }

  template(): Template {
    const { body } = this.#body([], undefined)
    return { body, blocks: this.#blocks }
  }

  /** Statements up to one of the words `ends`, whose segment's stream is given back. */
  #body(
    ends: readonly string[],
    opened: { readonly word: string; readonly offset: number } | undefined,
  ): { readonly body: Body; readonly end: string; readonly stream: TokenStream } {
    const body: Statement[] = []
    while (this.#at < this.#segments.length) {
      const segment = this.#segments[this.#at++]!
      if (segment.kind === 'text') {
        body.push(segment)
        continue
      }
      const stream = new TokenStream(segment.tokens)
      const { offset } = segment
      if (segment.kind === 'variable') {
        if (stream.isAtEnd) throw new TemplateSyntaxError('expected an expression between the braces', offset)
        body.push({ kind: 'output', value: parseTuple(stream), offset })
        stream.end()
        continue
      }
      if (ends.some((end) => stream.is(end))) return { body, end: stream.name(), stream }
      body.push(this.#statement(stream, offset, opened?.word))
    }
    if (!opened) return { body, end: '', stream: new TokenStream([]) }
    throw new TemplateSyntaxError(
      `{% ${opened.word} %} is not closed`,
      opened.offset,
      `Close it with {% ${ends.at(-1)} %}.`,
    )
  }

  #statement(stream: TokenStream, offset: number, inside: string | undefined): Statement {
    const word = stream.name()
    const parse = this.#parsers[word]
    if (!parse) throw unknownStatement(word, offset, Object.keys(this.#parsers), inside)
    const statement = parse(stream, offset)
    return statement
  }

  /** The body of a statement that is closed by one word. */
  #inside(word: string, offset: number, stream: TokenStream): Body {
    stream.end()
    const end = `end${word}`
    const { body, stream: closing } = this.#body([end], { word, offset })
    if (word === 'block' && closing.current.kind === 'name') closing.next()
    closing.end()
    return body
  }

  readonly #parsers: { readonly [word: string]: Parse } = {
    if: (stream, offset) => this.#if(stream, offset),
    for: (stream, offset) => this.#for(stream, offset),
    break: (stream, offset) => this.#loopControl('break', stream, offset),
    continue: (stream, offset) => this.#loopControl('continue', stream, offset),
    set: (stream, offset) => this.#set(stream, offset),
    do: (stream, offset) => ended(stream, { kind: 'do', value: parseTuple(stream), offset }),
    filter: (stream, offset) => {
      const filters = parseFilterings(stream, offset)
      return { kind: 'filterBlock', filters, body: this.#inside('filter', offset, stream), offset }
    },
    macro: (stream, offset) => {
      const name = stream.name()
      return {
        kind: 'macro',
        macro: this.#macro('macro', name, parseParameters(stream), stream, offset),
        offset,
      }
    },
    call: (stream, offset) => this.#call(stream, offset),
    with: (stream, offset) => this.#with(stream, offset),
    include: (stream, offset) => parseInclude(stream, offset),
    import: (stream, offset) => parseImport(stream, offset),
    from: (stream, offset) => parseFromImport(stream, offset),
    extends: (stream, offset) =>
      ended(stream, { kind: 'extends', template: parseExpression(stream), offset }),
    block: (stream, offset) => this.#block(stream, offset),
  }

  #if(start: TokenStream, offset: number): Statement {
    const branches: { test: Expression; body: Body }[] = []
    let stream = start
    for (;;) {
      const test = parseTuple(stream)
      stream.end()
      const part = this.#body(['elif', 'else', 'endif'], { word: 'if', offset })
      branches.push({ test, body: part.body })
      stream = part.stream
      if (part.end === 'elif') continue
      stream.end()
      const otherwise = part.end === 'else' ? this.#last(['endif'], 'if', offset) : []
      return { kind: 'if', branches, otherwise, offset }
    }
  }

  #last(ends: readonly string[], word: string, offset: number): Body {
    const { body, stream } = this.#body(ends, { word, offset })
    stream.end()
    return body
  }

  #for(stream: TokenStream, offset: number): Statement {
    const target = parseTarget(stream)
    stream.expect('in')
    const iterable = parseTuple(stream, { withCondition: false })
    const filter = stream.take('if') ? parseExpression(stream) : undefined
    const isRecursive = stream.take('recursive')
    stream.end()
    this.#loops++
    const { body, end, stream: closing } = this.#body(['else', 'endfor'], { word: 'for', offset })
    this.#loops--
    closing.end()
    const otherwise = end === 'else' ? this.#last(['endfor'], 'for', offset) : []
    return { kind: 'for', target, iterable, filter, isRecursive, body, otherwise, offset }
  }

  #loopControl(kind: 'break' | 'continue', stream: TokenStream, offset: number): Statement {
    if (this.#loops === 0) throw new TemplateSyntaxError(`{% ${kind} %} outside of a loop`, offset)
    return ended(stream, { kind, offset })
  }

  #set(stream: TokenStream, offset: number): Statement {
    const target = parseTarget(stream)
    if (stream.take('=')) return ended(stream, { kind: 'set', target, value: parseTuple(stream), offset })
    const filters = stream.take('|') ? parseFilterings(stream, offset) : []
    return { kind: 'setBlock', target, filters, body: this.#inside('set', offset, stream), offset }
  }

  #macro(
    word: 'macro' | 'call',
    name: string,
    parameters: readonly Parameter[],
    stream: TokenStream,
    offset: number,
  ): Macro {
    const loops = this.#loops
    this.#loops = 0
    const body = this.#inside(word, offset, stream)
    this.#loops = loops
    return { name, parameters, body, uses: usedNames(body, ['caller', 'varargs', 'kwargs']) }
  }

  #call(stream: TokenStream, offset: number): Statement {
    const parameters = stream.is('(') ? parseParameters(stream) : []
    const call = parseExpression(stream)
    if (call.kind !== 'call') throw new TemplateSyntaxError('expected a call of a macro', call.offset)
    return {
      kind: 'callBlock',
      call,
      caller: this.#macro('call', 'caller', parameters, stream, offset),
      offset,
    }
  }

  #with(stream: TokenStream, offset: number): Statement {
    const assignments: [AssignmentTarget, Expression][] = []
    while (!stream.isAtEnd) {
      if (assignments.length > 0) stream.expect(',')
      const target = parseSingleTarget(stream)
      stream.expect('=')
      assignments.push([target, parseExpression(stream)])
    }
    return { kind: 'with', assignments, body: this.#inside('with', offset, stream), offset }
  }

  #block(stream: TokenStream, offset: number): Statement {
    const name = stream.name()
    if (this.#blocks.has(name)) throw new TemplateSyntaxError(`block ${name} is there twice`, offset)
    let isScoped = false
    let isRequired = false
    while (!stream.isAtEnd) {
      if (stream.take('scoped')) isScoped = true
      else if (stream.take('required')) isRequired = true
      else throw stream.unexpected('scoped or required')
    }
    const loops = this.#loops
    this.#loops = 0
    const block: TemplateBlock = { name, body: this.#inside('block', offset, stream), isScoped, isRequired }
    this.#loops = loops
    this.#blocks.set(name, block)
    return { kind: 'block', block, offset }
  }
}

function ended(stream: TokenStream, statement: Statement): Statement {
  stream.end()
  return statement
}

function parseFilterings(stream: TokenStream, offset: number): Filtering[] {
  const filters = [{ ...parseFilterCall(stream), offset }]
  while (stream.take('|')) filters.push({ ...parseFilterCall(stream), offset })
  return filters
}

function unknownStatement(
  word: string,
  offset: number,
  known: readonly string[],
  inside: string | undefined,
): TemplateSyntaxError {
  if (/^(?:end|elif$|else$)/.test(word)) {
    const message = inside ? `{% ${word} %} inside {% ${inside} %}` : `{% ${word} %} without its beginning`
    return new TemplateSyntaxError(message, offset, inside && `Close the other first: {% end${inside} %}.`)
  }
  return new TemplateSyntaxError(
    `unknown statement ${word}`,
    offset,
    didYouMean(word, known) ?? `Statements: ${known.join(', ')}`,
  )
}
