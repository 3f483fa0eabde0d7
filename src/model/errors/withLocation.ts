// Adds a source location to errors that lack one.

import { PlaybookError } from './error.ts'
import type { SourceLocation } from './location.ts'

/** Runs `work`, and adds `where` to an error it throws that has no location. */
export function withLocation<T>(where: SourceLocation | undefined, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    if (!(thrown instanceof PlaybookError) || thrown.where || !where) throw thrown
    throw thrown.with({ where })
  }
}
