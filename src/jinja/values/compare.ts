// Truth, equality, order and membership of values, as Python has them.

import { Secret } from '../../model/secrets/secret.ts'
import { asFloat } from './numbers.ts'
import { unwrapped } from './secrets.ts'
import {
  defined,
  Float,
  isBlank,
  isDict,
  isList,
  isNumber,
  PyError,
  Tuple,
  typeName,
  type Value,
} from './value.ts'

/** Whether a value is true: zero, None, and what is empty are not. */
export function truth(value: Value): boolean {
  if (isBlank(value)) return false
  const known = defined(value)
  if (known === null || known === false || known === 0 || known === '') return false
  if (known instanceof Float) return known.value !== 0
  if (isList(known)) return known.length > 0
  if (isDict(known)) return known.size > 0
  return known instanceof Secret ? truth(unwrapped(known)) : known !== 0n
}

/** `left == right`. */
export function equal(left: Value, right: Value): boolean {
  const [a, b] = [defined(left), defined(right)]
  if (a === b) return true
  if (a instanceof Secret || b instanceof Secret) return equal(unwrapped(a), unwrapped(b))
  if (isNumber(a) && isNumber(b)) return numberOrder(a, b) === 0
  if (isList(a) && isList(b)) {
    if (a instanceof Tuple !== b instanceof Tuple || a.length !== b.length) return false
    return a.every((item, index) => equal(item, b[index]!))
  }
  if (isDict(a) && isDict(b)) {
    if (a.size !== b.size) return false
    return [...a].every(([key, item]) => b.has(key) && equal(item, b.get(key)!))
  }
  return false
}

/**
 * The order of two values, below, at or above 0: numbers, texts, lists and tuples.
 *
 * @throws PyError for values that have none
 */
export function order(left: Value, right: Value, operator = '<'): number {
  const [a, b] = [unwrapped(defined(left)), unwrapped(defined(right))]
  if (isNumber(a) && isNumber(b)) return numberOrder(a, b)
  if (typeof a === 'string' && typeof b === 'string') return textOrder(a, b)
  if (isList(a) && isList(b) && a instanceof Tuple === b instanceof Tuple) {
    const at = a.findIndex((item, index) => index >= b.length || !equal(item, b[index]!))
    if (at < 0) return a.length - b.length
    return at >= b.length ? 1 : order(a[at]!, b[at]!, operator)
  }
  throw new PyError(
    `'${operator}' does not work between ${typeName(a)} and ${typeName(b)}`,
    'Convert one of them: | int, | float, | string.',
  )
}

/**
 * `item in container`.
 *
 * @throws PyError if the container is none
 */
export function contains(container: Value, item: Value): boolean {
  const [within, member] = [unwrapped(defined(container)), unwrapped(defined(item))]
  if (isList(within)) return within.some((each) => equal(each, member))
  if (isDict(within)) return within.has(dictKey(member))
  if (typeof within === 'string') {
    if (typeof member === 'string') return within.includes(member)
    throw new PyError(`'in <text>' requires a text on its left, not ${typeName(member)}`)
  }
  throw new PyError(`${typeName(within)} is not a list, a dict or a text: nothing can be in it`)
}

const keys = new Map<string, Value>()

/**
 * The key under which a dict holds a value: equal keys have to be one in a Map.
 *
 * @throws PyError for lists and dicts
 */
export function dictKey(value: Value): Value {
  const key = defined(value)
  if (key instanceof Float) return Number.isInteger(key.value) ? key.value : interned(`f${key.value}`, key)
  if (key instanceof Tuple) return interned(`t${JSON.stringify(Array.from(key, dictKey))}`, key)
  if (isList(key) || isDict(key)) throw new PyError(`a ${typeName(key)} cannot be a key`)
  return key
}

function interned(text: string, key: Value): Value {
  if (!keys.has(text)) keys.set(text, key)
  return keys.get(text)!
}

function numberOrder(a: number | bigint | boolean | Float, b: number | bigint | boolean | Float): number {
  if (typeof a === 'bigint' || typeof b === 'bigint') {
    if (!(a instanceof Float) && !(b instanceof Float)) {
      const difference = BigInt(a) - BigInt(b)
      return difference < 0n ? -1 : difference > 0n ? 1 : 0
    }
  }
  return asFloat(a) - asFloat(b)
}

/** By code points, as Python; UTF-16 units have another order beyond U+FFFF. */
function textOrder(a: string, b: string): number {
  if (a === b) return 0
  if (!/[\ud800-\udfff]/.test(a + b)) return a < b ? -1 : 1
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
