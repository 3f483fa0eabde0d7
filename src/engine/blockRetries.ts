// Counts the failed tries of a host's blocks, and says which may be tried again.

import type { BlockPart } from '../model/blocks/block.ts'
import type { Block } from '../model/task.ts'

/** An item of a task list, with the blocks around it, the outermost first. */
type InBlocks = { readonly blocks: readonly BlockPart[] }

export class BlockRetries {
  readonly #failedTries = new Map<Block, number>()
  readonly #isCheck: boolean

  /** In check mode nothing is tried again: nothing would be another then. */
  constructor(isCheck: boolean) {
    this.#isCheck = isCheck
  }

  /** Whether the block has tries left. */
  readonly isLeft = (block: Block): boolean =>
    !this.#isCheck && (this.#failedTries.get(block) ?? 0) + 1 < (block.options.retry?.attempts ?? 1)

  /** Whether one of the blocks around a task would be tried again after its failure, before a rescue handles that. */
  readonly isRetried = ({ blocks }: InBlocks): boolean => {
    const around = [...blocks].reverse()
    const end = around.findIndex(({ block, part }) => part === 'tasks' && block.options.rescue !== undefined)
    const reached = end < 0 ? around : around.slice(0, end + 1)
    return reached.some(({ block, part }) => part === 'tasks' && this.isLeft(block))
  }

  /** A try of the block failed: gives its number, from 1. The blocks in it get all their tries again. */
  fail(block: Block, items: readonly InBlocks[]): number {
    for (const inner of innerBlocks(block, items)) this.#failedTries.delete(inner)
    const number = (this.#failedTries.get(block) ?? 0) + 1
    this.#failedTries.set(block, number)
    return number
  }
}

/** The blocks in a block. */
export function innerBlocks(block: Block, items: readonly InBlocks[]): Set<Block> {
  const inner = items.flatMap(({ blocks }) => {
    const depth = blocks.findIndex((around) => around.block === block)
    return depth < 0 ? [] : blocks.slice(depth + 1).map((around) => around.block)
  })
  return new Set(inner)
}
