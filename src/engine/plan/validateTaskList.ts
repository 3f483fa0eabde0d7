// Validates the task list of a play, for playbooks are not type-checked when they run.

import { AggregatePlaybookError, PlaybookError } from '../../model/errors/error.ts'
import type { SourceLocation } from '../../model/errors/location.ts'
import type { AnyTaskFunction, Block, RoleUse, Task, TaskList } from '../../model/task.ts'
import { validateKeywords } from './validateKeywords.ts'

/** A play or role, as errors name it. */
type ListOwner = {
  readonly name: string
  readonly where: () => SourceLocation | undefined
  /** What returned the list. */
  readonly call?: string
}

/** @throws PlaybookError E_PLAY if it is no list of tasks; AggregatePlaybookError of E_KEYWORD for invalid options */
export function validateTaskList(list: unknown, owner: ListOwner): asserts list is TaskList {
  const isList = Array.isArray(list)
  const nonTask = isList ? firstNonTask(list) : list
  if (!isList || nonTask !== undefined) {
    const what = describe(nonTask)
    const returned = isList ? `a list with ${what}, which is not a task` : `${what}, not a list of tasks`
    throw new PlaybookError('E_PLAY', `${owner.name}: ${owner.call ?? 'tasks(host)'} returned ${returned}.`, {
      where: owner.where(),
      hint: 'Call each task with its parameters: copyFile({ … }). tasks must not be async.',
    })
  }
  const errors = keywordErrors(list)
  if (errors.length > 0) throw new AggregatePlaybookError(errors)
}

const kinds: readonly unknown[] = ['task', 'block', 'role', 'roleUse']

/** The first item of a list, or of a block in it, that is no task. */
function firstNonTask(list: readonly unknown[]): unknown {
  for (const item of list.flat(Number.POSITIVE_INFINITY)) {
    const { kind } = (item || { kind: 'task' }) as { kind?: unknown }
    if (!kinds.includes(kind)) return item
    if (kind !== 'block') continue
    const { tasks, options } = item as Block
    const nonTask = firstNonTask([tasks, options.rescue ?? [], options.always ?? []])
    if (nonTask !== undefined) return nonTask
  }
  return undefined
}

/** Checks each task once, though a handler may be notified by several. */
function keywordErrors(list: readonly unknown[], seen: Set<unknown> = new Set()): PlaybookError[] {
  const items = list.flat(Number.POSITIVE_INFINITY) as (Task | Block | RoleUse | undefined)[]
  return items.flatMap((item) => {
    if (!item?.options || seen.has(item)) return []
    seen.add(item)
    const handlers = [item.options.notify ?? []].flat()
    const [kind, name] = namedKind(item)
    const own = validateKeywords(kind, name, item.options, item.where)
    const { tasks = [], options } = item as Block
    return [...own, ...keywordErrors([...handlers, tasks, options.rescue ?? [], options.always ?? []], seen)]
  })
}

function namedKind(item: Task | Block | RoleUse): ['task' | 'block' | 'role', string] {
  if (item.kind === 'roleUse') return ['role', item.role.spec.name]
  return item.kind === 'task' ? ['task', item.title] : ['block', 'block']
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
