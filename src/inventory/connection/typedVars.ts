// Reads a host's variables as text, numbers, booleans and secrets.

import { PlaybookError } from '../../model/errors/error.ts'
import type { InventoryHost } from '../../model/host.ts'
import { revealed, Secret } from '../../model/secrets/secret.ts'
import { shellSplit } from '../parsing/shellSplit.ts'
import { describeValue } from '../parsing/sourceNode.ts'

/** Reads variables by their names: if several are set, the last one wins, as in Ansible. */
export class TypedVars {
  readonly errors: PlaybookError[] = []
  readonly #host: InventoryHost
  readonly #failed = new Set<string>()

  constructor(host: InventoryHost) {
    this.#host = host
  }

  text(names: readonly string[]): string | undefined {
    return this.#read(names, 'text', (value) =>
      typeof value === 'string' || typeof value === 'number' ? String(value) : undefined,
    )
  }

  secret(names: readonly string[]): Secret | undefined {
    const name = this.#lastSet(names)
    const value = name === undefined ? undefined : this.#valueOf(name)
    if (value instanceof Secret) return value
    const text = this.text(names)
    return text === undefined ? undefined : new Secret(text)
  }

  /** A text for which `problem` has no objection; the name of the host if it is not set and `orHostName`. */
  checked(names: readonly string[], problem: (text: string) => string | undefined, orHostName = false) {
    const name = this.#lastSet(names)
    const text = name === undefined && orHostName ? this.#host.name : this.text(names)
    const found = text === undefined ? undefined : problem(text)
    if (found) this.addError('E_CONNECTION_VAR', name, found)
    return text
  }

  number(names: readonly string[], from: number, to: number): number | undefined {
    const expected = to === 65535 ? 'a port (1-65535)' : 'a number of seconds'
    return this.#read(names, expected, (value) => {
      const number = typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value
      const isWhole = to !== 65535 || Number.isInteger(number)
      return typeof number === 'number' && isWhole && number >= from && number <= to ? number : undefined
    })
  }

  boolean(names: readonly string[]): boolean | undefined {
    return this.#read(names, 'yes or no', (value) => {
      const word = String(value).toLowerCase()
      if (['yes', 'true', 'on', '1', 'y', 't'].includes(word)) return true
      return ['no', 'false', 'off', '0', 'n', 'f'].includes(word) ? false : undefined
    })
  }

  words(names: readonly string[]): string[] | undefined {
    return this.#read(names, 'shell words with every quote closed', (value) => {
      if (typeof value !== 'string') return undefined
      try {
        return shellSplit(value)
      } catch {
        return undefined
      }
    })
  }

  /** Whether one of these is set. */
  has(names: readonly string[]): boolean {
    return this.#lastSet(names) !== undefined
  }

  /** Adds an error of a variable, or of the name of the host. */
  addError(code: string, name: string | undefined, message: string, hint?: string): void {
    const where = this.#host.where(name === undefined ? [] : [name])
    const what = name === undefined ? '' : `${this.#host.name}: ${name}: `
    this.errors.push(new PlaybookError(code, `${what}${message}`, { where, hint }))
  }

  #read<T>(
    names: readonly string[],
    expected: string,
    parse: (value: unknown) => T | undefined,
  ): T | undefined {
    const name = this.#lastSet(names)
    if (name === undefined) return undefined
    const given = this.#valueOf(name)
    if (given === undefined) return undefined
    const value = revealed(given)
    const parsed = parse(value)
    if (parsed === undefined)
      this.addError('E_CONNECTION_VAR', name, `expected ${expected}, got ${describeValue(given)}`)
    return parsed
  }

  #lastSet(names: readonly string[]): string | undefined {
    return names.findLast((name) => {
      const value = this.#valueOf(name)
      return (value !== undefined && value !== null) || this.#failed.has(name)
    })
  }

  /** The value of a variable; one that cannot be evaluated is an error, and undefined. */
  #valueOf(name: string): unknown {
    if (this.#failed.has(name)) return undefined
    try {
      return this.#host.vars[name]
    } catch (error) {
      if (!(error instanceof PlaybookError)) throw error
      this.#failed.add(name)
      this.errors.push(error.with({ message: `${this.#host.name}: ${error.message}` }))
      return undefined
    }
  }
}
