// Parses Python literals, the values of Ansible's INI inventories.

import { NotLiteral, PythonScanner } from './pythonScanner.ts'
import { pythonFloat } from './pythonText.ts'

/**
 * What Python's ast.literal_eval makes of a text, in JSON's types (tuples and sets become lists), or the text itself
 * if it is not a literal: `True` is true, `true` is text, `017` is text, `80,443` is a list.
 */
export function pythonLiteral(text: string): unknown {
  try {
    return new LiteralReader(text).read()
  } catch (error) {
    if (error instanceof NotLiteral) return text
    throw error
  }
}

class LiteralReader {
  readonly #scanner: PythonScanner
  /** The lists that are tuples in Python: only they may be members of sets. */
  readonly #tuples = new WeakSet<object>()

  constructor(text: string) {
    this.#scanner = new PythonScanner(text)
  }

  read(): unknown {
    const first = this.#value()
    const value = this.#scanner.peek() === ',' ? this.#bareTuple(first) : first
    if (this.#scanner.peek() !== '') throw new NotLiteral()
    return value
  }

  #bareTuple(first: unknown): unknown[] {
    const items = [first]
    while (this.#scanner.take(',')) {
      if (this.#scanner.peek() === '') break
      items.push(this.#value())
    }
    return items
  }

  #value(): unknown {
    switch (this.#scanner.peek()) {
      case '[':
        return this.#list('[', ']')
      case '(':
        return this.#tuple()
      case '{':
        return this.#braces()
      default:
        return this.#scanner.takeEmptySet() ? [] : this.#scanner.scalar()
    }
  }

  #list(open: string, close: string): unknown[] {
    this.#scanner.expect(open)
    return this.#scanner.take(close) ? [] : this.#itemsAfter(this.#value(), close)
  }

  /** The rest of a list whose first item is read. */
  #itemsAfter(first: unknown, close: string): unknown[] {
    const items = [first]
    while (!this.#scanner.take(close)) {
      this.#scanner.expect(',')
      if (this.#scanner.take(close)) break
      items.push(this.#value())
    }
    return items
  }

  /** Parentheses around one value without a comma are only parentheses. */
  #tuple(): unknown {
    const start = this.#scanner.position
    const items = this.#list('(', ')')
    const isTuple = items.length !== 1 || /,\s*\)$/.test(this.#scanner.textSince(start).trimEnd())
    if (!isTuple) return items[0]
    this.#tuples.add(items)
    return items
  }

  #braces(): unknown {
    this.#scanner.expect('{')
    if (this.#scanner.take('}')) return {}
    const start = this.#scanner.position
    const first = this.#value()
    const text = this.#scanner.textSince(start)
    return this.#scanner.take(':') ? this.#dictionary(keyText(first, text)) : this.#set(first)
  }

  #dictionary(firstKey: string): Record<string, unknown> {
    const value: Record<string, unknown> = { [firstKey]: this.#value() }
    while (!this.#scanner.take('}')) {
      this.#scanner.expect(',')
      if (this.#scanner.take('}')) break
      const start = this.#scanner.position
      const key = this.#value()
      const text = this.#scanner.textSince(start)
      this.#scanner.expect(':')
      value[keyText(key, text)] = this.#value()
    }
    return value
  }

  #set(first: unknown): unknown[] {
    const items = this.#itemsAfter(first, '}')
    if (!items.every((item) => this.#isHashable(item))) throw new NotLiteral()
    return [...new Set(items)]
  }

  #isHashable(value: unknown): boolean {
    if (value === null || typeof value !== 'object') return true
    return this.#tuples.has(value) && (value as unknown[]).every((item) => this.#isHashable(item))
  }
}

/** A key as JSON writes it; a float keeps its point. */
function keyText(key: unknown, text: string): string {
  if (key !== null && typeof key === 'object') throw new NotLiteral()
  const isFloat = typeof key === 'number' && /^[^xXoObB]*[.eE]/.test(text)
  return isFloat ? pythonFloat(key) : String(key)
}
