// Makes one value of what a template writes.

import { Secret } from '../../model/secrets/secret.ts'
import { joined, withSecrets } from '../values/secrets.ts'
import { str } from '../values/text.ts'
import {
  type Dict,
  defined,
  isBlank,
  NamedTuple,
  PyObject,
  Tuple,
  Undefined,
  type Value,
} from '../values/value.ts'
import { omit } from './globals.ts'

/**
 * As in Ansible: a single value stays what it is, and more are joined to a text, without those that are None. Nothing at
 * all is None. An undefined value among them is the result.
 */
export function concat(written: readonly Value[]): Value {
  const known = written.filter((value) => value !== null)
  const values = known.length > 1 ? known.filter((value) => !isBlank(value)) : known
  if (values.length === 0) return known.length === 0 ? null : ''
  if (values.length === 1) return values[0]!
  const missing = values.find((value) => value instanceof Undefined)
  return missing ?? concatenated(values.map(plainValue))
}

/**
 * A value as others may have it: tuples are lists, and `omit` is left out of lists and dicts.
 *
 * @throws UndefinedUsed for an undefined value at any depth
 */
export function plainValue(value: Value): Value {
  const known = defined(value)
  if (known === null || typeof known !== 'object' || known instanceof Secret || known instanceof PyObject)
    return known
  if (known instanceof NamedTuple) return known
  if (Array.isArray(known)) {
    const isPlain =
      !(known instanceof Tuple) && known.every((item) => item === plainValue(item) && item !== omit)
    return isPlain ? known : Array.from(known, plainValue).filter((item) => item !== omit)
  }
  if (!(known instanceof Map)) return known
  const dict: Dict = new Map()
  for (const [key, item] of known) if (item !== omit) dict.set(key, plainValue(item))
  return dict
}

/** Texts of values one after the other; secret if one of them is. */
export function concatenated(values: readonly Value[]): string | Secret {
  return joined(values.map(textOrSecret))
}

function textOrSecret(value: Value): string | Secret {
  if (value instanceof Secret || typeof value === 'string') return value
  const text = withSecrets([value], new Map(), ([each]) => str(each!))
  return text instanceof Secret ? text : String(text)
}
