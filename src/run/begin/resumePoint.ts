// Finds the task at which an unfinished host resumes a play.

import { afterSuccess } from '../../engine/blockFlow.ts'
import type { PlannedTask } from '../../engine/plan/plannedTask.ts'
import { hasDigest } from '../../engine/plan/taskDigest.ts'
import type { EndedTask, HostProgress } from '../../journal/progress.ts'
import { isLook } from '../../model/blocks/look.ts'
import { isFlush } from '../../model/flushHandlers.ts'

/** `missing`: the task to resume at no longer exists, so the host starts at the first one. */
type ResumePoint = { readonly index: number; readonly missing?: string }

/**
 * Where the host stopped, or the first task before that which is new or has changed since. All tasks from there on are run:
 * those that are as they should be do nothing.
 */
export function resumePoint(items: readonly PlannedTask[], progress: HostProgress): ResumePoint {
  const stopped = stoppedPoint(items, progress)
  const index = newTask(items, progress, stopped.index)
  return index === undefined ? stopped : { index: entryOf(items, index, progress.ended) }
}

/** The first task before `end` that was added since, or has another title, other parameters or other inputs. */
export function newTask(
  items: readonly PlannedTask[],
  { ended }: HostProgress,
  end = items.length,
): number | undefined {
  const tasks = ended.filter(({ isHandler, index }) => !isHandler && index >= 0)
  const [first] = tasks
  if (!first) return undefined
  const begin = first.index === 0 ? 0 : locate(items, first)
  // The last run did not begin at the first task, and before it there are more tasks now.
  if (begin === undefined || begin > first.index) return 0
  const left = [...tasks]
  const isKnown = (item: PlannedTask) => {
    const at = left.findIndex(
      ({ title, digest }) => title === item.task.title && (digest === undefined || hasDigest(item, digest)),
    )
    if (at >= 0) left.splice(at, 1)
    return at >= 0
  }
  const failed = failedBlocks(items, ended)
  const index = items.findIndex((item, at) => {
    if (at < begin || at >= end || isFlush(item.task)) return false
    return !isKnown(item) && item.blocks.every(({ block, part }) => part !== 'rescue' && !failed.has(block))
  })
  return index < 0 ? undefined : index
}

/** Of a block in which a task failed, others were left out. */
function failedBlocks(items: readonly PlannedTask[], ended: readonly EndedTask[]): Set<unknown> {
  const failed = ended
    .filter(({ isFailed }) => isFailed)
    .flatMap((task) => items[locate(items, task) ?? -1] ?? [])
  return new Set(failed.flatMap(({ blocks }) => blocks.map(({ block }) => block)))
}

/**
 * The task that failed or was in progress, or else the one after the last that ended. A failure in rescue or always goes
 * back to the task that made its block fail. A handler that failed is pending, and runs at its turn.
 */
function stoppedPoint(items: readonly PlannedTask[], { ended, stoppedAt }: HostProgress): ResumePoint {
  const isTask = stoppedAt !== undefined && !stoppedAt.isHandler
  const last = isTask ? stoppedAt : ended.findLast(({ isHandler }) => !isHandler)
  if (!last || last.index < 0) return { index: 0 }
  const at = locate(items, last)
  if (at === undefined) return { index: 0, missing: last.title }
  const entry = entryOf(items, at, ended)
  // Which tasks a look gives is known only once it has looked again.
  const isBegun = isTask || entry !== at || isLook(items[at]!.task)
  return { index: isBegun ? entry : behind(items, at) }
}

/** The task with that title, the nearest if there are several; the look at that place, which may have given the task. */
function locate(items: readonly PlannedTask[], { title, index }: EndedTask): number | undefined {
  const found = items.flatMap(({ task }, at) => (task.title === title ? [at] : []))
  const nearest = found.sort((one, other) => Math.abs(one - index) - Math.abs(other - index))[0]
  const isGiven = items[index] !== undefined && isLook(items[index].task) && nearest !== index
  return isGiven ? Math.min(nearest ?? index, index) : nearest
}

/** A rescue or always can only be entered through its block. */
function entryOf(items: readonly PlannedTask[], index: number, ended: readonly EndedTask[]): number {
  const section = items[index]!.blocks.find(({ part }) => part !== 'tasks')
  if (!section) return index
  const inBlock = items.flatMap(({ blocks }, at) =>
    blocks.some(({ block, part }) => block === section.block && part === 'tasks') ? [at] : [],
  )
  const failed = ended.filter(({ isFailed }) => isFailed).map((task) => locate(items, task))
  return inBlock.find((at) => failed.includes(at)) ?? inBlock[0] ?? index
}

function behind(items: readonly PlannedTask[], index: number): number {
  return afterSuccess(items, index, new Set(), () => false)?.index ?? items.length
}
