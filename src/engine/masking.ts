// Masks secrets in everything that leaves the engine.

import { PlaybookError, UnreachableError } from '../model/error.ts'
import type { RunEvent } from '../model/event.ts'
import { masked, type Secret } from '../model/secret.ts'

/** An event in which no text holds one of the secrets. */
export function maskedEvent(event: RunEvent, secrets: ReadonlySet<Secret>): RunEvent {
  return secrets.size === 0 ? event : (maskedValue(event, secrets) as RunEvent)
}

function maskedValue(value: unknown, secrets: ReadonlySet<Secret>): unknown {
  if (typeof value === 'string') return masked(value, secrets)
  if (Array.isArray(value)) return value.map((item) => maskedValue(item, secrets))
  if (value instanceof PlaybookError) return maskedError(value, secrets)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskedValue(item, secrets)]))
}

function maskedError(error: PlaybookError, secrets: ReadonlySet<Secret>): PlaybookError {
  const message = masked(error.message, secrets)
  const options = {
    hint: error.hint === undefined ? undefined : masked(error.hint, secrets),
    where: error.where,
    details: error.details.map((line) => masked(line, secrets)),
  }
  return error instanceof UnreachableError
    ? new UnreachableError(error.code, message, error.stage, options)
    : new PlaybookError(error.code, message, options)
}
