// Filters of dicts: their items, merging, and lists of dicts.

import { listOf, named } from '../../values/arguments.ts'
import { contains, dictKey, equal, order, truth } from '../../values/compare.ts'
import { itemsOf } from '../../values/iterate.ts'
import { bindArguments, type CallContext, type Filter, takesUndefined } from '../../values/library.ts'
import { quoted, repr, str } from '../../values/text.ts'
import {
  type Dict,
  isDict,
  isList,
  PyError,
  Tuple,
  typeName,
  Undefined,
  type Value,
} from '../../values/value.ts'
import { flattened } from './listFilters.ts'

/** `a | combine(b, …, recursive=false, list_merge='replace')`: what is later is stronger. */
const combine: Filter = (value, args, kwargs) => {
  const [recursive = false, merge = 'replace'] = bindArguments([], kwargs, ['recursive', 'list_merge'])
  const how = str(merge)
  if (!merges.includes(how))
    throw new PyError(`list_merge is ${quoted(how)}`, `It has to be one of ${merges.join(', ')}.`)
  const dicts = flattened([value, ...args], 1, true)
  if (dicts.length === 0) return new Map()
  return dicts.reduceRight((higher, lower) => merged(dictOf(lower), dictOf(higher), truth(recursive), how))
}

const merges = ['replace', 'keep', 'append', 'prepend', 'append_rp', 'prepend_rp']

function merged(low: Dict, high: Dict, isRecursive: boolean, lists: string): Dict {
  const result: Dict = new Map(low)
  for (const [key, value] of high) {
    const below = low.get(key)
    if (isDict(below) && isDict(value)) {
      result.set(key, isRecursive ? merged(below, value, isRecursive, lists) : value)
    } else if (isList(below) && isList(value)) result.set(key, mergedList(below, value, lists))
    else result.set(key, value)
  }
  return result
}

function mergedList(low: Value[], high: Value[], how: string): Value[] {
  if (how === 'keep') return low
  if (how === 'replace') return high
  const before = how.endsWith('_rp') ? low.filter((item) => !contains(high, item)) : low
  return how.startsWith('append') ? [...before, ...high] : [...high, ...before]
}

export const dictFilters: { readonly [name: string]: Filter } = {
  combine,
  items: takesUndefined(
    named([], (value) =>
      value instanceof Undefined ? [] : Array.from(dictOf(value), ([key, item]) => [key, item]),
    ),
  ),
  dictsort: named(
    ['case_sensitive', 'by', 'reverse'],
    (value, [exact = false, by = 'key', reverse = false]) =>
      sortedItems(dictOf(value), truth(exact), str(by), truth(reverse)),
  ),
  dict2items: named(['key_name', 'value_name'], (value, [keyName = 'key', valueName = 'value']) =>
    Array.from(
      dictOf(value),
      ([key, item]): Dict =>
        new Map([
          [keyName, key],
          [valueName, item],
        ]),
    ),
  ),
  items2dict: named(
    ['key_name', 'value_name'],
    (value, [keyName = 'key', valueName = 'value']) =>
      new Map(listOf(value).map((item) => [dictKey(member(item, keyName)), member(item, valueName)])),
  ),
  extract: named(
    ['container', 'morekeys'],
    (value, [container, more = null], context) =>
      extracted([value, ...(isList(more) ? more : more === null ? [] : [more])], container!, context),
    1,
  ),
  subelements: named(
    ['subelements', 'skip_missing'],
    (value, [path, skip = false]) =>
      subelements(
        isDict(value) ? [...value.values()] : listOf(value, 'a list of dicts or a dict'),
        path!,
        truth(skip),
      ),
    1,
  ),
  rekey_on_member: named(
    ['key', 'duplicates'],
    (value, [key, duplicates = 'error']) =>
      rekeyed(isDict(value) ? [...value.values()] : itemsOf(value), key!, str(duplicates)),
    1,
  ),
}

function dictOf(value: Value): Dict {
  if (isDict(value)) return value
  throw new PyError(`expects a dict, not ${typeName(value)}`)
}

function sortedItems(dict: Dict, isExact: boolean, by: string, isReversed: boolean): Value[] {
  if (by !== 'key' && by !== 'value')
    throw new PyError(`by is ${quoted(by)}`, "It has to be 'key' or 'value'.")
  const keyOf = ([key, value]: readonly [Value, Value]): Value => {
    const chosen = by === 'key' ? key : value
    return typeof chosen === 'string' && !isExact ? chosen.toLowerCase() : chosen
  }
  const sign = isReversed ? -1 : 1
  return [...dict]
    .sort((one, other) => sign * order(keyOf(one), keyOf(other)))
    .map(([key, value]) => Tuple.of(key, value))
}

function member(item: Value, key: Value): Value {
  const found = isDict(item) ? item.get(dictKey(key)) : undefined
  if (found !== undefined) return found
  throw new PyError(`expects a list of dicts with the key ${repr(key)}, and one item is ${repr(item)}`)
}

function extracted(keys: readonly Value[], container: Value, context: CallContext): Value {
  return keys.reduce<Value>(
    (value, key) => (value instanceof Undefined ? value : context.item(value, key)),
    container,
  )
}

function subelements(elements: readonly Value[], path: Value, skipsMissing: boolean): Value[] {
  const keys = isList(path) ? path : str(path).split('.')
  return elements.flatMap((element) => {
    let value: Value = element
    for (const key of keys) {
      const found = isDict(value) ? value.get(dictKey(key)) : undefined
      if (found === undefined && isDict(value) && skipsMissing) return []
      if (found === undefined)
        throw new PyError(
          `the key ${repr(key)} is missing in ${repr(value)}`,
          'To leave such items out: skip_missing=true',
        )
      value = found
    }
    return listOf(value, `a list at ${keys.map(str).join('.')}`).map((each) => [element, each])
  })
}

function rekeyed(items: readonly Value[], key: Value, duplicates: string): Dict {
  if (duplicates !== 'error' && duplicates !== 'overwrite')
    throw new PyError(`duplicates is ${quoted(duplicates)}`, "It has to be 'error' or 'overwrite'.")
  const result: Dict = new Map()
  for (const item of items) {
    const name = dictKey(member(item, key))
    if (duplicates === 'error' && [...result.keys()].some((other) => equal(other, name)))
      throw new PyError(
        `the key ${repr(name)} is not unique`,
        "To let the last one win: duplicates='overwrite'",
      )
    result.set(name, item)
  }
  return result
}
