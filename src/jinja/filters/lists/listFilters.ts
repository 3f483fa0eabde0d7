// Filters of lists: parts, order, sums, groups of equal size.

import { intOf, named, plain } from '../../values/arguments.ts'
import { equal, order, truth } from '../../values/compare.ts'
import { itemsOf } from '../../values/iterate.ts'
import { type CallContext, type Filter, takesUndefined } from '../../values/library.ts'
import { arithmetic } from '../../values/numbers.ts'
import { unwrapped } from '../../values/secrets.ts'
import { codePoints, str } from '../../values/text.ts'
import { isDict, isList, isNumber, PyError, typeName, Undefined, type Value } from '../../values/value.ts'
import { attributeGetter, foldedGetter } from './attributes.ts'

export const listFilters: { readonly [name: string]: Filter } = {
  first: plain((value) => itemsOf(value)[0] ?? noItem('first')),
  last: plain((value) => itemsOf(value).at(-1) ?? noItem('last')),
  length: plain(length),
  count: plain(length),
  list: plain((value) => [...itemsOf(value)]),
  join: named(['d', 'attribute'], (value, [separator = '', attribute = null], context) =>
    attributeItems(value, attribute, context).map(str).join(str(separator)),
  ),
  sort: named(
    ['reverse', 'case_sensitive', 'attribute'],
    (value, [reverse = false, exact = false, attribute = null], context) =>
      sorted(itemsOf(value), keysOf(attribute, truth(exact), context), truth(reverse)),
  ),
  unique: named(['case_sensitive', 'attribute'], (value, [exact = false, attribute = null], context) =>
    distinct(itemsOf(value), foldedGetter(attribute, truth(exact), context)),
  ),
  min: named(['case_sensitive', 'attribute'], (value, [exact = false, attribute = null], context) =>
    extreme(value, foldedGetter(attribute, truth(exact), context), 1),
  ),
  max: named(['case_sensitive', 'attribute'], (value, [exact = false, attribute = null], context) =>
    extreme(value, foldedGetter(attribute, truth(exact), context), -1),
  ),
  sum: named(['attribute', 'start'], (value, [attribute = null, start = 0], context) =>
    attributeItems(value, attribute, context).reduce(plus, start),
  ),
  batch: named(
    ['linecount', 'fill_with'],
    (value, [count, fill = null]) => batches(itemsOf(value), intOf(count!, 'linecount'), fill),
    1,
  ),
  slice: named(
    ['slices', 'fill_with'],
    (value, [count, fill = null]) => slices(itemsOf(value), intOf(count!, 'slices'), fill),
    1,
  ),
  flatten: named(['levels', 'skip_nulls'], (value, [levels = null, skip = true]) =>
    flattened(
      itemsOf(value),
      levels === null ? Number.POSITIVE_INFINITY : intOf(levels, 'levels'),
      truth(skip),
    ),
  ),
  mandatory: takesUndefined(
    named(['msg'], (value, [message = null]) => {
      if (!(value instanceof Undefined)) return value
      throw new PyError(
        message === null ? `a mandatory variable is not defined: ${value.message}` : str(message),
        value.hint,
      )
    }),
  ),
}

function noItem(which: string): Undefined {
  return new Undefined(`there is no ${which} item, because the list is empty`)
}

function length(value: Value): number {
  if (isDict(value)) return value.size
  if (typeof value === 'string') return codePoints(value).length
  return itemsOf(value).length
}

function attributeItems(value: Value, attribute: Value, context: CallContext): readonly Value[] {
  return attribute === null ? itemsOf(value) : itemsOf(value).map(attributeGetter(attribute, context))
}

/** The keys to sort by: `'age,name'` are two. */
function keysOf(attribute: Value, exact: boolean, context: CallContext): (item: Value) => Value[] {
  const names = typeof attribute === 'string' ? attribute.split(',') : [attribute]
  const getters = names.map((name) => foldedGetter(name, exact, context))
  return (item) => getters.map((getter) => getter(item))
}

export function sorted(
  items: readonly Value[],
  keysOf: (item: Value) => Value[],
  isReversed: boolean,
): Value[] {
  const sign = isReversed ? -1 : 1
  return Array.from(items, (item) => ({ item, keys: keysOf(item) }))
    .sort((one, other) => sign * order(one.keys, other.keys))
    .map(({ item }) => item)
}

/** The items whose keys are equal to none before them. */
export function distinct(items: readonly Value[], keyOf: (item: Value) => Value = (item) => item): Value[] {
  const texts = new Set<Value>()
  const others: Value[] = []
  return items.filter((item) => {
    const key = keyOf(item)
    if (typeof key === 'string') return !texts.has(key) && texts.add(key)
    return !others.some((other) => equal(other, key)) && others.push(key)
  })
}

function extreme(value: Value, keyOf: (item: Value) => Value, sign: 1 | -1): Value {
  const items = itemsOf(value)
  if (items.length === 0)
    return new Undefined('the list is empty, so it has neither a least nor a greatest item')
  return items.reduce((best, item) => (sign * order(keyOf(item), keyOf(best)) < 0 ? item : best))
}

function plus(sum: Value, given: Value): Value {
  const item = unwrapped(given)
  if (isNumber(sum) && isNumber(item)) return arithmetic('+', sum, item)
  if (isList(sum) && isList(item)) return [...sum, ...item]
  throw new PyError(`${typeName(sum)} and ${typeName(item)} cannot be added`, 'For texts: | join')
}

function batches(items: readonly Value[], size: number, fill: Value): Value[] {
  if (size < 1) throw new PyError(`linecount has to be at least 1, got ${size}`)
  const count = Math.ceil(items.length / size)
  return Array.from({ length: count }, (_, index) => {
    const batch = items.slice(index * size, (index + 1) * size)
    return fill === null ? batch : [...batch, ...Array<Value>(size - batch.length).fill(fill)]
  })
}

function slices(items: readonly Value[], count: number, fill: Value): Value[] {
  if (count < 1) throw new PyError(`slices has to be at least 1, got ${count}`)
  const least = Math.floor(items.length / count)
  const longer = items.length % count
  return Array.from({ length: count }, (_, index) => {
    const begin = index * least + Math.min(index, longer)
    const slice = items.slice(begin, begin + least + (index < longer ? 1 : 0))
    return fill !== null && index >= longer ? [...slice, fill] : slice
  })
}

export function flattened(items: readonly Value[], levels: number, skipsNulls: boolean): Value[] {
  return items.flatMap((item) => {
    if (skipsNulls && (item === null || item === 'None' || item === 'null')) return []
    if (!isList(item)) return [item]
    return levels >= 1 ? flattened(item, levels - 1, skipsNulls) : [item]
  })
}
