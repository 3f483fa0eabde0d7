// Finds the task at which an unfinished host resumes a play.

import { afterSuccess } from '../../engine/blockFlow.ts'
import type { PlannedTask } from '../../engine/plan/plannedTask.ts'
import type { EndedTask, HostProgress } from '../../journal/progress.ts'

/** `missing`: the task to resume at no longer exists, so the host starts at the first one. */
type ResumePoint = { readonly index: number; readonly missing?: string }

/**
 * The task that failed or was in progress, or else the one after the last that ended. A failure in rescue or always goes
 * back to the task that made its block fail. A handler that failed is pending, and runs at its turn.
 */
export function resumePoint(items: readonly PlannedTask[], { ended, stoppedAt }: HostProgress): ResumePoint {
  const isTask = stoppedAt !== undefined && !stoppedAt.isHandler
  const last = isTask ? stoppedAt : ended.findLast(({ isHandler }) => !isHandler)
  if (!last || last.index < 0) return { index: 0 }
  const at = locate(items, last)
  if (at === undefined) return { index: 0, missing: last.title }
  const entry = entryOf(items, at, ended)
  return { index: isTask || entry !== at ? entry : behind(items, at) }
}

/** The task with that title; the nearest if there are several. */
function locate(items: readonly PlannedTask[], { title, index }: EndedTask): number | undefined {
  const found = items.flatMap(({ task }, at) => (task.title === title ? [at] : []))
  return found.sort((one, other) => Math.abs(one - index) - Math.abs(other - index))[0]
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
  return afterSuccess(items, index, new Set()) ?? items.length
}
