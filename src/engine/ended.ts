// What is made of the end of a task: whether it is forgiven, and how much of it may be told.

import { PlaybookError } from '../model/errors/error.ts'
import type { TaskResult } from '../model/run/outcome.ts'
import type { Item } from './item.ts'

/** How a task ended on a host, before it is known how long it took. */
export type Ended = Omit<TaskResult, 'durationMs' | 'isIgnored'>

/** Whether a task did not end well. */
export function isBad({ status }: Ended): boolean {
  return status === 'failed' || status === 'unreachable'
}

/** Whether the task was told that this does not matter. */
export function isForgiven({ task: { options } }: Item, { status }: Ended): boolean {
  return status === 'unreachable' ? options.ignoreUnreachable === true : options.ignoreErrors === true
}

/** The end of a task as it is told: of the loss of a delegate, and of a task that says nothing of itself. */
export function toldEnd(item: Item, ended: Ended): Ended {
  return discreet(item, lostDelegate(item, ended))
}

/** The loss of a delegate is a failure of the task, unless it was told to ignore what is lost. */
function lostDelegate({ on, task }: Item, ended: Ended): Ended {
  const isLost = on !== undefined && ended.error?.code === 'E_OTHER_HOST'
  return isLost && task.options.ignoreUnreachable ? { ...ended, status: 'unreachable' } : ended
}

/** A failure of a task with noLog names it, and no more: what it said may be what must not be seen. */
function discreet({ task }: Item, ended: Ended): Ended {
  if (!task.options.noLog || !ended.error) return ended
  const { code, where } = ended.error
  const message = `${task.title} failed; what it said is hidden (noLog).`
  return { ...ended, error: new PlaybookError(code, message, { where }) }
}
