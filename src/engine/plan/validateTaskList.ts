// Validates the task list of a play, for playbooks are not type-checked when they run.

import { AggregatePlaybookError, PlaybookError } from '../../model/errors/error.ts'
import type { Play } from '../../model/play.ts'
import type { AnyTaskFunction, Block, Task, TaskList } from '../../model/task.ts'
import { validateKeywords } from './validateKeywords.ts'

/** @throws PlaybookError E_PLAY if it is no list of tasks; AggregatePlaybookError of E_KEYWORD for invalid options */
export function validateTaskList(list: unknown, play: Play): asserts list is TaskList {
  const isList = Array.isArray(list)
  const nonTask = isList ? firstNonTask(list) : list
  if (!isList || nonTask !== undefined) {
    const what = describe(nonTask)
    const returned = isList ? `a list with ${what}, which is not a task` : `${what}, not a list of tasks`
    throw new PlaybookError('E_PLAY', `${play.spec.name}: tasks(host) returned ${returned}.`, {
      where: play.where(),
      hint: 'Call each task with its parameters: copyFile({ … }). tasks must not be async.',
    })
  }
  const errors = keywordErrors(list)
  if (errors.length > 0) throw new AggregatePlaybookError(errors)
}

/** The first item of a list, or of a block in it, that is no task. */
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

/** Checks each task once, though a handler may be notified by several. */
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
