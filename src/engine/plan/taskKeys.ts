// Where tasks stand in a playbook, as keys that are the same on every host.

import { formatLocation } from '../../model/errors/location.ts'
import type { Task } from '../../model/task.ts'

/** Gives the tasks of a list their keys, one after the other: those that one line makes are told apart by their order. */
export function createTaskKeys(): (task: Task) => string {
  const counts = new Map<string, number>()
  return (task) => {
    const position = positionOf(task)
    const count = (counts.get(position) ?? 0) + 1
    counts.set(position, count)
    return `${position} ${count}`
  }
}

/** A handler is known by its title too: it is written where it is notified, perhaps among others. */
export function handlerKey(task: Task): string {
  return `handler ${task.title} ${positionOf(task)}`
}

/** Where the task was written, or its title where that is not known. */
function positionOf(task: Task): string {
  const where = task.where()
  return where ? formatLocation(where) : task.title
}
