// Selects tasks by --tags and --skip-tags, as in Ansible.

import type { FlatTask } from '../../model/blocks/block.ts'
import { isUntil } from '../../model/blocks/blockUntil.ts'
import { isLook } from '../../model/blocks/look.ts'
import { isFlush } from '../../model/flushHandlers.ts'

export type TagSelection = { readonly only: readonly string[]; readonly skip: readonly string[] }

/**
 * The selected tasks. `always` runs unless skipped, `never` only if one of the task's tags is requested; `all`, `tagged`
 * and `untagged` work as in Ansible. A flush of handlers is always selected, the condition of a retried block with any of
 * its tasks, and a look without tags unless it is skipped.
 */
export function selectedTasks(
  placed: readonly FlatTask[],
  playTags: readonly string[],
  selection: TagSelection,
): FlatTask[] {
  const hasTag = ({ task }: FlatTask) => {
    const { tags = [] } = task.options
    // A look without tags may give tasks that have one.
    const isOpen = isLook(task) && tags.length === 0
    return isSelected([...playTags, ...tags], isOpen ? { ...selection, only: [] } : selection)
  }
  const tasks = placed.filter((each) => !isFlush(each.task) && !isUntil(each.task) && hasTag(each))
  const blocks = new Set(tasks.flatMap((each) => each.blocks.map(({ block }) => block)))
  const selected = new Set(tasks)
  return placed.filter((each) =>
    isUntil(each.task) ? blocks.has(each.blocks.at(-1)!.block) : isFlush(each.task) || selected.has(each),
  )
}

function isSelected(tags: readonly string[], { only, skip }: TagSelection): boolean {
  return isIncluded(tags, only) && !skip.some((tag) => matches(tags, tag))
}

function isIncluded(tags: readonly string[], only: readonly string[]): boolean {
  const isNamed = only.some((tag) => tags.includes(tag))
  if (tags.includes('never') && !isNamed) return false
  return only.length === 0 || isNamed || tags.includes('always') || only.some((tag) => matches(tags, tag))
}

function matches(tags: readonly string[], tag: string): boolean {
  if (tag === 'all') return !tags.includes('always')
  if (tag === 'tagged') return tags.length > 0
  if (tag === 'untagged') return tags.length === 0
  return tags.includes(tag)
}
