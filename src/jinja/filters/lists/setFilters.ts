// Filters that combine lists: sets, pairs, and combinations.

import { intOf, named } from '../../values/arguments.ts'
import { contains } from '../../values/compare.ts'
import { itemsOf } from '../../values/iterate.ts'
import { bindArguments, type Filter } from '../../values/library.ts'
import type { Value } from '../../values/value.ts'
import { distinct } from './listFilters.ts'

/** Ansible's results have no certain order; here they have that of the lists. */
function set(compute: (left: readonly Value[], right: readonly Value[]) => readonly Value[]): Filter {
  return named(['other'], (value, [other]) => distinct(compute(itemsOf(value), itemsOf(other!))), 1)
}

const without = (items: readonly Value[], others: readonly Value[]) => {
  const texts = new Set(others.filter((other) => typeof other === 'string'))
  return items.filter((item) => (typeof item === 'string' ? !texts.has(item) : !contains([...others], item)))
}

export const setFilters: { readonly [name: string]: Filter } = {
  difference: set(without),
  intersect: set((left, right) => without(left, without(left, right))),
  symmetric_difference: set((left, right) => [...without(left, right), ...without(right, left)]),
  union: set((left, right) => [...left, ...right]),
  zip: (value, args, kwargs) => {
    bindArguments([], kwargs, ['strict'])
    const lists = [value, ...args].map(itemsOf)
    return rows(lists, Math.min(...lists.map((list) => list.length)), null)
  },
  zip_longest: (value, args, kwargs) => {
    const [fill = null] = bindArguments([], kwargs, ['fillvalue'])
    const lists = [value, ...args].map(itemsOf)
    return rows(lists, Math.max(...lists.map((list) => list.length)), fill)
  },
  product: (value, args, kwargs) => {
    const [repeat = 1] = bindArguments([], kwargs, ['repeat'])
    const lists = Array.from({ length: intOf(repeat, 'repeat') }, () => [value, ...args].map(itemsOf)).flat()
    return lists.reduce<Value[][]>(
      (rows, list) => rows.flatMap((row) => list.map((item) => [...row, item])),
      [[]],
    )
  },
  permutations: named(['r'], (value, [size = null]) => {
    const items = itemsOf(value)
    return permutations(items, size === null ? items.length : intOf(size, 'r'))
  }),
  combinations: named(['r'], (value, [size]) => combinations(itemsOf(value), intOf(size!, 'r')), 1),
}

function rows(lists: readonly (readonly Value[])[], length: number, fill: Value): Value[][] {
  return Array.from({ length }, (_, index) =>
    lists.map((list) => (index < list.length ? list[index]! : fill)),
  )
}

function permutations(items: readonly Value[], size: number): Value[][] {
  if (size === 0) return [[]]
  return items.flatMap((item, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)], size - 1).map((rest) => [
      item,
      ...rest,
    ]),
  )
}

function combinations(items: readonly Value[], size: number): Value[][] {
  if (size === 0) return [[]]
  return items.flatMap((item, index) =>
    combinations(items.slice(index + 1), size - 1).map((rest) => [item, ...rest]),
  )
}
