// Decides which task comes next: after a failure a retry, rescue or always, and their ends.

import type { BlockPart } from '../model/blocks/block.ts'
import type { Block } from '../model/task.ts'

/** An item of a task list, with the blocks around it, the outermost first. */
type InBlocks = { readonly blocks: readonly BlockPart[] }

/** Blocks that failed without a rescue; their `always` still has to run. */
export type FailedBlocks = Set<Block>

/** Whether a block may be tried again. */
type MayRetry = (block: Block) => boolean

/** Where a host goes on. */
type NextTask = {
  readonly index: number
  /** Whether another try or a rescue handles the failure, there or further on. */
  readonly isRescued: boolean
  /** The block that is tried again. */
  readonly retried?: Block
}

/**
 * Where the host goes after the task at `index` has failed: to the first task of the innermost block that may be tried
 * again, or into the rescue or always of one; undefined: it stops. Blocks without a rescue on the way are added to `failedBlocks`.
 */
export function afterFailure(
  tasks: readonly InBlocks[],
  index: number,
  failedBlocks: FailedBlocks,
  mayRetry: MayRetry,
): NextTask | undefined {
  return outOf(tasks, index, [...tasks[index]!.blocks].reverse(), failedBlocks, mayRetry)
}

/** Where the host goes after the task at `index` has succeeded; undefined: it stops, because its block has failed. */
export function afterSuccess(
  tasks: readonly InBlocks[],
  index: number,
  failedBlocks: FailedBlocks,
  mayRetry: MayRetry,
): NextTask | undefined {
  const here = tasks[index]!.blocks
  let next = index + 1
  while (next < tasks.length && startsRescue(here, tasks[next]!.blocks)) next += 1
  const ahead = tasks[next]?.blocks ?? []
  const left = [...here]
    .reverse()
    .find(({ block }) => failedBlocks.has(block) && !ahead.some((around) => around.block === block))
  if (!left) return { index: next, isRescued: false }
  failedBlocks.delete(left.block)
  const outer = here.slice(0, here.indexOf(left))
  return outOf(tasks, index, outer.reverse(), failedBlocks, mayRetry)
}

/** `blocks`: from the innermost outwards. */
function outOf(
  tasks: readonly InBlocks[],
  index: number,
  blocks: readonly BlockPart[],
  failedBlocks: FailedBlocks,
  mayRetry: MayRetry,
): NextTask | undefined {
  const isRetried = ({ block, part }: BlockPart) => part === 'tasks' && mayRetry(block)
  const rescueOf = ({ block, part }: BlockPart) =>
    part === 'tasks' ? firstOf(tasks, index, block, 'rescue') : undefined
  for (const [depth, around] of blocks.entries()) {
    const { block, part } = around
    if (isRetried(around))
      return { index: firstOf(tasks, -1, block, 'tasks')!, isRescued: true, retried: block }
    const rescue = rescueOf(around)
    if (rescue !== undefined) return { index: rescue, isRescued: true }
    const always = part === 'always' ? undefined : firstOf(tasks, index, block, 'always')
    if (always === undefined) continue
    failedBlocks.add(block)
    return {
      index: always,
      isRescued: blocks.slice(depth + 1).some((outer) => isRetried(outer) || rescueOf(outer) !== undefined),
    }
  }
  return undefined
}

function firstOf(
  tasks: readonly InBlocks[],
  after: number,
  block: Block,
  part: BlockPart['part'],
): number | undefined {
  const found = tasks.findIndex(
    ({ blocks }, index) =>
      index > after && blocks.some((around) => around.block === block && around.part === part),
  )
  return found < 0 ? undefined : found
}

/** Without a failure, rescues are skipped. */
function startsRescue(here: readonly BlockPart[], ahead: readonly BlockPart[]): boolean {
  return ahead.some(
    ({ block, part }) =>
      part === 'rescue' && !here.some((around) => around.block === block && around.part === 'rescue'),
  )
}
