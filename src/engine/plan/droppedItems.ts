// Refuses tasks, blocks and roles that were made but are in no list.

import { type DroppableItem, droppedError } from '../../model/droppedError.ts'
import { type CreatedItem, recordCreated } from '../../model/errors/createdItems.ts'
import { AggregatePlaybookError } from '../../model/errors/error.ts'
import { userFrames } from '../../model/errors/location.ts'
import type { Task } from '../../model/task.ts'

/**
 * Calls `make` and returns its result. What it made but did not return, though its result is a list, is an error if the
 * source shows that it was thrown away; a handler that is only notified sometimes is not.
 *
 * @throws AggregatePlaybookError with E_DROPPED_TASK for each such line
 */
export function withoutDropped(make: () => unknown): unknown {
  const { result, created } = recordCreated(make)
  if (!Array.isArray(result) || unlisted(result, created).length === 0) return result
  // Again, with the calls that led to each task: these are slow to record.
  const traced = recordCreated(make, true)
  const errors = new Map(
    unlisted(traced.result, traced.created).flatMap(({ item, stack = '' }) => {
      const error = droppedError(item as DroppableItem, userFrames(stack))
      return error ? [[`${error.message} ${error.where?.line}`, error] as const] : []
    }),
  )
  if (errors.size > 0) throw new AggregatePlaybookError([...errors.values()])
  return result
}

function unlisted(list: unknown, created: readonly CreatedItem[]): CreatedItem[] {
  if (created.length === 0) return []
  const listed = new Set<unknown>()
  addListed(list, listed)
  return created.filter(({ item }) => !listed.has(item))
}

/** Adds all items in a value: those of lists and blocks, the handlers that they notify, parameters of roles. */
function addListed(value: unknown, listed: Set<unknown>): void {
  if (typeof value !== 'object' || value === null || listed.has(value)) return
  listed.add(value)
  const { kind } = value as { kind?: unknown }
  if (kind === 'task') addListed((value as Task).options.notify, listed)
  else for (const inside of Object.values(value)) addListed(inside, listed)
}
