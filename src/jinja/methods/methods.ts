// The methods of texts, lists, dicts and numbers.

import { Secret } from '../../model/secrets/secret.ts'
import { withSecrets } from '../values/secrets.ts'
import {
  Float,
  isDict,
  isInt,
  isList,
  type Kwargs,
  PyError,
  PyFunction,
  Tuple,
  type Value,
} from '../values/value.ts'
import { dictMethods } from './dictMethods.ts'
import { listMethods, tupleMethods } from './listMethods.ts'
import { textMethods } from './textMethods.ts'

/** A method: what it is called on, and the arguments. */
type Method<T> = (self: T, args: readonly Value[], kwargs: Kwargs) => Value

/** A method of a value, bound to it; undefined if its type has none of that name. */
export function methodOf(value: Value, name: string): PyFunction | undefined {
  if (typeof value === 'string' || value instanceof Secret) return bound(value, textMethods, name)
  if (value instanceof Tuple) return bound(value, tupleMethods, name)
  if (isList(value)) return bound(value, listMethods, name)
  if (isDict(value)) return bound(value, dictMethods, name)
  if (value instanceof Float) return bound(value, floatMethods, name)
  return isInt(value) ? bound(value, intMethods, name) : undefined
}

function bound<T extends Value>(
  self: Value,
  methods: { readonly [name: string]: Method<T> },
  name: string,
): PyFunction | undefined {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined
  if (!method) return undefined
  return new PyFunction(name, (args, kwargs) =>
    withSecrets([self, ...args], kwargs, ([own, ...others], named) => method(own as T, others, named)),
  )
}

const floatMethods: { readonly [name: string]: Method<Float> } = {
  is_integer: ({ value }) => Number.isInteger(value),
}

const intMethods: { readonly [name: string]: Method<number | bigint | boolean> } = {
  bit_length: (self) => {
    const size = BigInt(self)
    return size === 0n ? 0 : (size < 0n ? -size : size).toString(2).length
  },
  __and__: (self, [other]) => bitwise(self, other, (a, b) => a & b),
  __or__: (self, [other]) => bitwise(self, other, (a, b) => a | b),
  __xor__: (self, [other]) => bitwise(self, other, (a, b) => a ^ b),
}

function bitwise(
  left: number | bigint | boolean,
  right: Value | undefined,
  compute: (a: bigint, b: bigint) => bigint,
): Value {
  if (!isInt(right)) throw new PyError('takes an int')
  return Number(compute(BigInt(left), BigInt(right)))
}
