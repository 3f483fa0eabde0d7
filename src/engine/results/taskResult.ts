// Classifies task results, and hides what must not be reported.

import type { Change } from '../../model/change.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import type { ReportedChange, TaskResult } from '../../model/run/outcome.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'
import { withRefusalHint } from './refusedFile.ts'

export type UntimedResult = Omit<TaskResult, 'durationMs' | 'isIgnored'>

export function hasFailed({ status }: UntimedResult): boolean {
  return status === 'failed' || status === 'unreachable'
}

/** Whether the task's options ignore this failure. */
export function isIgnored({ task: { options } }: PlannedTask, { status }: UntimedResult): boolean {
  return status === 'unreachable' ? options.ignoreUnreachable === true : options.ignoreErrors === true
}

/** The result as it is reported. */
export function reportable(item: PlannedTask, result: UntimedResult): UntimedResult {
  const { error } = result
  return redacted(item, lostDelegate(item, error ? { ...result, error: withRefusalHint(error) } : result))
}

/** A lost delegate fails the task, unless the task ignores unreachable hosts. */
function lostDelegate({ target, task }: PlannedTask, result: UntimedResult): UntimedResult {
  const isLost = target.host !== undefined && result.error?.code === 'E_OTHER_HOST'
  return isLost && task.options.ignoreUnreachable ? { ...result, status: 'unreachable' } : result
}

/** A failure with noLog only names the task: its output may hold secrets, and so may its message. */
function redacted({ task }: PlannedTask, result: UntimedResult): UntimedResult {
  if (!task.options.noLog) return result
  const { message: _, error: failure, ...shown } = result
  if (!failure) return shown
  const { code, where } = failure
  const message = `${task.title} failed; its output is hidden (noLog).`
  return { ...shown, error: new PlaybookError(code, message, { where }) }
}

/** Changes without their steps; hidden with noLog. */
export function reportedChanges({ task }: PlannedTask, changes: readonly Change[]): ReportedChange[] {
  if (changes.length === 0) return []
  if (task.options.noLog) return [{ what: task.name, from: 'hidden', to: 'hidden (noLog)' }]
  return changes.map(({ what, whole, from, to, diff }) => ({ what, whole, from, to, diff }))
}
