// Binds the arguments of filters to names, and checks their types.

import { bindArguments, type CallContext, type Filter } from './library.ts'
import { asFloat } from './numbers.ts'
import { unwrapped } from './secrets.ts'
import { isInt, isList, isNumber, PyError, typeName, type Value } from './value.ts'

/** A list, and no text or dict. @throws PyError */
export function listOf(value: Value, what = 'a list'): readonly Value[] {
  if (isList(value)) return value
  throw new PyError(`expects ${what}, not ${typeName(value)}`)
}

/** @throws PyError for what is no int */
export function intOf(value: Value, what: string): number {
  const known = unwrapped(value)
  if (isInt(known)) return Number(known)
  throw new PyError(`${what} has to be an int, not ${typeName(value)}`)
}

/** @throws PyError for what is no number */
export function numberOf(value: Value): number {
  const known = unwrapped(value)
  if (isNumber(known)) return asFloat(known)
  throw new PyError(`expects a number, not ${typeName(value)}`)
}

/** A filter whose arguments have names; those that are not given are undefined. */
export function named(
  names: readonly string[],
  compute: (value: Value, args: readonly (Value | undefined)[], context: CallContext) => Value,
  required = 0,
): Filter {
  return (value, args, kwargs, context) =>
    compute(value, bindArguments(args, kwargs, names, required), context)
}

/** A filter without arguments. */
export function plain(compute: (value: Value, context: CallContext) => Value): Filter {
  return named([], (value, _, context) => compute(value, context))
}
