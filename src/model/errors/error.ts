// The error classes shown to people: code, message, place, details and hint.

import type { SourceLocation } from './location.ts'

type ErrorOptions = {
  /** What to do next: "Did you mean firewallPort?" */
  readonly hint?: string
  /** The place in a user's file. */
  readonly where?: SourceLocation
  /** Further lines, such as the last lines of a command's output. */
  readonly details?: readonly string[]
  readonly cause?: unknown
}

type ErrorChanges = ErrorOptions & { readonly code?: string; readonly message?: string }

/**
 * An error to show to people. `code` is stable (`E_UNKNOWN_TASK`), `message` says what happened and with which value,
 * `hint` what to do next, `where` the file and line.
 *
 * @example throw new PlaybookError('E_UNKNOWN_TASK', 'No task "firewalPort".', { hint: 'Did you mean firewallPort?' })
 */
export class PlaybookError extends Error {
  readonly code: string
  readonly hint: string | undefined
  readonly where: SourceLocation | undefined
  readonly details: readonly string[]

  constructor(code: string, message: string, options: ErrorOptions | string = {}) {
    const { hint, where, details = [], cause } = typeof options === 'string' ? { hint: options } : options
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'PlaybookError'
    this.code = code
    this.hint = hint
    this.where = where
    this.details = details
  }

  /**
   * A copy with some fields changed; one given as undefined is cleared.
   *
   * @example throw error.with({ message: `${path}: ${error.message}`, cause: error })
   */
  with(changes: ErrorChanges): PlaybookError {
    const { code, message, ...options } = { ...fieldsOf(this), ...changes }
    return new PlaybookError(code, message, options)
  }
}

function fieldsOf({ code, message, hint, where, details, cause }: PlaybookError) {
  return { code, message, hint, where, details, cause }
}

/** Several errors found together, in an inventory or a playbook: all are shown before any host is contacted. */
export class AggregatePlaybookError extends PlaybookError {
  readonly errors: readonly PlaybookError[]

  constructor(
    errors: readonly PlaybookError[],
    message = `${errors.length} error${errors.length === 1 ? '' : 's'}`,
  ) {
    super('E_FAULTS', message)
    this.name = 'AggregatePlaybookError'
    this.errors = errors
  }
}

type ConnectionStage = 'connect' | 'idle' | 'busy'

/**
 * A host could not be reached, or its connection broke. `stage` tells whether something may have happened there:
 * `connect` (nothing was done), `idle` (nothing was running) or `busy` (a command was running; its result is unknown).
 */
export class UnreachableError extends PlaybookError {
  readonly stage: ConnectionStage

  constructor(code: string, message: string, stage: ConnectionStage, options: ErrorOptions = {}) {
    super(code, message, options)
    this.name = 'UnreachableError'
    this.stage = stage
  }

  override with(changes: ErrorChanges & { readonly stage?: ConnectionStage }): UnreachableError {
    const { code, message, stage = this.stage, ...options } = { ...fieldsOf(this), ...changes }
    return new UnreachableError(code, message, stage, options)
  }
}

/** Any thrown value as a PlaybookError. Other errors keep their message, under `code`. */
export function toPlaybookError(thrown: unknown, code = 'E_INTERNAL'): PlaybookError {
  if (thrown instanceof PlaybookError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new PlaybookError(code, message, { cause: thrown })
}
