// Refuses tasks, blocks and roles that were made but are in no list.

import { readFileSync } from 'node:fs'
import { type CreatedItem, recordCreated } from '../../model/errors/createdItems.ts'
import { isCallDropped } from '../../model/errors/droppedCall.ts'
import { AggregatePlaybookError, PlaybookError } from '../../model/errors/error.ts'
import { type StackFrame, userFrames } from '../../model/errors/location.ts'
import type { Block, RoleUse, Task } from '../../model/task.ts'

type Item = Task | Block | RoleUse

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
      const error = droppedError(item as Item, userFrames(stack))
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

function droppedError(item: Item, frames: readonly StackFrame[]): PlaybookError | undefined {
  const made = madeBy(item)
  let names: readonly string[] = made.names
  for (const { place, name } of frames) {
    const source = sourceOf(place.file)
    const dropped = names.find((each) => isCallDropped(source, place.line, each))
    if (dropped !== undefined) {
      const what = made.names.includes(dropped) ? made.what : `${dropped}, which makes tasks,`
      return new PlaybookError('E_DROPPED_TASK', `${what} is called here, but its result is in no list.`, {
        where: place,
        hint: 'Put it into the list that the function returns: tasks: (host) => [copyFile({ … }), nginx(host)].',
      })
    }
    names = name === undefined ? [] : [name]
  }
  return undefined
}

function madeBy(item: Item): { readonly what: string; readonly names: readonly string[] } {
  if (item.kind === 'block') return { what: 'block', names: ['block'] }
  if (item.kind === 'task') return { what: item.name, names: [item.name] }
  const { name } = item.role.spec
  const camelCase = name
    .replace(/^.*\//, '')
    .replace(/\W+(\w)/g, (_: string, next: string) => next.toUpperCase())
  return { what: `The role ${name}`, names: [name, camelCase, 'use'] }
}

function sourceOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
