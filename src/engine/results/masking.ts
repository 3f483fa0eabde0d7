// Masks secrets in everything that leaves the engine.

import { AggregatePlaybookError, PlaybookError } from '../../model/errors/error.ts'
import type { RunEvent } from '../../model/run/event.ts'
import { createMasker } from '../../model/secrets/masker.ts'
import { type Secret, secretsIn } from '../../model/secrets/secret.ts'
import type { Task } from '../../model/task.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'

type Mask = (text: string) => string

/**
 * Makes of an event one in which no text holds one of the secrets. Made once for a run: hundreds of secrets are looked
 * for in hundreds of thousands of texts, and hardly any holds one.
 */
export function eventMask(secrets: ReadonlySet<Secret>): (event: RunEvent) => RunEvent {
  if (secrets.size === 0) return (event) => event
  const mask = createMasker(secrets)
  return (event) => maskedValue(event, mask) as RunEvent
}

function maskedValue(value: unknown, mask: Mask): unknown {
  if (typeof value === 'string') return mask(value)
  if (Array.isArray(value)) return value.map((item) => maskedValue(item, mask))
  if (value instanceof PlaybookError) return maskedError(value, mask)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskedField(key, item, mask)]))
}

/** What the engine itself writes stays, whatever a password is: reporters go by it. */
function maskedField(key: string, value: unknown, mask: Mask): unknown {
  return key === 'kind' || key === 'status' || key === 'stream' ? value : maskedValue(value, mask)
}

/** What is wrong, without the secrets that plays were given and have put into their tasks. */
export function maskedPlanError(error: PlaybookError, secrets: ReadonlySet<Secret>): PlaybookError {
  const told = [...secrets].filter(({ isRevealed }) => isRevealed)
  return told.length === 0 ? error : maskedError(error, createMasker(told))
}

function maskedError(error: PlaybookError, mask: Mask): PlaybookError {
  if (error instanceof AggregatePlaybookError)
    return new AggregatePlaybookError(error.errors.map((each) => maskedError(each, mask)))
  const { message, hint, details } = error
  return error.with({
    message: mask(message),
    hint: hint === undefined ? undefined : mask(hint),
    details: details.map(mask),
    cause: undefined, // it may hold the secrets
  })
}

/** What is secret in tasks and their handlers, which stand in no list. */
export function secretsOfItems(
  items: readonly Pick<PlannedTask, 'task'>[],
  found: Set<Secret> = new Set(),
): Set<Secret> {
  for (const { task } of items) secretsOfTask(task, found)
  return found
}

function secretsOfTask({ params, options }: Task, found: Set<Secret>): void {
  secretsIn(params, found)
  secretsIn(options.environment, found)
  for (const handler of [options.notify ?? []].flat() as readonly Task[]) secretsOfTask(handler, found)
}
