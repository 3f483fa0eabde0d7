// Scans Python's tokens: numbers, strings, words and punctuation.

import { pythonEscapes } from '../../jinja/values/escapes.ts'

/** The text is not a Python literal. */
export class NotLiteral extends Error {}

const numberToken =
  /^(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:(?:\d(?:_?\d)*)?\.\d(?:_?\d)*|\d(?:_?\d)*\.?)(?:[eE][-+]?\d(?:_?\d)*)?)(?![\w.])/
const stringStart = /^(?:[rR]?[bB]|[bB]?[rR]|[uU])?("""|'''|"|')/
const words: Readonly<Record<string, unknown>> = { True: true, False: false, None: null, '...': '...' }

/** Reads tokens from left to right, skipping the blanks after each; whatever does not fit throws `NotLiteral`. */
export class PythonScanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
    this.#skipBlanks()
  }

  get position(): number {
    return this.#at
  }

  /** The text between a position and here. */
  textSince(position: number): string {
    return this.#text.slice(position, this.#at)
  }

  /** The next character; '' at the end. */
  peek(): string {
    return this.#text[this.#at] ?? ''
  }

  /** Skips the character if it is the next one. */
  take(char: string): boolean {
    if (this.peek() !== char) return false
    this.#skip(1)
    return true
  }

  expect(char: string): void {
    if (!this.take(char)) throw new NotLiteral()
  }

  /** A value that is neither a list, tuple, dictionary nor set. */
  scalar(): unknown {
    const rest = this.#rest()
    if (stringStart.test(rest)) return this.#strings()
    if (/^[-+]/.test(rest)) return this.#signed()
    const word = /^(?:True|False|None|\.\.\.)(?![\w.])/.exec(rest)?.[0]
    if (word === undefined) return this.#number()
    this.#skip(word.length)
    return words[word]
  }

  /** Skips `set()` if it is next. */
  takeEmptySet(): boolean {
    const length = /^set\(\s*\)/.exec(this.#rest())?.[0].length ?? 0
    this.#skip(length)
    return length > 0
  }

  #signed(): number | string {
    const sign = this.peek()
    this.#skip(1)
    const value = this.#number()
    if (sign === '+' || value === 0) return value
    return typeof value === 'number' ? -value : `-${value}`
  }

  /** An integer that JavaScript cannot represent exactly stays text. */
  #number(): number | string {
    const token = numberToken.exec(this.#rest())?.[0]
    if (token === undefined || /^0(?:_?0)*_?[1-9][\d_]*$/.test(token)) throw new NotLiteral()
    this.#skip(token.length)
    const digits = token.replaceAll('_', '')
    if (!/^(?:\d+|0[xXoObB].*)$/.test(digits)) return Number(digits)
    const exact = BigInt(/^0+$/.test(digits) ? '0' : digits)
    return Number.isSafeInteger(Number(exact)) ? Number(exact) : String(exact)
  }

  /** Adjacent strings are one. */
  #strings(): string {
    let text = ''
    while (stringStart.test(this.#rest())) text += this.#string()
    return text
  }

  #string(): string {
    const [start, quote = ''] = stringStart.exec(this.#rest())!
    const isRaw = /r/i.test(start.slice(0, -quote.length))
    let text = ''
    this.#at += start.length
    while (!this.#text.startsWith(quote, this.#at)) {
      const char = this.peek()
      if (char === '' || (char === '\n' && quote.length === 1)) throw new NotLiteral()
      if (char === '\\') text += isRaw ? this.#next(2) : this.#escape()
      else text += this.#next(1)
    }
    this.#skip(quote.length)
    return text
  }

  #escape(): string {
    this.#at += 1
    const rest = this.#rest().slice(0, 9)
    const hex = /^(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/.exec(rest)?.[0]
    if (hex) return codePoint(Number.parseInt(this.#next(hex.length).slice(1), 16))
    const octal = /^[0-7]{1,3}/.exec(rest)?.[0]
    if (octal) return codePoint(Number.parseInt(this.#next(octal.length), 8))
    if (rest === '' || /^[xuUN]/.test(rest)) throw new NotLiteral()
    const char = this.#next(1)
    return char === '\n' ? '' : (pythonEscapes[char] ?? `\\${char}`)
  }

  #rest(): string {
    return this.#text.slice(this.#at)
  }

  /** The next characters, blanks included. */
  #next(length: number): string {
    const start = this.#at
    this.#at += length
    return this.textSince(start)
  }

  /** Skips a token and the blanks after it. */
  #skip(length: number): void {
    this.#at += length
    this.#skipBlanks()
  }

  /** Blanks, and a comment up to the end of the line. */
  #skipBlanks(): void {
    this.#at += /^(?:\s|#.*)*/.exec(this.#rest())![0].length
  }
}

function codePoint(code: number): string {
  if (code > 0x10ffff) throw new NotLiteral()
  return String.fromCodePoint(code)
}
