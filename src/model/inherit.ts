// Merges the options of blocks and plays into the tasks inside them.

import type { Task, TaskOptions } from './task.ts'

/** Options that a block or a play may set for all its tasks. */
export type Inherited = Pick<
  TaskOptions,
  | 'tags'
  | 'notify'
  | 'environment'
  | 'become'
  | 'becomeMethod'
  | 'timeout'
  | 'unsafePaths'
  | 'ignoreErrors'
  | 'ignoreUnreachable'
  | 'noLog'
  | 'throttle'
  | 'runOnce'
  | 'delegateTo'
>

/** Options that a task's own value replaces. The others are merged. */
const singles = [
  'become',
  'becomeMethod',
  'timeout',
  'unsafePaths',
  'ignoreErrors',
  'ignoreUnreachable',
  'noLog',
  'throttle',
  'runOnce',
  'delegateTo',
] as const satisfies readonly (keyof Inherited)[]

/** Merges `outer` into a task's own options: tags and handlers are added, the environment variable by variable. */
export function withInherited(task: Task, outer: Inherited): Task {
  const { options: own } = task
  const added: { -readonly [K in keyof TaskOptions]: TaskOptions[K] } = {}
  for (const key of singles) if (own[key] === undefined && outer[key] !== undefined) take(added, outer, key)
  if (outer.tags?.length) added.tags = [...outer.tags, ...(own.tags ?? [])]
  if (outer.environment) added.environment = { ...outer.environment, ...own.environment }
  if (outer.notify) added.notify = [own.notify ?? [], outer.notify].flat()
  return Object.keys(added).length === 0 ? task : { ...task, options: { ...own, ...added } }
}

function take<K extends keyof Inherited>(
  to: { -readonly [N in keyof TaskOptions]: TaskOptions[N] },
  from: Inherited,
  key: K,
): void {
  to[key] = from[key]
}
