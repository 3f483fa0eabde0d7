// Converts events to journal lines and back.

import { AggregatePlaybookError, PlaybookError, UnreachableError } from '../model/errors/error.ts'
import type { SourceLocation } from '../model/errors/location.ts'
import type { RunEvent } from '../model/run/event.ts'
import type { ReportedChange } from '../model/run/outcome.ts'

/** An event with its time (ISO 8601, UTC). */
export type RecordedEvent = { readonly time: string; readonly event: RunEvent }

type ErrorRecord = {
  readonly code: string
  readonly message: string
  readonly details?: readonly string[]
  readonly hint?: string
  readonly where?: SourceLocation
  /** Of an UnreachableError. */
  readonly stage?: UnreachableError['stage']
  readonly errors?: readonly ErrorRecord[]
}

/** Diffs larger than this, in characters, are not written; the rest of the change is. */
const largestDiff = 512 * 1024

/** One line of JSON, without a line end. Causes and stacks of errors are omitted. */
export function recordLine({ time, event }: RecordedEvent): string {
  return JSON.stringify({ time, ...recordable(event) })
}

/** Parses a line; undefined if it is incomplete or has another format. */
export function readRecord(line: string): RecordedEvent | undefined {
  const parsed = parsedObject(line)
  if (parsed === undefined || typeof parsed.time !== 'string' || typeof parsed.kind !== 'string')
    return undefined
  const { time, ...event } = parsed
  return { time, event: revived(event) }
}

function recordable(event: RunEvent): object {
  if (event.kind !== 'taskEnd' && event.kind !== 'retry') return event
  const { error, changes, ...result } = event.result
  return {
    ...event,
    result: {
      ...result,
      changes: changes.map(withoutLargeDiff),
      error: error && errorRecord(error),
    },
  }
}

function withoutLargeDiff(change: ReportedChange): ReportedChange {
  const { diff, ...rest } = change
  return diff && diff.before.length + diff.after.length > largestDiff ? rest : change
}

function errorRecord(error: PlaybookError): ErrorRecord {
  const { code, message, details, hint, where } = error
  return {
    code,
    message,
    ...(details.length > 0 ? { details } : {}),
    hint,
    where,
    ...(error instanceof UnreachableError ? { stage: error.stage } : {}),
    ...(error instanceof AggregatePlaybookError ? { errors: error.errors.map(errorRecord) } : {}),
  }
}

function revived(event: { readonly [name: string]: unknown }): RunEvent {
  if (event.kind !== 'taskEnd' && event.kind !== 'retry') return event as RunEvent
  const { error, ...result } = event.result as { readonly error?: ErrorRecord }
  return { ...event, result: { ...result, error: error && revivedError(error) } } as RunEvent
}

function revivedError({
  code,
  message,
  details = [],
  hint,
  where,
  stage,
  errors,
}: ErrorRecord): PlaybookError {
  if (errors) return new AggregatePlaybookError(errors.map(revivedError))
  const options = { details, hint, where }
  return stage
    ? new UnreachableError(code, message, stage, options)
    : new PlaybookError(code, message, options)
}

function parsedObject(line: string): { readonly [name: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
