// Which task comes next, blocks considered: rescue after a failure, always in any case.

import type { BlockPart } from '../model/block.ts'
import type { Block } from '../model/task.ts'

/** What stands in a list of tasks; only its place matters here. */
export type InBlocks = { readonly blocks: readonly BlockPart[] }

/** Blocks whose failure is not forgiven; their `always` still has to run. */
export type FailedBlocks = Set<Block>

/** Where a failure leads, and whether a rescue, there or further on, forgives it. */
export type FailureTarget = { readonly index: number; readonly isRescued: boolean }

/**
 * Where the host goes after the task at `index` has failed: into the rescue or the always of the innermost block that
 * has one; undefined: it stops. A block on the way without rescue is noted in `failing`.
 */
export function afterFailure(
  tasks: readonly InBlocks[],
  index: number,
  failedBlocks: FailedBlocks,
): FailureTarget | undefined {
  return outOf(tasks, index, [...tasks[index]!.blocks].reverse(), failedBlocks)
}

/** Where the host goes after the task at `index` ended well; undefined: it stops, for a block behind it has failed. */
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
    .find(({ block }) => failedBlocks.has(block) && !ahead.some((inBlock) => inBlock.block === block))
  if (!left) return next
  failedBlocks.delete(left.block)
  const outer = here.slice(0, here.indexOf(left))
  return outOf(tasks, index, outer.reverse(), failedBlocks)?.index
}

/** `places` from the innermost outwards. */
function outOf(
  tasks: readonly InBlocks[],
  index: number,
  blocks: readonly BlockPart[],
  failedBlocks: FailedBlocks,
): FailureTarget | undefined {
  const rescueOf = ({ block, part }: BlockPart) =>
    part === 'tasks' ? firstOf(tasks, index, block, 'rescue') : undefined
  for (const [depth, inBlock] of blocks.entries()) {
    const { block, part } = inBlock
    const rescue = rescueOf(inBlock)
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
      index > after && blocks.some((inBlock) => inBlock.block === block && inBlock.part === part),
  )
  return found < 0 ? undefined : found
}

/** A rescue that is met without a failure is passed over. */
function startsRescue(here: readonly BlockPart[], ahead: readonly BlockPart[]): boolean {
  return ahead.some(
    ({ block, part }) =>
      part === 'rescue' && !here.some((inBlock) => inBlock.block === block && inBlock.part === 'rescue'),
  )
}
