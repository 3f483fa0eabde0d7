// A schema for one value or a list of them.

import { z } from '../../src/index.ts'

/**
 * One text, or a list of at least one, as a list of what `item` makes of each. An item that is wrong is named with what
 * `item` expects.
 *
 * @example oneOrMany(z.string().regex(/^\d+$/, 'expected digits')) // '80' gives ['80'], ['80', '81'] itself
 */
export function oneOrMany<T extends z.ZodType<unknown, string>>(item: T) {
  return z.union([z.string(), z.array(z.string()).min(1)]).transform((value, context) =>
    [value].flat().flatMap((each): z.output<T>[] => {
      const result = item.safeParse(each)
      if (result.success) return [result.data]
      const message = result.error.issues.map((issue) => issue.message).join('; ')
      context.addIssue({ code: 'custom', message: Array.isArray(value) ? `"${each}": ${message}` : message })
      return []
    }),
  )
}
