// A lost connection, told again from where it was noticed.

import { UnreachableError } from '../model/errors/error.ts'

/** The same loss at another stage: the connection itself does not know what ran on it. */
export function atStage(loss: UnreachableError, stage: UnreachableError['stage']): UnreachableError {
  const { code, message, hint, where, details, cause } = loss
  return new UnreachableError(code, message, stage, { hint, where, details, cause })
}
