// --start-at-task: where the hosts begin, when a run does not begin at its first task.

import { isFlush } from '../../model/flushHandlers.ts'
import { globMatcher } from '../../model/glob.ts'
import type { PlannedTask } from './plannedTask.ts'
import type { FindStart, HostPlan, PlayPlan } from './planPlays.ts'

/** Plays that begin at a task. */
export type StartedPlays = {
  readonly plays: readonly PlayPlan[]
  /** Whether there was a task to begin at; once the run is over that is sure, for tasks may depend on facts. */
  readonly isFound?: () => boolean
}

/**
 * The plays from the first on that has a task of this title or name; both may be globs, as in Ansible. In that play
 * each host begins at its own first such task, and one that has none takes no part; later plays are run whole.
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

/** Titles and names of all tasks at which a run may start, as far as they are known. */
export function entryNames(plays: readonly PlayPlan[]): Set<string> {
  const items = plays.flatMap(({ hosts }) => hosts.flatMap((host) => host.items ?? []))
  return new Set(items.filter(isEntry).flatMap(({ task }) => [task.title, task.name]))
}

export function withBegin({ play, hosts }: PlayPlan, begin: FindStart): PlayPlan {
  return { play, hosts: hosts.map((host): HostPlan => ({ ...host, begin })) }
}

function taskMatcher(pattern: string): (item: PlannedTask) => boolean {
  const isMatch = globMatcher(pattern)
  return ({ task }) => [task.title, task.name].some((text) => text === pattern || isMatch(text))
}

/** Nobody starts at a flush of handlers, nor in a rescue, for which something has to fail first. */
function isEntry({ task, blocks: places }: PlannedTask): boolean {
  return !isFlush(task) && places.every(({ part }) => part !== 'rescue')
}
