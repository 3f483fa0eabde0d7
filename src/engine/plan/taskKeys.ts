// Makes task keys that are the same on every host.

import { formatLocation } from '../../model/errors/location.ts'
import type { Task } from '../../model/task.ts'

/** Gives keys to the tasks of a list, to be called in order: tasks from the same line differ by their number. */
export function createTaskKeys(): (task: Task) => string {
  const counts = new Map<string, number>()
  return (task) => {
    const position = positionOf(task)
    const count = (counts.get(position) ?? 0) + 1
    counts.set(position, count)
    return `${position} ${count}`
  }
}

/** The key holds the title too: several handlers may be written on the same line. */
export function handlerKey(task: Task): string {
  return `handler ${task.title} ${positionOf(task)}`
}

/** Where the task was written, or else its title. */
function positionOf(task: Task): string {
  const where = task.where()
  return where ? formatLocation(where) : task.title
}
