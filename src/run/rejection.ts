// The error with which a run that did not begin rejects.

import { AggregatePlaybookError, PlaybookError } from '../model/errors/error.ts'
import { formatLocation, type SourceLocation } from '../model/errors/location.ts'

/** All errors as one, whose message has them all. Errors without a place get that of the call. Bugs stay as they are. */
export function rejection(thrown: unknown, where: SourceLocation | undefined): unknown {
  if (!(thrown instanceof PlaybookError)) return thrown
  const errors = (thrown instanceof AggregatePlaybookError ? thrown.errors : [thrown]).map((error) =>
    error.where || !where ? error : error.with({ where }),
  )
  return new AggregatePlaybookError(errors, errors.map(lineOf).join('\n'))
}

function lineOf({ code, message, hint, where }: PlaybookError): string {
  const place = where ? `${formatLocation(where)}  ` : ''
  return `${place}${message}  ${code}${hint ? `\n    ${hint}` : ''}`
}
