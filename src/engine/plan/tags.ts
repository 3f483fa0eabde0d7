// Selects tasks by --tags and --skip-tags, as in Ansible.

import type { FlatTask } from '../../model/block.ts'
import { isFlush } from '../../model/flushHandlers.ts'

export type TagSelection = { readonly only: readonly string[]; readonly skip: readonly string[] }

/**
 * The selected tasks. `always` runs unless skipped, `never` only if one of the task's tags is requested; `all`, `tagged`
 * and `untagged` work as in Ansible. A flush of handlers is always selected.
 */
export function selectedTasks(
  placed: readonly FlatTask[],
  playTags: readonly string[],
  selection: TagSelection,
): FlatTask[] {
  return placed.filter(
    ({ task }) => isFlush(task) || isSelected([...playTags, ...(task.options.tags ?? [])], selection),
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
