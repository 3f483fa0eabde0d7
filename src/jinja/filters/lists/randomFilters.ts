// The filters random and shuffle; with a seed they give what Ansible gives.

import { randomInt } from 'node:crypto'
import { SeededRandom } from '../../python/random.ts'
import { intOf, named } from '../../values/arguments.ts'
import { truth } from '../../values/compare.ts'
import { itemsOf } from '../../values/iterate.ts'
import type { Filter } from '../../values/library.ts'
import { isInt, PyError, type Value } from '../../values/value.ts'

/** A number from 0 up to, and without, the limit. */
type Below = (limit: number) => number

export const randomFilters: { readonly [name: string]: Filter } = {
  random: named(['start', 'step', 'seed'], (value, [start = null, step = null, seed = null]) => {
    const below = numbers(seed)
    if (isInt(value)) return numberBetween(below, start, intOf(value, 'the end'), step)
    const items = itemsOf(value)
    if (truth(start) || truth(step)) throw new PyError('start and step go with a number, not with a list')
    if (items.length === 0) throw new PyError('the list is empty')
    return items[below(items.length)]!
  }),
  shuffle: named(['seed'], (value, [seed = null]) => {
    const below = numbers(truth(seed) ? seed : null)
    const items = [...itemsOf(value)]
    for (let index = items.length - 1; index > 0; index--) {
      const other = below(index + 1)
      ;[items[index], items[other]] = [items[other]!, items[index]!]
    }
    return items
  }),
}

function numbers(seed: Value): Below {
  if (seed === null) return (limit) => (limit === 1 ? 0 : randomInt(limit))
  const random = new SeededRandom(seed)
  return (limit) => random.below(limit)
}

function numberBetween(below: Below, start: Value, end: number, step: Value): number {
  const from = truth(start) ? intOf(start, 'start') : 0
  const by = truth(step) ? intOf(step, 'step') : 1
  const count = Math.ceil((end - from) / by)
  if (count <= 0) throw new PyError(`there is no number from ${from} to ${end}`)
  return from + by * below(count)
}
