// Checks the parameters set and remove of tasks that take both.

import type { z } from '../../src/index.ts'

type SetAndRemove = {
  readonly set: { readonly [key: string]: unknown }
  readonly remove: readonly string[]
}

/**
 * Requires something to set or to remove, and nothing in both.
 *
 * @param items what the keys are called in the error: `'keys'`
 */
export function setOrRemove<T extends z.ZodType<SetAndRemove>>(params: T, items: string): T {
  return params
    .refine(({ set, remove }) => Object.keys(set).length + remove.length > 0, {
      error: 'expected set or remove',
    })
    .refine(({ set, remove }) => !remove.some((each) => Object.hasOwn(set, each)), {
      path: ['remove'],
      error: `expected ${items} that are not in set`,
    })
}
