// The error for a task, block or role that was made and thrown away.

import { readFileSync } from 'node:fs'
import type { CreatedItem } from './errors/createdItems.ts'
import { isCallDropped } from './errors/droppedCall.ts'
import { PlaybookError } from './errors/error.ts'
import type { StackFrame } from './errors/location.ts'
import type { Block, RoleUse, Task } from './task.ts'

export type DroppableItem = Task | Block | RoleUse

/** The errors for items that a file threw away while it was loaded, each line once. */
export function droppedOnLoad(created: readonly CreatedItem[]): PlaybookError[] {
  const errors = (created as readonly { readonly item: DroppableItem }[]).flatMap(({ item }) => {
    const place = item.where()
    return (place && droppedError(item, [{ place, name: undefined }])) ?? []
  })
  return [
    ...new Map(
      errors.map((error) => [`${error.message} ${error.where?.file} ${error.where?.line}`, error]),
    ).values(),
  ]
}

/** The error, if the source of one of the calls that led to the item shows that its result was thrown away. */
export function droppedError(item: DroppableItem, frames: readonly StackFrame[]): PlaybookError | undefined {
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

function madeBy(item: DroppableItem): { readonly what: string; readonly names: readonly string[] } {
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
