// Carries secrets through computations: what is made of a secret is a secret again.

import { Secret } from '../../model/secrets/secret.ts'
import { type Dict, type Kwargs, Tuple, type Value } from './value.ts'

/** The secrets whose texts the computation that runs has read. */
let reading: Set<Secret> | undefined

/** The text of a secret, for a computation inside `withSecrets`: what comes of it becomes secret. */
export function opened(secret: Secret): string {
  reading?.add(secret)
  return secret.reveal()
}

/** A value itself, or the text of a secret. */
export function plainText(value: Value): Value {
  return value instanceof Secret ? opened(value) : value
}

/**
 * Calls a filter, method or operator with the texts of secrets in their place. If one of the arguments is a secret, all
 * texts of the result are; if secrets are inside them and were read, the result is if it is a text, and in a list or
 * dict the texts that contain one of them.
 */
export function withSecrets(
  args: readonly Value[],
  kwargs: Kwargs,
  compute: (args: readonly Value[], kwargs: Kwargs) => Value,
): Value {
  const given = [...args, ...kwargs.values()].filter((each) => each instanceof Secret)
  const before = reading
  const read = new Set<Secret>()
  reading = read
  try {
    if (given.length === 0) {
      const result = compute(args, kwargs)
      return read.size === 0 ? result : marked(result, [...read], false)
    }
    const plainKwargs = new Map([...kwargs].map(([name, value]) => [name, plain(value)]))
    const result = compute(args.map(plain), plainKwargs)
    if ([...args, ...kwargs.values()].some((each) => each === result)) return result
    const same = given.find((each) => each.reveal() === result)
    return same ?? marked(result, [...new Set([...given, ...read])], true)
  } finally {
    reading = before
    for (const secret of read) before?.add(secret)
  }
}

/** Joins texts; the result is secret if one of them is. */
export function joined(parts: readonly (string | Secret)[]): string | Secret {
  const secrets = parts.filter((part) => part instanceof Secret)
  const text = parts.map((part) => (part instanceof Secret ? part.reveal() : part)).join('')
  return secrets.length === 0 ? text : new Secret(text, secrets, { isOpen: true })
}

function plain(value: Value): Value {
  return value instanceof Secret ? value.reveal() : value
}

function marked(value: Value, parts: readonly Secret[], isAll: boolean): Value {
  if (typeof value === 'string') return value === '' ? value : new Secret(value, parts)
  return markedInside(value, parts, isAll)
}

function markedInside(value: Value, parts: readonly Secret[], isAll: boolean): Value {
  if (typeof value === 'string') {
    const isSecret = isAll
      ? value !== ''
      : parts.some((part) => part.reveal() !== '' && value.includes(part.reveal()))
    return isSecret ? new Secret(value, parts) : value
  }
  if (value instanceof Tuple) return Tuple.from(value, (item) => markedInside(item, parts, isAll))
  if (Array.isArray(value)) return value.map((item) => markedInside(item, parts, isAll))
  if (!(value instanceof Map)) return value
  const dict: Dict = new Map()
  for (const [key, item] of value) dict.set(key, markedInside(item, parts, isAll))
  return dict
}
