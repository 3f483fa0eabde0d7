// Blocks of tasks with rescue and always, and how they flatten into one list.

import { created } from '../errors/createdItems.ts'
import { callSite } from '../errors/location.ts'
import { withInherited } from '../inherit.ts'
import type { Probe } from '../probe.ts'
import type { Block, BlockOptions, Task, TaskList } from '../task.ts'
import { untilTask } from './blockUntil.ts'

/**
 * A group of tasks. When one of them fails, `rescue` runs instead of the rest; if the rescue succeeds, the host
 * continues. `always` runs last in any case. With `retry` all of its tasks run again from the first one when one fails,
 * and `rescue` and `always` come after the last try. The block's other options apply to all its tasks, including those of
 * `rescue` and `always`.
 *
 * @example block([deploy, httpCheck({ … })], { retry: { attempts: 3, delay: 10 } })
 * @example block([copyFile({ … }), httpCheck({ … })], { rescue: [copyFile({ … })], always: [remove({ … })] })
 */
export function block(tasks: TaskList, options: BlockOptions = {}): Block {
  return created({ kind: 'block', tasks, options, where: callSite(block) }, block)
}

/** The block that a task is in, and the part of it. */
export type BlockPart = { readonly block: Block; readonly part: 'tasks' | 'rescue' | 'always' }

/** A task with the blocks around it, the outermost first. */
export type FlatTask = {
  readonly task: Task
  readonly blocks: readonly BlockPart[]
  /** The `when` conditions of the blocks around it. Its own is in its options. */
  readonly conditions: readonly Probe<boolean>[]
}

/** All tasks of a list in order, with nested lists and blocks flattened: a block's tasks, then rescue, then always. */
export function flattenTasks(
  list: TaskList,
  around: Omit<FlatTask, 'task'> = { blocks: [], conditions: [] },
): FlatTask[] {
  return list.flatMap((item): FlatTask[] => {
    if (!item) return []
    if (Array.isArray(item)) return flattenTasks(item as TaskList, around)
    const one = item as Task | Block
    return one.kind === 'block' ? blockTasks(one, around) : [{ ...around, task: one }]
  })
}

function blockTasks(block: Block, { blocks: places, conditions }: Omit<FlatTask, 'task'>): FlatTask[] {
  const { when, retry, rescue = [], always = [] } = block.options
  const condition = retry?.until && untilTask(retry.until, block.where)
  const inner = when ? [...conditions, when] : conditions
  const part = (name: BlockPart['part'], list: TaskList) =>
    flattenTasks(list, { blocks: [...places, { block, part: name }], conditions: inner })
  return [
    ...part('tasks', [block.tasks, condition]),
    ...part('rescue', rescue),
    ...part('always', always),
  ].map((placed) => ({
    ...placed,
    task: withInherited(placed.task, block.options),
  }))
}
