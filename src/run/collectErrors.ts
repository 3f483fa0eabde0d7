// Collects errors, so that all of them are reported at once.

import { mergeMissing } from '../inventory/vars/missingVars.ts'
import { AggregatePlaybookError, PlaybookError } from '../model/errors/error.ts'

type ErrorCollector = {
  /** Returns what the work returns, or undefined if it throws a PlaybookError, which is kept. Others are rethrown. */
  readonly attempt: <T>(work: () => T | Promise<T>) => Promise<T | undefined>
  /** @throws AggregatePlaybookError with all that were kept, each once */
  readonly throwIfAny: () => void
}

export function collectErrors(): ErrorCollector {
  const errors = new Map<string, PlaybookError>()
  return {
    attempt: async (work) => {
      try {
        return await work()
      } catch (thrown) {
        if (!(thrown instanceof PlaybookError)) throw thrown
        for (const error of thrown instanceof AggregatePlaybookError ? thrown.errors : [thrown])
          errors.set(keyOf(error), error)
        return undefined
      }
    },
    throwIfAny: () => {
      if (errors.size > 0) throw new AggregatePlaybookError(mergeMissing([...errors.values()]))
    },
  }
}

function keyOf({ code, message, where }: PlaybookError): string {
  return JSON.stringify([code, message, where])
}
