// What is known of a task when its host was lost or the run was interrupted, for the person who has to look.

import { PlaybookError, toPlaybookError, UnreachableError } from '../../model/errors/error.ts'

const again = 'Run it again: what is done already will not be done twice.'

/** The error of a host that was lost during a task that was changing `what`; any other error as it is. */
export function lostHostError(thrown: unknown, title: string, what: readonly string[]): PlaybookError {
  if (!(thrown instanceof UnreachableError)) return toPlaybookError(thrown)
  if (thrown.stage === 'connect') return thrown
  const state =
    what.length === 0
      ? [`Nothing was being changed (${title} was being looked at).`]
      : [`It was at: ${what.join(', ')}.`, `Whether ${title} was done is not known.`]
  return thrown.with({
    details: [...state, ...thrown.details],
    hint: thrown.hint ?? again,
    cause: thrown,
  })
}

/** That another host is lost does not make the one whose task needs it unreachable: any other error is as it was. */
export function otherHostError(thrown: unknown, host: string): unknown {
  if (!(thrown instanceof UnreachableError)) return thrown
  const { message, hint, details, cause } = thrown
  return new PlaybookError('E_OTHER_HOST', `${host}, which this task needs too: ${message}`, {
    ...{ hint, details, cause },
  })
}

/** The error of a task that was interrupted while it was changing `what`. */
export function interruptedError(title: string, what: readonly string[]): PlaybookError {
  const details =
    what.length === 0
      ? ['Nothing was being changed.']
      : [`It was at: ${what.join(', ')}. Its step was told to stop.`]
  return new PlaybookError('E_INTERRUPTED', `Interrupted during ${title}.`, { details, hint: again })
}
