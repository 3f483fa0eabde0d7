// The one error that people see: what, where, the value, and the next thing to do, under a stable code.

import { formatLocation, type SourceLocation } from './location.ts'

export type ErrorOptions = {
  /** The next thing to do: "Did you mean firewallPort?" */
  readonly hint?: string
  /** The place in a file that a person wrote. */
  readonly where?: SourceLocation
  /** Further lines: what the host said, one mirror a line. */
  readonly details?: readonly string[]
  readonly cause?: unknown
}

export type ErrorChanges = ErrorOptions & { readonly code?: string; readonly message?: string }

/**
 * An error for people: `code` is stable (`E_UNKNOWN_TASK`), `message` says what happened and with which value,
 * `hint` the next thing to do, `where` the file and line.
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

/** Several faults found at once (an inventory's, a playbook's), all shown before any host is touched. */
export class AggregatePlaybookError extends PlaybookError {
  readonly errors: readonly PlaybookError[]

  constructor(errors: readonly PlaybookError[]) {
    super('E_FAULTS', `${errors.length} fault${errors.length === 1 ? '' : 's'}`)
    this.name = 'Faults'
    this.errors = errors
  }
}

type ConnectionStage = 'connect' | 'idle' | 'busy'

/**
 * A host could not be reached, or the connection to it broke. `stage` tells whether anything can have happened
 * there: `connect` (nothing was done), `idle`, or `busy` (something was running, its end is not known).
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

/** The lines a person reads: place and message, what the host said, what to do. */
export function describeError(error: PlaybookError): string[] {
  if (error instanceof AggregatePlaybookError) return error.errors.flatMap(describeError)
  const place = error.where ? `${formatLocation(error.where)}  ` : ''
  return [`${place}${error.message}`, ...error.details, ...(error.hint ? [error.hint] : [])]
}

/** Any thrown value as a PlaybookError; what is not one keeps its message under `code`. */
export function toPlaybookError(thrown: unknown, code = 'E_INTERNAL'): PlaybookError {
  if (thrown instanceof PlaybookError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new PlaybookError(code, message, { cause: thrown })
}
