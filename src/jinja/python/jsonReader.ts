// Reads JSON as Python's json.loads: floats stay floats, and keys keep their order.

import { int } from '../values/numbers.ts'
import { type Dict, Float, PyError, type Value } from '../values/value.ts'

const number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y
const string = /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const space = /[ \t\n\r]*/y
const words: readonly (readonly [string, Value])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', new Float(Number.NaN)],
  ['Infinity', new Float(Number.POSITIVE_INFINITY)],
  ['-Infinity', new Float(Number.NEGATIVE_INFINITY)],
]

/** @throws PyError with line and column */
export function readJson(text: string): Value {
  const reader = new JsonReader(text)
  const value = reader.value()
  reader.end()
  return value
}

class JsonReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  value(): Value {
    this.#match(space)
    if (this.#skip('{')) return this.#dict()
    if (this.#skip('[')) return this.#list()
    const text = this.#match(string)
    if (text !== undefined) return JSON.parse(text[0]) as string
    for (const [word, value] of words) if (this.#skip(word)) return value
    const digits = this.#match(number)
    if (!digits) throw this.#error('a value')
    const isFloat = digits[1] !== undefined || digits[2] !== undefined
    return isFloat ? new Float(Number(digits[0])) : int(BigInt(digits[0]))
  }

  end(): void {
    this.#match(space)
    if (this.#at < this.#text.length) throw this.#error('the end')
  }

  #dict(): Dict {
    const dict: Dict = new Map()
    this.#match(space)
    if (this.#skip('}')) return dict
    do {
      this.#match(space)
      const key = this.#match(string)
      if (!key) throw this.#error('a key in double quotes')
      this.#match(space)
      if (!this.#skip(':')) throw this.#error('a colon')
      dict.set(JSON.parse(key[0]) as string, this.value())
      this.#match(space)
    } while (this.#skip(','))
    if (!this.#skip('}')) throw this.#error('a comma or }')
    return dict
  }

  #list(): Value[] {
    const list: Value[] = []
    this.#match(space)
    if (this.#skip(']')) return list
    do {
      list.push(this.value())
      this.#match(space)
    } while (this.#skip(','))
    if (!this.#skip(']')) throw this.#error('a comma or ]')
    return list
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match) this.#at += match[0].length
    return match ?? undefined
  }

  #skip(text: string): boolean {
    const isThere = this.#text.startsWith(text, this.#at)
    if (isThere) this.#at += text.length
    return isThere
  }

  #error(expected: string): PyError {
    const before = this.#text.slice(0, this.#at).split('\n')
    const place = `line ${before.length}, column ${before.at(-1)!.length + 1}`
    return new PyError(`the text is not JSON: expected ${expected} at ${place}`)
  }
}
