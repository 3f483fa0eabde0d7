// Formats the position of a task in its play.

import type { PlannedTask } from '../../engine/plan/plannedTask.ts'
import { isFlush } from '../../model/flushHandlers.ts'

/** `copyFile /etc/motd, task 3 of 12`. Flushes of handlers are not counted. */
export function taskPosition(items: readonly PlannedTask[], index: number): string {
  const count = (list: readonly PlannedTask[]) => list.filter(({ task }) => !isFlush(task)).length
  return `${items[index]!.task.title}, task ${count(items.slice(0, index)) + 1} of ${count(items)}`
}
