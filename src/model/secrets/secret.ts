// A secret value that prints as a mask, and how texts are masked.

import { inspect } from 'node:util'
import { secretEncodings } from './secretEncodings.ts'

const mask = '••••••••'

/**
 * A password, key or token. It prints as bullets everywhere (templates, JSON, console.log, diffs). Only the engine
 * calls `reveal`, when it sends the value on standard input, never as an argument.
 *
 * @example user({ name: 'ecsuser', password: secret(process.env.PW ?? '') })
 */
export class Secret {
  readonly #value: string
  #isRevealed = false

  constructor(value: string) {
    this.#value = value
  }

  /** The value itself. Only for code that sends it to a host. */
  reveal(): string {
    this.#isRevealed = true
    return this.#value
  }

  /** Whether the value has been read. Only then can it appear in a text. */
  get isRevealed(): boolean {
    return this.#isRevealed
  }

  toString(): string {
    return mask
  }

  toJSON(): string {
    return mask
  }

  [inspect.custom](): string {
    return mask
  }
}

/** Wraps a value so that it is never shown. See `Secret`. */
export function secret(value: string): Secret {
  return new Secret(value)
}

/** The plain text of a value that may be a secret. */
export function revealed(value: string | Secret): string {
  return value instanceof Secret ? value.reveal() : value
}

/** All secrets inside a value, at any depth. */
export function secretsIn(value: unknown, found: Set<Secret> = new Set()): Set<Secret> {
  if (value instanceof Secret) found.add(value)
  else if (Array.isArray(value)) for (const item of value) secretsIn(item, found)
  else if (value !== null && typeof value === 'object' && !Buffer.isBuffer(value)) {
    for (const item of Object.values(value)) secretsIn(item, found)
  }
  return found
}

/** Masks secrets in a text, in all encodings, the longest first. Each line of a secret is masked on its own, too. */
export function masked(text: string, secrets: Iterable<Secret>): string {
  const values = [...secrets].flatMap((each) =>
    [each.reveal(), ...each.reveal().split('\n')].flatMap(secretEncodings),
  )
  const worth = [...new Set(values)].filter((value) => value.trim().length >= 3)
  worth.sort((a, b) => b.length - a.length)
  return worth.reduce((result, value) => result.split(value).join(mask), text)
}
