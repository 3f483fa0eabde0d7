// Checks the parameters set and remove of tasks that take both.

import type { z } from '../../src/index.ts'

type SetAndRemove = {
  readonly set: { readonly [key: string]: unknown }
  readonly remove: readonly string[]
}

type Rules<P> = {
  /** What is set, as `remove` would name it. Default: the keys of `set`. */
  readonly keysOf?: (params: P) => readonly string[]
  /** How names are compared. Default: as they are. */
  readonly nameOf?: (name: string) => string
  /** Whether there has to be something to set or to remove. Default: always. */
  readonly isNeeded?: (params: P) => boolean
}

/**
 * Requires something to set or to remove, and nothing in both.
 *
 * @param items what the keys are called in the error: `'keys'`
 */
export function setOrRemove<T extends z.ZodType<SetAndRemove>>(
  params: T,
  items: string,
  {
    keysOf = ({ set }) => Object.keys(set),
    nameOf = (name) => name,
    isNeeded = () => true,
  }: Rules<z.output<T>> = {},
): T {
  return params
    .refine(
      (given) => !isNeeded(given) || Object.keys(given.set).length + given.remove.length > 0,
      'expected set or remove',
    )
    .superRefine((given, { addIssue }) => {
      const keys = new Set(keysOf(given).map(nameOf))
      const both = given.remove.find((each) => keys.has(nameOf(each)))
      const message = `expected ${items} that are not in set, which has ${both}`
      if (both !== undefined) addIssue({ code: 'custom', path: ['remove'], message })
    })
}
