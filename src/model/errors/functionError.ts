// The error of a function of a playbook that threw, with the line where it did.

import { PlaybookError } from './error.ts'
import { type SourceLocation, thrownAt } from './location.ts'

/**
 * The error of a function that a playbook gives to a task; a PlaybookError stays as it is.
 *
 * @param name the function's, as the playbook's author knows it
 */
export function functionError(
  name: string,
  thrown: unknown,
  where?: SourceLocation | undefined,
): PlaybookError {
  if (thrown instanceof PlaybookError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new PlaybookError('E_FUNCTION', `The function ${name} threw: ${message}`, {
    where: thrownAt(thrown) ?? where,
    cause: thrown,
  })
}
