// What is made of the end of a task: whether it is forgiven, and how much of it may be told.

import type { Change } from '../../model/change.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import type { ReportedChange, TaskResult } from '../../model/run/outcome.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'

/** How a task ended on a host, before it is known how long it took. */
export type UntimedResult = Omit<TaskResult, 'durationMs' | 'isIgnored'>

/** Whether a task did not end well. */
export function hasFailed({ status }: UntimedResult): boolean {
  return status === 'failed' || status === 'unreachable'
}

/** Whether the task was told that this does not matter. */
export function isIgnored({ task: { options } }: PlannedTask, { status }: UntimedResult): boolean {
  return status === 'unreachable' ? options.ignoreUnreachable === true : options.ignoreErrors === true
}

/** The end of a task as it is told: of the loss of a delegate, and of a task that says nothing of itself. */
export function reportable(item: PlannedTask, result: UntimedResult): UntimedResult {
  return redacted(item, lostDelegate(item, result))
}

/** The loss of a delegate is a failure of the task, unless it was told to ignore what is lost. */
function lostDelegate({ target, task }: PlannedTask, result: UntimedResult): UntimedResult {
  const isLost = target.host !== undefined && result.error?.code === 'E_OTHER_HOST'
  return isLost && task.options.ignoreUnreachable ? { ...result, status: 'unreachable' } : result
}

/** A failure of a task with noLog names it, and no more: what it said may be what must not be seen. */
function redacted({ task }: PlannedTask, result: UntimedResult): UntimedResult {
  if (!task.options.noLog || !result.error) return result
  const { code, where } = result.error
  const message = `${task.title} failed; what it said is hidden (noLog).`
  return { ...result, error: new PlaybookError(code, message, { where }) }
}

/** Changes without their steps; hidden with noLog. */
export function reportedChanges({ task }: PlannedTask, changes: readonly Change[]): ReportedChange[] {
  if (changes.length === 0) return []
  if (task.options.noLog) return [{ what: task.name, from: 'hidden', to: 'hidden (noLog)' }]
  return changes.map(({ what, from, to, diff }) => ({ what, from, to, diff }))
}
