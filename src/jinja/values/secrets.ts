// Carries secrets through computations: what is made of a secret is a secret again.

import { revealed, Secret } from '../../model/secrets/secret.ts'
import { floatText } from './floatText.ts'
import { type Dict, Float, isNumber, type Kwargs, type Numeric, Tuple, type Value } from './value.ts'

/**
 * A number or boolean that was made of secrets; as a text it is Python's. Other texts are masked where a number is in
 * them, but not for the words True and False.
 */
export class SecretScalar extends Secret {
  readonly scalar: Numeric

  constructor(scalar: Numeric, parts: readonly Secret[]) {
    super(scalarText(scalar), parts, { isOpen: typeof scalar === 'boolean' })
    this.scalar = scalar
  }
}

function scalarText(scalar: Numeric): string {
  if (scalar instanceof Float) return floatText(scalar.value)
  return typeof scalar === 'boolean' ? (scalar ? 'True' : 'False') : String(scalar)
}

/** The secrets whose texts the computation that runs has read. */
let reading: Set<Secret> | undefined

/** The text of a secret, for a computation inside `withSecrets`: what comes of it becomes secret. */
export function opened(secret: Secret): string {
  reading?.add(secret)
  return secret.reveal()
}

/** A value itself, or the text, number or boolean that is secret. */
export function unwrapped(value: Value): Value {
  if (!(value instanceof Secret)) return value
  const text = opened(value)
  return value instanceof SecretScalar ? value.scalar : text
}

/** What was made of a secret as its whole: all texts, numbers and booleans in it are secret. */
export function madeOf(secret: Secret, value: Value): Value {
  return marked(value, [secret], true)
}

/**
 * Calls a filter, method or operator with the texts of secrets in their place. If one of the arguments is a secret, all
 * texts, numbers and booleans of the result are; if secrets are inside them and were read, the result is if it is one,
 * and in a list or dict the texts that contain one of them.
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
    const same = given.find((each) => plain(each) === result)
    return same ?? marked(result, [...new Set([...given, ...read])], true)
  } finally {
    reading = before
    for (const secret of read) before?.add(secret)
  }
}

/** Joins texts; the result is secret if one of them is. */
export function joined(parts: readonly (string | Secret)[]): string | Secret {
  const secrets = parts.filter((part) => part instanceof Secret)
  const text = parts.map(revealed).join('')
  return secrets.length === 0 ? text : new Secret(text, secrets, { isOpen: true })
}

function plain(value: Value): Value {
  if (!(value instanceof Secret)) return value
  const text = value.reveal()
  return value instanceof SecretScalar ? value.scalar : text
}

function marked(value: Value, parts: readonly Secret[], isAll: boolean): Value {
  if (typeof value === 'string') return value === '' ? value : new Secret(value, parts)
  if (isNumber(value)) return new SecretScalar(value, parts)
  return markedInside(value, parts, isAll)
}

function markedInside(value: Value, parts: readonly Secret[], isAll: boolean): Value {
  if (isNumber(value)) return isAll ? new SecretScalar(value, parts) : value
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
