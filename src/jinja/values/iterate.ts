// The items that loops and filters take of a value.

import { Secret } from '../../model/secrets/secret.ts'
import { unwrapped } from './secrets.ts'
import { codePoints } from './text.ts'
import { defined, isBlank, PyError, PyObject, typeName, type Value } from './value.ts'

/**
 * The items of a list, the keys of a dict, the characters of a text.
 *
 * @throws PyError for other values, UndefinedUsed for an undefined one
 */
export function itemsOf(value: Value): readonly Value[] {
  if (isBlank(value)) return []
  const known = defined(value)
  if (Array.isArray(known)) return known
  if (known instanceof Map) return [...known.keys()]
  if (typeof known === 'string') return codePoints(known)
  if (known instanceof Secret) return itemsOf(unwrapped(known))
  if (known instanceof PyObject && known.items) return known.items()
  throw new PyError(`${typeName(known)} is not a list, a dict or a text: it has no items`)
}
