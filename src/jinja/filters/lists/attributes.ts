// Reads attributes of items by paths such as `address.city`, as sort, map and groupby do.

import type { CallContext } from '../../values/library.ts'
import { str } from '../../values/text.ts'
import { Undefined, type Value } from '../../values/value.ts'

/** The value at a path: `name`, `address.city`, `tags.0`, or an index; `fallback` where it is undefined. */
export function attributeGetter(
  attribute: Value,
  context: CallContext,
  fallback?: Value,
): (item: Value) => Value {
  const path = pathOf(attribute)
  return (item) => {
    const found = path.reduce<Value>(
      (value, key) => (value instanceof Undefined ? value : context.item(value, key)),
      item,
    )
    return found instanceof Undefined && fallback !== undefined ? fallback : found
  }
}

/** As `attributeGetter`, or of null the item itself; texts in lower case, unless the case counts. */
export function foldedGetter(
  attribute: Value,
  isExact: boolean,
  context: CallContext,
  fallback?: Value,
): (item: Value) => Value {
  const read = attribute === null ? (item: Value) => item : attributeGetter(attribute, context, fallback)
  if (isExact) return read
  return (item) => {
    const value = read(item)
    return typeof value === 'string' ? value.toLowerCase() : value
  }
}

function pathOf(attribute: Value): Value[] {
  if (typeof attribute === 'number') return [attribute]
  return str(attribute)
    .split('.')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
}
