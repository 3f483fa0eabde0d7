// Checks what a play's `tasks` gave before it is taken apart: a playbook runs without having been type-checked.

import { AggregatePlaybookError, PlaybookError } from '../../model/errors/error.ts'
import type { Play } from '../../model/play.ts'
import type { AnyTaskFunction, Block, Task, TaskList } from '../../model/task.ts'
import { validateKeywords } from './validateKeywords.ts'

/** @throws PlaybookError E_PLAY where it is no list of tasks; Faults E_KEYWORD: every option that is none, or wrong */
export function validateTaskList(list: unknown, play: Play): asserts list is TaskList {
  const isList = Array.isArray(list)
  const nonTask = isList ? firstNonTask(list) : list
  if (!isList || nonTask !== undefined) {
    const what = isList ? `${describe(nonTask)} among its tasks` : describe(nonTask)
    throw new PlaybookError('E_PLAY', `${play.spec.name}: tasks(host) gives ${what}, not a list of tasks.`, {
      where: play.where(),
      hint: 'A task is called with its parameters: copyFile({ … }); tasks is not async.',
    })
  }
  const errors = keywordErrors(list)
  if (errors.length > 0) throw new AggregatePlaybookError(errors)
}

/** What stands in a list, or in a block of it, and is no task. */
function firstNonTask(list: readonly unknown[]): unknown {
  for (const item of list.flat(Number.POSITIVE_INFINITY)) {
    const { kind } = (item || { kind: 'task' }) as { kind?: unknown }
    if (kind !== 'task' && kind !== 'block') return item
    if (kind !== 'block') continue
    const { tasks, options } = item as Block
    const nonTask = firstNonTask([tasks, options.rescue ?? [], options.always ?? []])
    if (nonTask !== undefined) return nonTask
  }
  return undefined
}

/** Each task once: a handler is the same object wherever it is notified by reference. */
function keywordErrors(list: readonly unknown[], seen: Set<unknown> = new Set()): PlaybookError[] {
  return (list.flat(Number.POSITIVE_INFINITY) as (Task | Block | undefined)[]).flatMap((item) => {
    if (!item?.kind || seen.has(item)) return []
    seen.add(item)
    const handlers = [item.options.notify ?? []].flat()
    const name = item.kind === 'task' ? item.title : 'block'
    const own = validateKeywords(item.kind, name, item.options, item.where)
    const { tasks = [], options } = item as Block
    return [...own, ...keywordErrors([...handlers, tasks, options.rescue ?? [], options.always ?? []], seen)]
  })
}

function describe(value: unknown): string {
  if (typeof value === 'function') return `the function ${nameOf(value)}`
  if (value instanceof Promise) return 'a promise'
  return value === undefined ? 'nothing' : (JSON.stringify(value)?.slice(0, 60) ?? String(value))
}

// biome-ignore lint/complexity/noBannedTypes: any function at all
function nameOf(value: Function): string {
  return (value as Partial<AnyTaskFunction>).spec?.name ?? (value.name || '(without a name)')
}
