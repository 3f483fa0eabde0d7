// The tokens of one expression or statement, read one after the other.

import { TemplateSyntaxError } from './templateSyntaxError.ts'
import type { Token } from './tokens.ts'

export class TokenStream {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get current(): Token {
    return this.#tokens[this.#at]!
  }

  get isAtEnd(): boolean {
    return this.current.kind === 'end'
  }

  /** Whether the next token is an operator, or a word. */
  is(...texts: readonly string[]): boolean {
    const { kind, text } = this.current
    return (kind === 'operator' || kind === 'name') && texts.includes(text)
  }

  /** Whether the token after the next is an operator, or a word. */
  isAfter(text: string): boolean {
    const after = this.#tokens[this.#at + 1]
    return (after?.kind === 'operator' || after?.kind === 'name') && after.text === text
  }

  next(): Token {
    const token = this.current
    if (token.kind !== 'end') this.#at++
    return token
  }

  /** Takes the next token if it is this operator or word. */
  take(text: string): boolean {
    const is = this.is(text)
    if (is) this.#at++
    return is
  }

  expect(text: string): Token {
    if (!this.is(text)) throw this.unexpected(text)
    return this.next()
  }

  name(): string {
    if (this.current.kind !== 'name') throw this.unexpected('a name')
    return this.next().text
  }

  /** Makes sure that nothing follows. */
  end(): void {
    if (!this.isAtEnd) throw this.unexpected(`the end of the ${this.#tokens.at(-1)!.text}`)
  }

  unexpected(expected?: string): TemplateSyntaxError {
    return this.unexpectedToken(this.current, expected)
  }

  unexpectedToken({ kind, text, offset }: Token, expected?: string): TemplateSyntaxError {
    const found = kind === 'end' ? `the end of the ${text}` : text
    return new TemplateSyntaxError(
      expected ? `expected ${expected}, got ${found}` : `unexpected ${found}`,
      offset,
    )
  }
}
