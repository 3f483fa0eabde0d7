// Turns JavaScript's values into those of templates, and back.

import { Secret } from '../../model/secrets/secret.ts'
import { LazyDict } from './lazy.ts'
import { str } from './text.ts'
import { type Dict, defined, Float, PyError, PyObject, typeName, Undefined, type Value } from './value.ts'

/**
 * A value that TypeScript gives: objects become dicts, numbers with a fraction floats, undefined becomes None.
 *
 * @throws PyError for functions, symbols and instances of other classes
 */
export function fromJs(value: unknown): Value {
  if (value === null || value === undefined) return null
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return value
    case 'number':
      return Number.isInteger(value) && Math.abs(value) < 1e21 ? value : new Float(value)
    case 'object':
      return fromObject(value)
    default:
      throw new PyError(`a ${typeof value} cannot be a value of a template`)
  }
}

function fromObject(value: object): Value {
  if (isValue(value) || value instanceof LazyDict) return value
  if (Array.isArray(value)) return value.map(fromJs)
  if (value instanceof Set) return Array.from(value, fromJs)
  if (value instanceof Map) {
    const dict: Dict = new Map()
    for (const [key, item] of value) dict.set(fromJs(key), fromJs(item))
    return dict
  }
  if (value instanceof Date) return value.toISOString()
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype && Object.getPrototypeOf(prototype) !== null)
    throw new PyError(`an instance of ${value.constructor.name} cannot be a value of a template`)
  const dict: Dict = new Map()
  for (const [key, item] of Object.entries(value)) dict.set(key, fromJs(item))
  return dict
}

function isValue(value: object): value is Secret | Float | Undefined | PyObject {
  return (
    value instanceof Secret ||
    value instanceof Float ||
    value instanceof Undefined ||
    value instanceof PyObject
  )
}

/**
 * A value for TypeScript: dicts become objects (their keys texts), tuples arrays, floats and ints numbers; an int beyond
 * 2^53 becomes its digits.
 *
 * @throws UndefinedUsed for an undefined value at any depth, PyError for functions and other objects
 */
export function toJs(value: Value): unknown {
  const known = defined(value)
  if (known instanceof Float) return known.value
  if (typeof known === 'bigint') return String(known)
  if (Array.isArray(known)) return Array.from(known, toJs)
  if (known instanceof Map)
    return Object.fromEntries(Array.from(known, ([key, item]) => [str(key), toJs(item)]))
  if (known instanceof PyObject) throw new PyError(`a ${typeName(known)} is not a value: ${known.repr}`)
  return known
}
