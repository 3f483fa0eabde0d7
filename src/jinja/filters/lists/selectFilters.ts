// Filters that call other filters and tests for each item: map, select, groupby.

import { named } from '../../values/arguments.ts'
import { equal, truth } from '../../values/compare.ts'
import { itemsOf } from '../../values/iterate.ts'
import { bindArguments, type CallContext, type Filter } from '../../values/library.ts'
import { str } from '../../values/text.ts'
import { NamedTuple, PyError, type Value } from '../../values/value.ts'
import { attributeGetter, foldedGetter } from './attributes.ts'
import { sorted } from './listFilters.ts'

/** `map('name', …)` calls a filter, `map(attribute='a.b', default=…)` reads an attribute. */
const map: Filter = (value, args, kwargs, context) => {
  if (args.length === 0 && kwargs.has('attribute')) {
    const [attribute, fallback] = bindArguments(args, kwargs, ['attribute', 'default'])
    return itemsOf(value).map(attributeGetter(attribute!, context, fallback))
  }
  const [name, ...rest] = args
  if (name === undefined) throw new PyError('needs the name of a filter, or attribute=')
  return itemsOf(value).map((item) => context.filter(str(name), item, rest, kwargs))
}

/** `select('test', …)`: the items that pass (or fail) it; without a test, those that are true. */
function selecting(isKept: boolean): Filter {
  return (value, [name, ...rest], kwargs, context) =>
    itemsOf(value).filter(
      (item) => (name === undefined ? truth(item) : context.test(str(name), item, rest, kwargs)) === isKept,
    )
}

/** `selectattr('attribute', 'test', …)` */
function selectingByAttribute(isKept: boolean): Filter {
  return (value, [attribute, name, ...rest], kwargs, context) => {
    if (attribute === undefined) throw new PyError('needs the name of an attribute')
    const read = attributeGetter(attribute, context)
    return itemsOf(value).filter((item) => {
      const found = read(item)
      return (name === undefined ? truth(found) : context.test(str(name), found, rest, kwargs)) === isKept
    })
  }
}

export const selectFilters: { readonly [name: string]: Filter } = {
  map,
  select: selecting(true),
  reject: selecting(false),
  selectattr: selectingByAttribute(true),
  rejectattr: selectingByAttribute(false),
  groupby: named(
    ['attribute', 'default', 'case_sensitive'],
    (value, [attribute, fallback = null, exact = false], context) =>
      groups(itemsOf(value), attribute!, fallback ?? undefined, truth(exact), context),
    1,
  ),
  attr: named(['name'], (value, [name], context) => context.attribute(value, str(name!)), 1),
}

function groups(
  items: readonly Value[],
  attribute: Value,
  fallback: Value | undefined,
  isExact: boolean,
  context: CallContext,
): Value[] {
  const keyOf = foldedGetter(attribute, isExact, context, fallback)
  const shown = attributeGetter(attribute, context, fallback)
  const result: NamedTuple[] = []
  let last: Value | undefined
  for (const item of sorted(items, (each) => [keyOf(each)], false)) {
    const key = keyOf(item)
    if (last === undefined || !equal(last, key))
      result.push(NamedTuple.named({ grouper: shown(item), list: [] }))
    ;(result.at(-1)![1] as Value[]).push(item)
    last = key
  }
  return result
}
