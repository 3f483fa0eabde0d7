// Errors for lost hosts and interrupted tasks, with what was being changed.

import { PlaybookError, toPlaybookError, UnreachableError } from '../../model/errors/error.ts'

const again = 'Run it again: what is already done is not repeated.'

/** The error of a host that was lost while a task was changing `what`; other errors stay as they are. */
export function lostHostError(thrown: unknown, title: string, what: readonly string[]): PlaybookError {
  if (!(thrown instanceof UnreachableError)) return toPlaybookError(thrown)
  if (thrown.stage === 'connect') return thrown
  const state =
    what.length === 0
      ? [`Nothing was being changed (${title} was being probed).`]
      : [`In progress: ${what.join(', ')}.`, `It is unknown whether ${title} was completed.`]
  return thrown.with({
    details: [...state, ...thrown.details],
    hint: thrown.hint ?? again,
    cause: thrown,
  })
}

/** The error of a task whose other host was lost: its own host is still reachable. Other errors stay as they are. */
export function otherHostError(thrown: unknown, host: string): unknown {
  if (!(thrown instanceof UnreachableError)) return thrown
  const { message, hint, details, cause } = thrown
  return new PlaybookError('E_OTHER_HOST', `${host}, which this task also needs: ${message}`, {
    hint,
    details,
    cause,
  })
}

/** The error of a task that was interrupted while it was changing `what`. */
export function interruptedError(title: string, what: readonly string[]): PlaybookError {
  const details =
    what.length === 0
      ? ['Nothing was being changed.']
      : [`In progress: ${what.join(', ')}. Its step was signalled to stop.`]
  return new PlaybookError('E_INTERRUPTED', `Interrupted during ${title}.`, { details, hint: again })
}
