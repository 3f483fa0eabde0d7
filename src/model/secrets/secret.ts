// A value that is never shown: whoever prints, serialises or inspects it gets eight bullets.

import { inspect } from 'node:util'
import { secretEncodings } from './secretEncodings.ts'

const mask = '••••••••'

/**
 * A password, key or token. It prints as bullets wherever it ends up (templates, JSON, console.log, diffs);
 * the engine alone calls `reveal`, at the last moment, and sends it on stdin, never as an argument.
 *
 * @example user({ name: 'ecsuser', password: secret(process.env.PW ?? '') })
 */
export class Secret {
  readonly #value: string
  #isRevealed = false

  constructor(value: string) {
    this.#value = value
  }

  /** The value itself. For the place that sends it, and no other. */
  reveal(): string {
    this.#isRevealed = true
    return this.#value
  }

  /** Whether anybody has asked for the value: only then can it stand in a text. */
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

/** Wraps a value so that it is never shown. */
export function secret(value: string): Secret {
  return new Secret(value)
}

/** The text behind a value that may be a secret. */
export function revealed(value: string | Secret): string {
  return value instanceof Secret ? value.reveal() : value
}

/** Every secret inside a value, however deep: what has to be masked in the output of a task that was given it. */
export function secretsIn(value: unknown, found: Set<Secret> = new Set()): Set<Secret> {
  if (value instanceof Secret) found.add(value)
  else if (Array.isArray(value)) for (const item of value) secretsIn(item, found)
  else if (value !== null && typeof value === 'object' && !Buffer.isBuffer(value)) {
    for (const item of Object.values(value)) secretsIn(item, found)
  }
  return found
}

/** Masks the given secrets in a text in all their forms, the longest first, line by line too where one has several. */
export function masked(text: string, secrets: Iterable<Secret>): string {
  const values = [...secrets].flatMap((each) =>
    [each.reveal(), ...each.reveal().split('\n')].flatMap(secretEncodings),
  )
  const worth = [...new Set(values)].filter((value) => value.trim().length >= 3)
  worth.sort((a, b) => b.length - a.length)
  return worth.reduce((result, value) => result.split(value).join(mask), text)
}
