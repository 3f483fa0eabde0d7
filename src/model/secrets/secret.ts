// A secret value that prints as a mask, and how texts are masked.

import { inspect } from 'node:util'
import { PlaybookError } from '../errors/error.ts'
import { thrownAt } from '../errors/location.ts'

/** What is shown instead of a secret. */
export const mask = '••••••••'

/** What an editor shows instead of a value whose name says that it is a password. */
export const hiddenValue = '(hidden)'

const revealedValues = new Set<Secret>()

/** The secrets whose values have been read: no other can appear in a text. */
export function revealedSecrets(): ReadonlySet<Secret> {
  return revealedValues
}

/**
 * A password, key or token. In JSON and in `console.log` it is a row of bullets; in a template string, in `String()` and
 * in `join` it throws, because a text with bullets in it would end up in a file. Use a `secret` template instead.
 *
 * Only the engine calls `reveal`, when it sends the value on standard input, never as an argument.
 *
 * @throws PlaybookError E_SECRET_IN_TEXT where it is made part of a plain text, with the file and line
 * @example user({ name: 'ecsuser', password: secret(process.env.PW ?? '') })
 */
export class Secret {
  readonly #value: string
  readonly #parts: readonly Secret[]
  readonly #isOpen: boolean

  /**
   * `parts`: the secrets that the value was made of. `isOpen`: they stand in it as they are, and nothing else of it is
   * secret, so that only they are masked in other texts.
   */
  constructor(
    value: string,
    parts: readonly Secret[] = [],
    { isOpen = false }: { readonly isOpen?: boolean } = {},
  ) {
    this.#value = value
    this.#parts = parts
    this.#isOpen = isOpen
  }

  /** This secret, unless it is open, and those it was made of. */
  get all(): readonly Secret[] {
    const parts = this.#parts.flatMap((part) => part.all)
    return this.#isOpen ? parts : [this, ...parts]
  }

  /** The value itself. Only for code that sends it to a host. */
  reveal(): string {
    if (this.#isOpen) for (const part of this.#parts) part.reveal()
    else revealedValues.add(this)
    return this.#value
  }

  /** Whether the text matches a pattern; that does not count as reading it. */
  doesMatch(pattern: RegExp): boolean {
    return pattern.test(this.#value)
  }

  /** Whether the value has been read. Only then can it appear in a text. */
  get isRevealed(): boolean {
    return this.#isOpen ? this.#parts.every((part) => part.isRevealed) : revealedValues.has(this)
  }

  toString(): string {
    throw secretInText()
  }

  [Symbol.toPrimitive](): string {
    throw secretInText()
  }

  toJSON(): string {
    return mask
  }

  [inspect.custom](): string {
    return mask
  }
}

/** How to write a text with a secret in it, for hints. */
export const secretTemplate = `secret\`password=\${vars.password}\``

function secretInText(): PlaybookError {
  const error = new PlaybookError('E_SECRET_IN_TEXT', 'A secret cannot be part of a plain text.', {
    hint: `Make the whole text a secret: ${secretTemplate}`,
  })
  return error.with({ where: thrownAt(error) })
}

/**
 * Makes a value secret: a string, or a template whose values may be secrets themselves.
 *
 * @example copyFile({ dest: '/etc/app.conf', content: secret`password=${host.vars.password}\n`, mode: '0600' })
 */
export function secret(value: string): Secret
export function secret(
  strings: TemplateStringsArray,
  ...values: readonly (string | number | Secret)[]
): Secret
export function secret(
  text: string | TemplateStringsArray,
  ...values: readonly (string | number | Secret)[]
): Secret {
  if (typeof text === 'string') return new Secret(text)
  const parts = text.map((part, index) => (index < values.length ? part + revealed(values[index]!) : part))
  return new Secret(
    parts.join(''),
    values.filter((value) => value instanceof Secret),
  )
}

/** The plain text of a value that may be a secret; any other value as it is. */
export function revealed<T>(value: T | Secret): Exclude<T, Secret> | string {
  return value instanceof Secret ? value.reveal() : (value as Exclude<T, Secret>)
}

const computed = new WeakMap<object, object>()

/** Has `secretsIn` search `raw` in place of an object whose members are computed when they are read. */
export function searchInstead(object: object, raw: object): void {
  computed.set(object, raw)
}

/** All secrets inside a value, at any depth, and those they were made of. */
export function secretsIn(value: unknown, found: Set<Secret> = new Set()): Set<Secret> {
  if (value instanceof Secret) for (const secret of value.all) found.add(secret)
  else if (Array.isArray(value)) for (const item of value) secretsIn(item, found)
  else if (value !== null && typeof value === 'object' && !Buffer.isBuffer(value)) {
    for (const item of Object.values(computed.get(value) ?? value)) secretsIn(item, found)
  }
  return found
}

/** The path of the first text inside a value that contains the mask of a secret; undefined if there is none. */
export function pathOfMask(
  value: unknown,
  path: readonly PropertyKey[] = [],
): readonly PropertyKey[] | undefined {
  if (typeof value === 'string') return value.includes(mask) ? path : undefined
  if (value === null || typeof value !== 'object' || value instanceof Secret || Buffer.isBuffer(value))
    return undefined
  for (const [key, item] of Object.entries(value)) {
    const found = pathOfMask(item, [...path, Array.isArray(value) ? Number(key) : key])
    if (found) return found
  }
  return undefined
}
