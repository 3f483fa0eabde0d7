// Parses selectors, a subset of XPath 1.0.

import { PlaybookError } from '../../../model/errors/error.ts'
import { nameAt } from '../parsing/name.ts'

export type NodeTest =
  | { readonly kind: 'element'; readonly name: string }
  | { readonly kind: 'comment' | 'text' }

export type SelectorStep = {
  readonly isDescendant: boolean
  readonly test: NodeTest
  readonly predicates: readonly Predicate[]
  /** Where the step ends in the source, for messages. */
  readonly end: number
}

export type Predicate = { readonly expression: SelectorExpression; readonly source: string }

export type Selector = {
  readonly isAbsolute: boolean
  readonly steps: readonly SelectorStep[]
  readonly source: string
}

export type ComparisonOperator = '=' | '!=' | '<' | '<=' | '>' | '>='

export type SelectorExpression =
  | { readonly kind: 'or' | 'and'; readonly left: SelectorExpression; readonly right: SelectorExpression }
  | {
      readonly kind: 'compare'
      readonly operator: ComparisonOperator
      readonly left: SelectorExpression
      readonly right: SelectorExpression
    }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly parameters: readonly SelectorExpression[] }
  | { readonly kind: 'path'; readonly steps: readonly SelectorStep[]; readonly attribute: string | undefined }

const parameterCounts = {
  not: 1,
  contains: 2,
  'starts-with': 2,
  'normalize-space': 1,
  last: 0,
  position: 0,
} as const
type FunctionName = keyof typeof parameterCounts

/**
 * Parses a selector. Supported of XPath 1.0:
 *
 * - paths: `/a/b`, `a/b` (from the parent or the document), `//b`, `a//b`
 * - tests: a name, `prefix:name` (the namespace that the prefix is bound to, else compared as written), `*`, `comment()`,
 *   `text()`. A name without a prefix also finds elements in a default namespace, as `/tomcat-users/user` does.
 * - predicates, any number: `[2]`, `[last()]`, `[@a]`, `[@a='v']`, `[b/c='text']`, `[.='text']`, with `= != < <= > >=`,
 *   `and`, `or`, `not()`, `contains()`, `starts-with()`, `normalize-space()`, `position()`, `last()`
 * - strings in either kind of quotes
 *
 * @throws PlaybookError E_XML_SELECTOR with a caret under the place
 * @example parseSelector("/Server/Service[@name='Catalina']/Connector[not(@SSLEnabled)][1]")
 */
export function parseSelector(source: string): Selector {
  const reader = new SelectorReader(source)
  const selector = reader.path()
  reader.end()
  return selector
}

class SelectorReader {
  readonly #source: string
  #at = 0

  constructor(source: string) {
    this.#source = source
  }

  path(): Selector {
    const isAbsolute = this.#peek('/')
    const steps = this.#steps()
    return { isAbsolute, steps, source: this.#source }
  }

  end(): void {
    if (this.#at < this.#source.length) throw this.#error('"/" or "[" expected')
  }

  #steps(): SelectorStep[] {
    const steps: SelectorStep[] = []
    let isDescendant = this.#take('//')
    if (!isDescendant) this.#take('/')
    for (;;) {
      steps.push(this.#step(isDescendant))
      isDescendant = this.#take('//')
      if (!isDescendant && !this.#peekStep()) return steps
      if (!isDescendant) this.#take('/')
    }
  }

  /** Whether another step follows: a slash, except that of a final `/@name`, which only predicates may have. */
  #peekStep(): boolean {
    return this.#peek('/') && !/^\s*\/\s*@/.test(this.#source.slice(this.#at))
  }

  #step(isDescendant: boolean): SelectorStep {
    const test = this.#test()
    const predicates: Predicate[] = []
    while (this.#peek('[')) predicates.push(this.#predicate())
    return { isDescendant, test, predicates, end: this.#at }
  }

  #test(): NodeTest {
    this.#space()
    if (this.#peek('@')) {
      throw this.#error(
        'An element expected; attributes are named in the edit (attributes: {…}) or in a predicate',
      )
    }
    if (this.#take('*')) return { kind: 'element', name: '*' }
    const name = this.#name('A name, *, comment() or text() expected')
    if (this.#source[this.#at] !== '(') return { kind: 'element', name }
    if (name !== 'comment' && name !== 'text')
      throw this.#error(`No node test ${name}()`, this.#at - name.length)
    this.#expect('(')
    this.#expect(')')
    return { kind: name }
  }

  #predicate(): Predicate {
    const start = this.#at
    this.#expect('[')
    const expression = this.#or()
    this.#expect(']')
    return { expression, source: this.#source.slice(start, this.#at) }
  }

  #or(): SelectorExpression {
    let left = this.#and()
    while (this.#takeWord('or')) left = { kind: 'or', left, right: this.#and() }
    return left
  }

  #and(): SelectorExpression {
    let left = this.#comparison()
    while (this.#takeWord('and')) left = { kind: 'and', left, right: this.#comparison() }
    return left
  }

  #comparison(): SelectorExpression {
    const left = this.#value()
    const operator = operators.find((each) => this.#take(each))
    return operator ? { kind: 'compare', operator, left, right: this.#value() } : left
  }

  #value(): SelectorExpression {
    this.#space()
    const next = this.#source[this.#at] ?? ''
    if (next === '"' || next === "'") return this.#string(next)
    if (/[0-9]/.test(next)) return this.#number()
    if (this.#take('(')) {
      const inner = this.#or()
      this.#expect(')')
      return inner
    }
    if (this.#take('@'))
      return { kind: 'path', steps: [], attribute: this.#name('The name of an attribute expected') }
    if (this.#take('.')) return { kind: 'path', steps: [], attribute: undefined }
    const call = /^([a-z-]+)\s*\(/.exec(this.#source.slice(this.#at))?.[1]
    if (call !== undefined && call !== 'text' && call !== 'comment') return this.#call(call)
    return this.#relativePath()
  }

  #string(quote: string): SelectorExpression {
    const end = this.#source.indexOf(quote, this.#at + 1)
    if (end === -1) throw this.#error(`The string is not closed: ${quote} expected`)
    const value = this.#source.slice(this.#at + 1, end)
    this.#at = end + 1
    return { kind: 'string', value }
  }

  #number(): SelectorExpression {
    const digits = /^[0-9]+(?:\.[0-9]+)?/.exec(this.#source.slice(this.#at))![0]
    this.#at += digits.length
    return { kind: 'number', value: Number(digits) }
  }

  #call(name: string): SelectorExpression {
    if (!Object.hasOwn(parameterCounts, name)) {
      throw this.#error(`No function ${name}(); there are ${Object.keys(parameterCounts).join('(), ')}()`)
    }
    const start = this.#at
    const count = parameterCounts[name as FunctionName]
    this.#at += name.length
    this.#expect('(')
    const parameters: SelectorExpression[] = []
    while (!this.#peek(')')) {
      if (parameters.length > 0) this.#expect(',')
      parameters.push(this.#or())
    }
    this.#expect(')')
    if (parameters.length !== count)
      throw this.#error(`${name}() takes ${count} ${count === 1 ? 'value' : 'values'}`, start)
    return { kind: 'call', name: name as FunctionName, parameters }
  }

  #relativePath(): SelectorExpression {
    if (this.#peek('/')) throw this.#error('A path in a predicate starts at the node: a name expected')
    const steps = this.#steps()
    if (!this.#take('/')) return { kind: 'path', steps, attribute: undefined }
    this.#expect('@')
    return { kind: 'path', steps, attribute: this.#name('The name of an attribute expected') }
  }

  #name(expectation: string): string {
    const name = nameAt(this.#source, this.#at)
    if (name === '') throw this.#error(expectation)
    if (name.includes('::')) throw this.#error('Axes are not supported; only / and //')
    this.#at += name.length
    return name
  }

  #space(): void {
    while (/\s/.test(this.#source[this.#at] ?? '')) this.#at++
  }

  #peek(text: string): boolean {
    this.#space()
    return this.#source.startsWith(text, this.#at)
  }

  #take(text: string): boolean {
    const isThere = this.#peek(text)
    if (isThere) this.#at += text.length
    return isThere
  }

  #takeWord(word: string): boolean {
    this.#space()
    if (nameAt(this.#source, this.#at) !== word) return false
    this.#at += word.length
    return true
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.#error(`"${text}" expected`)
  }

  #error(message: string, at = this.#at): PlaybookError {
    const found = at < this.#source.length ? `found "${this.#source.slice(at, at + 20)}"` : 'found the end'
    return new PlaybookError('E_XML_SELECTOR', `Selector ${this.#source}: ${message}, ${found}.`, {
      details: [this.#source, `${' '.repeat(at)}^`],
      hint: "Selectors look like /Server/Service[@name='Catalina']/Connector[@port='8080'].",
    })
  }
}

const operators: readonly ComparisonOperator[] = ['=', '!=', '<=', '>=', '<', '>']
