// --start-at-task: the plays from a task on, and what is said of where they begin.

import type { PlayPlan } from '../../engine/plan/planPlays.ts'
import { entryNames, type StartedPlays, startingAt } from '../../engine/plan/startAt.ts'
import { takesPart } from '../../engine/play.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { nearest } from '../../model/errors/suggest.ts'
import { taskPosition } from './taskPosition.ts'

/**
 * The plays from a task on; where they begin is said on stderr.
 *
 * @throws PlaybookError E_UNKNOWN_TASK where no task can be meant
 */
export function startAtTask(plays: readonly PlayPlan[], requested: string): StartedPlays {
  const starting = startingAt(plays, requested)
  const first = starting.plays.find(({ hosts }) => hosts.some((host) => host.items && takesPart(host)))
  const isKnown = (first ? plays.slice(0, starting.plays.indexOf(first)) : plays).every(({ hosts }) =>
    hosts.every(({ items }) => items),
  )
  if (!first && isKnown) throw unknownTask(plays, requested)
  process.stderr.write(`${first && isKnown ? positionText(first) : laterText(requested)}\n`)
  return starting
}

/** A task that was not found though all tasks are known. */
export function unknownTask(plays: readonly PlayPlan[], requested: string): PlaybookError {
  const near = nearest(requested, entryNames(plays))
  return new PlaybookError(
    'E_UNKNOWN_TASK',
    `--start-at-task: no task has the title or name "${requested}".`,
    {
      hint: `${near ? `Did you mean "${near}"? ` : ''}--list-tasks shows them; globs are understood: "*tomcat*"`,
    },
  )
}

/** `Starts at copyFile /etc/motd, task 3 of 12 of WAS.` and the hosts that have no such task. */
function positionText({ play, hosts }: PlayPlan): string {
  const { name } = play.spec
  const idle = hosts.filter((host) => !takesPart(host)).map(({ host }) => host.name)
  const { items = [], begin } = hosts.find((host) => host.items && takesPart(host))!
  const index = begin!(items)!
  const place = `Starts at ${taskPosition(items, index)} of ${name}.`
  if (idle.length === 0) return place
  return `${place} ${idle.join(', ')} ${idle.length === 1 ? 'has' : 'have'} no such task and take${idle.length === 1 ? 's' : ''} no part in ${name}.`
}

function laterText(requested: string): string {
  return `Starts at the first task "${requested}"; which one that is shows when the facts are read, on which tasks depend.`
}
