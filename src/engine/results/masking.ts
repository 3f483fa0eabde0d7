// Masks secrets in everything that leaves the engine.

import type { TextDiff } from '../../model/change.ts'
import { AggregatePlaybookError, PlaybookError } from '../../model/errors/error.ts'
import type { RunEvent } from '../../model/run/event.ts'
import type { ReportedChange } from '../../model/run/outcome.ts'
import { createMasker } from '../../model/secrets/masker.ts'
import { mask as maskSign, type Secret, secretsIn } from '../../model/secrets/secret.ts'
import type { Task } from '../../model/task.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'

type Mask = (text: string) => string

/**
 * Masks the secrets in all texts of an event. Made once: a run searches hundreds of thousands of texts
 * for hundreds of secrets, and hardly any text holds one.
 */
export function eventMask(
  secrets: ReadonlySet<Secret>,
  mask: Mask = createMasker(secrets),
): (event: RunEvent) => RunEvent {
  if (secrets.size === 0) return (event) => event
  return (event) => maskedValue(event, mask) as RunEvent
}

function maskedValue(value: unknown, mask: Mask): unknown {
  if (typeof value === 'string') return mask(value)
  if (Array.isArray(value)) return value.map((item) => maskedValue(item, mask))
  if (value instanceof PlaybookError) return maskedError(value, mask)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskedField(key, item, mask)]))
}

/** Fields that the engine itself sets stay, even if a password is the same word: reporters rely on them. */
function maskedField(key: string, value: unknown, mask: Mask): unknown {
  if (key === 'kind' || key === 'status' || key === 'stream') return value
  return key === 'changes' && Array.isArray(value)
    ? value.map((change) => maskedChange(change, mask))
    : maskedValue(value, mask)
}

/** Where a secret is put in, what it replaces is hidden too: it may be an earlier value of the secret. */
function maskedChange({ what, whole, from, to, diff }: ReportedChange, mask: Mask): ReportedChange {
  const shown = mask(to)
  return {
    what: mask(what),
    ...(whole === undefined ? {} : { whole: mask(whole) }),
    from: shown.includes(maskSign) && from !== 'absent' ? maskSign : mask(from),
    to: shown,
    ...(diff ? { diff: maskedDiff(diff, mask) } : {}),
  }
}

/** All replaced lines are hidden, because which one had the earlier value is not certain. */
function maskedDiff({ path, before, after }: TextDiff, mask: Mask): TextDiff {
  const [old, desired] = [before, after].map((text) => text.split('\n')) as [string[], string[]]
  const [known, kept] = [new Set(old), new Set(desired)]
  const added = desired.filter((line) => !known.has(line)).join('\n')
  const shown = mask(added) === added ? old : old.map((line) => (kept.has(line) ? line : maskSign))
  return { path: mask(path), before: mask(shown.join('\n')), after: mask(after) }
}

/** A planning error without the secrets that plays have put into their tasks. */
export function maskedPlanError(error: PlaybookError, secrets: ReadonlySet<Secret>): PlaybookError {
  const revealed = [...secrets].filter(({ isRevealed }) => isRevealed)
  return revealed.length === 0 ? error : maskedError(error, createMasker(revealed))
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

/** The secrets of tasks and of the handlers they notify. */
export function secretsOfItems(
  items: readonly Pick<PlannedTask, 'task' | 'inputs'>[],
  found: Set<Secret> = new Set(),
): Set<Secret> {
  for (const { task, inputs } of items) {
    secretsOfTask(task, found)
    secretsIn((inputs as { secrets?: unknown } | undefined)?.secrets, found)
  }
  return found
}

function secretsOfTask({ params, options }: Task, found: Set<Secret>): void {
  secretsIn(params, found)
  secretsIn(options.environment, found)
  for (const handler of [options.notify ?? []].flat() as readonly Task[]) secretsOfTask(handler, found)
}
