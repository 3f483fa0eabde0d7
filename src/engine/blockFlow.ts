// Decides which task comes next: a block's rescue after a failure, its always in any case.

import type { BlockPart } from '../model/block.ts'
import type { Block } from '../model/task.ts'

/** An item of a task list, with the blocks around it, the outermost first. */
type InBlocks = { readonly blocks: readonly BlockPart[] }

/** Blocks that failed without a rescue; their `always` still has to run. */
export type FailedBlocks = Set<Block>

/** Where a failure leads, and whether a rescue handles it, there or further on. */
type FailureTarget = { readonly index: number; readonly isRescued: boolean }

/**
 * Where the host goes after the task at `index` has failed: into the rescue or always of the innermost block that has
 * one; undefined: it stops. Blocks without a rescue on the way are added to `failedBlocks`.
 */
export function afterFailure(
  tasks: readonly InBlocks[],
  index: number,
  failedBlocks: FailedBlocks,
): FailureTarget | undefined {
  return outOf(tasks, index, [...tasks[index]!.blocks].reverse(), failedBlocks)
}

/** Where the host goes after the task at `index` has succeeded; undefined: it stops, because its block has failed. */
export function afterSuccess(
  tasks: readonly InBlocks[],
  index: number,
  failedBlocks: FailedBlocks,
): number | undefined {
  const here = tasks[index]!.blocks
  let next = index + 1
  while (next < tasks.length && startsRescue(here, tasks[next]!.blocks)) next += 1
  const ahead = tasks[next]?.blocks ?? []
  const left = [...here]
    .reverse()
    .find(({ block }) => failedBlocks.has(block) && !ahead.some((around) => around.block === block))
  if (!left) return next
  failedBlocks.delete(left.block)
  const outer = here.slice(0, here.indexOf(left))
  return outOf(tasks, index, outer.reverse(), failedBlocks)?.index
}

/** `blocks`: from the innermost outwards. */
function outOf(
  tasks: readonly InBlocks[],
  index: number,
  blocks: readonly BlockPart[],
  failedBlocks: FailedBlocks,
): FailureTarget | undefined {
  const rescueOf = ({ block, part }: BlockPart) =>
    part === 'tasks' ? firstOf(tasks, index, block, 'rescue') : undefined
  for (const [depth, around] of blocks.entries()) {
    const { block, part } = around
    const rescue = rescueOf(around)
    if (rescue !== undefined) return { index: rescue, isRescued: true }
    const always = part === 'always' ? undefined : firstOf(tasks, index, block, 'always')
    if (always === undefined) continue
    failedBlocks.add(block)
    return {
      index: always,
      isRescued: blocks.slice(depth + 1).some((outer) => rescueOf(outer) !== undefined),
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
