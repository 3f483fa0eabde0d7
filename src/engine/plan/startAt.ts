// --start-at-task: finds the task at which each host begins.

import { isFlush } from '../../model/flushHandlers.ts'
import { globMatcher } from '../../model/glob.ts'
import type { Task } from '../../model/task.ts'
import type { PlannedTask } from './plannedTask.ts'
import type { FindStart, HostPlan, PlayPlan } from './planPlays.ts'

export type StartedPlays = {
  readonly plays: readonly PlayPlan[]
  /** Whether a task matched; final only after the run, for tasks may depend on facts. */
  readonly isFound?: () => boolean
}

/**
 * The plays, beginning with the first that has a task whose title or name matches the pattern, a glob as in Ansible. In
 * that play each host begins at its first such task, and takes no part if it has none; later plays run whole.
 */
export function startingAt(plays: readonly PlayPlan[], pattern: string): StartedPlays {
  const matches = taskMatcher(pattern)
  let startPlay = Number.POSITIVE_INFINITY
  const beginIn =
    (play: number): FindStart =>
    (items) => {
      if (startPlay < play) return 0
      const index = items.findIndex((item) => isEntry(item) && matches(item))
      if (index < 0) return undefined
      startPlay = play
      return index
    }
  return {
    plays: plays.map((plan, index) => withBegin(plan, beginIn(index))),
    isFound: () => startPlay < Number.POSITIVE_INFINITY,
  }
}

/** Titles and names of all known tasks at which a run may start. */
export function entryNames(plays: readonly PlayPlan[]): Set<string> {
  const items = plays.flatMap(({ hosts }) => hosts.flatMap((host) => host.items ?? []))
  return new Set(items.filter(isEntry).flatMap(({ task }) => [task.title, task.name]))
}

function withBegin({ play, hosts }: PlayPlan, begin: FindStart): PlayPlan {
  return { play, hosts: hosts.map((host): HostPlan => ({ ...host, begin })) }
}

function taskMatcher(pattern: string): (item: PlannedTask) => boolean {
  const isMatch = globMatcher(pattern)
  return ({ task }) =>
    [task.title, task.name, titleInRole(task)].some((text) => text === pattern || isMatch(text))
}

/** As in Ansible, the name of a task's role may be left out. */
function titleInRole({ title, role }: Task): string {
  return role ? title.slice(`${role.name} : `.length) : title
}

/** A run starts neither at a flush of handlers nor in a rescue, for which something has to fail first. */
function isEntry({ task, blocks }: PlannedTask): boolean {
  return !isFlush(task) && blocks.every(({ part }) => part !== 'rescue')
}
