// Says where a fault lies that does not know it itself.

import { PlaybookError } from './error.ts'
import type { SourceLocation } from './location.ts'

/** What the work gives; its fault, if it has none, gets the place. */
export function withLocation<T>(where: SourceLocation | undefined, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    if (!(thrown instanceof PlaybookError) || thrown.where || !where) throw thrown
    throw thrown.with({ where })
  }
}
