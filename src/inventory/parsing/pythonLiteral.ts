// The value of a text that is a Python literal, as Ansible's INI inventories have them.

import { pythonFloat } from './pythonText.ts'

/**
 * What Python's ast.literal_eval makes of a text, in JSON's types (tuples and sets are lists), or the text itself
 * where it is no literal: `True` is true, `true` is text, `017` is text, `80,443` is a list.
 */
export function pythonLiteral(text: string): unknown {
  try {
    return new LiteralReader(text).whole()
  } catch (error) {
    if (error instanceof NotLiteral) return text
    throw error
  }
}

class NotLiteral extends Error {}

const numberToken =
  /^(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:(?:\d(?:_?\d)*)?\.\d(?:_?\d)*|\d(?:_?\d)*\.?)(?:[eE][-+]?\d(?:_?\d)*)?)(?![\w.])/
const stringStart = /^(?:[rR]?[bB]|[bB]?[rR]|[uU])?("""|'''|"|')/
const escapes: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

class LiteralReader {
  readonly #text: string
  /** Lists that are tuples in Python: they alone may be members of sets. */
  readonly #tuples = new WeakSet<object>()
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): unknown {
    this.#skip()
    const first = this.#value()
    if (this.#peek() !== ',') return this.#end(first)
    const items = [first]
    while (this.#take(',')) {
      if (this.#peek() === '') break
      items.push(this.#value())
    }
    return this.#end(items)
  }

  #end(value: unknown): unknown {
    if (this.#peek() !== '') throw new NotLiteral()
    return value
  }

  #value(): unknown {
    const rest = this.#rest()
    if (rest.startsWith('[')) return this.#list('[', ']')
    if (rest.startsWith('(')) return this.#tuple()
    if (rest.startsWith('{')) return this.#braces()
    if (stringStart.test(rest)) return this.#strings()
    if (/^[-+]/.test(rest)) return this.#signed()
    const word = this.#word(rest)
    return word === undefined ? this.#number() : word
  }

  #word(rest: string): unknown {
    const word = /^(?:True|False|None|\.\.\.)(?![\w.])/.exec(rest)?.[0]
    const emptySet = /^set\(\s*\)/.exec(rest)?.[0]
    if (emptySet) return this.#advance(emptySet.length, [])
    if (word === undefined) return undefined
    const values: Record<string, unknown> = { True: true, False: false, None: null, '...': '...' }
    return this.#advance(word.length, values[word])
  }

  #signed(): number | string {
    const sign = this.#rest()[0]!
    this.#advance(1, undefined)
    const value = this.#number()
    if (sign === '+' || value === 0) return value
    return typeof value === 'number' ? -value : `-${value}`
  }

  /** An integer that JavaScript cannot hold exactly stays text. */
  #number(): number | string {
    const token = numberToken.exec(this.#rest())?.[0]
    if (token === undefined || /^0(?:_?0)*_?[1-9][\d_]*$/.test(token)) throw new NotLiteral()
    const digits = token.replaceAll('_', '')
    const isInteger = /^(?:\d+|0[xXoObB].*)$/.test(digits)
    const exact = isInteger ? BigInt(/^0+$/.test(digits) ? '0' : digits) : undefined
    const value = exact === undefined ? Number(digits) : Number(exact)
    return this.#advance(
      token.length,
      exact !== undefined && !Number.isSafeInteger(value) ? String(exact) : value,
    )
  }

  /** Strings that stand side by side are one. */
  #strings(): string {
    let text = ''
    while (stringStart.test(this.#rest())) text += this.#string()
    return text
  }

  #string(): string {
    const start = stringStart.exec(this.#rest())!
    const quote = start[1]!
    const isUnsafe = /r/i.test(start[0].slice(0, -quote.length))
    let text = ''
    this.#at += start[0].length
    for (;;) {
      const char = this.#text[this.#at]
      if (char === undefined || (char === '\n' && quote.length === 1)) throw new NotLiteral()
      if (this.#text.startsWith(quote, this.#at)) return this.#advance(quote.length, text)
      if (char === '\\') text += isUnsafe ? this.#rawPair() : this.#escape()
      else text += this.#advance0(char)
    }
  }

  #rawPair(): string {
    const pair = this.#text.slice(this.#at, this.#at + 2)
    this.#at += 2
    return pair
  }

  #escape(): string {
    const rest = this.#rest().slice(1)
    const code = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(rest)
    const octal = /^[0-7]{1,3}/.exec(rest)?.[0]
    const hex = code?.[1] ?? code?.[2] ?? code?.[3]
    if (hex !== undefined) return this.#advanceRaw(code![0].length + 1, codePoint(Number.parseInt(hex, 16)))
    if (octal !== undefined) return this.#advanceRaw(octal.length + 1, codePoint(Number.parseInt(octal, 8)))
    if (rest === '' || /^[xuUN]/.test(rest)) throw new NotLiteral()
    return this.#advanceRaw(2, escapes[rest[0]!] ?? `\\${rest[0]}`)
  }

  #list(open: string, close: string): unknown[] {
    this.#expect(open)
    const items: unknown[] = []
    while (!this.#take(close)) {
      if (items.length > 0) {
        this.#expect(',')
        if (this.#take(close)) break
      }
      items.push(this.#value())
    }
    return items
  }

  /** Parentheses around one value without a comma are just parentheses. */
  #tuple(): unknown {
    const start = this.#at
    const items = this.#list('(', ')')
    const inside = this.#text.slice(start, this.#at).trimEnd()
    if (items.length === 1 && !/,\s*\)$/.test(inside)) return items[0]
    this.#tuples.add(items)
    return items
  }

  #braces(): unknown {
    this.#expect('{')
    if (this.#take('}')) return {}
    const start = this.#at
    const first = this.#value()
    const written = this.#text.slice(start, this.#at)
    return this.#take(':') ? this.#dictionary(keyText(first, written)) : this.#set(first)
  }

  #dictionary(firstKey: string): Record<string, unknown> {
    const value: Record<string, unknown> = { [firstKey]: this.#value() }
    while (!this.#take('}')) {
      this.#expect(',')
      if (this.#take('}')) break
      const start = this.#at
      const key = this.#value()
      const written = this.#text.slice(start, this.#at)
      this.#expect(':')
      value[keyText(key, written)] = this.#value()
    }
    return value
  }

  #set(first: unknown): unknown[] {
    const items = [first]
    while (!this.#take('}')) {
      this.#expect(',')
      if (this.#take('}')) break
      items.push(this.#value())
    }
    if (!items.every((item) => this.#isHashable(item))) throw new NotLiteral()
    return [...new Set(items)]
  }

  #isHashable(value: unknown): boolean {
    if (value === null || typeof value !== 'object') return true
    return this.#tuples.has(value) && (value as unknown[]).every((item) => this.#isHashable(item))
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw new NotLiteral()
  }

  #take(token: string): boolean {
    if (this.#peek() !== token) return false
    this.#advance(1, undefined)
    return true
  }

  #peek(): string {
    return this.#text[this.#at] ?? ''
  }

  #rest(): string {
    return this.#text.slice(this.#at)
  }

  /** Goes on behind a token and the blanks after it. */
  #advance<T>(length: number, value: T): T {
    this.#at += length
    this.#skip()
    return value
  }

  #advanceRaw<T>(length: number, value: T): T {
    this.#at += length
    return value
  }

  #advance0(char: string): string {
    this.#at += char.length
    return char
  }

  /** Blanks, and a comment to the end, which Python's parser takes for one too. */
  #skip(): void {
    const blank = /^(?:\s|#.*)*/.exec(this.#rest())![0]
    this.#at += blank.length
  }
}

function codePoint(code: number): string {
  if (code > 0x10ffff) throw new NotLiteral()
  return String.fromCodePoint(code)
}

/** A key as JSON writes it; a float keeps its point. */
function keyText(key: unknown, written: string): string {
  if (key !== null && typeof key === 'object') throw new NotLiteral()
  const isFloat = typeof key === 'number' && /^[^xXoObB]*[.eE]/.test(written)
  return isFloat ? pythonFloat(key) : String(key)
}
