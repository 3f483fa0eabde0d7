// Schemas for regular expressions, which refuse the syntax of Python and sed.

import { z } from '../../src/index.ts'
import { foreignPattern } from './foreignPatterns.ts'

/** A non-empty regular expression, as text or RegExp. */
export const patternSource = z
  .union([z.string().min(1, 'expected a non-empty pattern'), z.instanceof(RegExp)])
  .superRefine((value, { addIssue }) => {
    const foreign = foreignPattern(value instanceof RegExp ? value.source : value)
    if (foreign !== undefined) addIssue({ code: 'custom', message: foreign })
    else if (typeof value === 'string' && !compiles(value))
      addIssue({ code: 'custom', message: 'expected a regular expression' })
  })

/** The same as a RegExp without state, to test each line. */
export const pattern = patternSource.transform(
  (value) => new RegExp(value, value instanceof RegExp ? value.flags.replace(/[gy]/g, '') : ''),
)

export function compiles(source: string, flags = ''): boolean {
  try {
    new RegExp(source, flags)
    return true
  } catch {
    return false
  }
}
