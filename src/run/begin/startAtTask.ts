// Starts plays at the task of --start-at-task.

import type { PlayPlan } from '../../engine/plan/planPlays.ts'
import { entryNames, type StartedPlays, startingAt } from '../../engine/plan/startAt.ts'
import { takesPart } from '../../engine/play.ts'
import { isLook } from '../../model/blocks/look.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { nearest } from '../../model/errors/suggest.ts'
import { taskPosition } from './taskPosition.ts'

/**
 * Returns the plays from the requested task on; `print` gets a line that says where they begin.
 *
 * @throws PlaybookError E_UNKNOWN_TASK if no task matches
 */
export function startAtTask(
  plays: readonly PlayPlan[],
  requested: string,
  print: (line: string) => void,
): StartedPlays {
  const starting = startingAt(plays, requested)
  const first = starting.plays.find(({ hosts }) => hosts.some((host) => host.items && takesPart(host)))
  const isKnown = (first ? plays.slice(0, starting.plays.indexOf(first)) : plays).every(({ hosts }) =>
    hosts.every(({ items }) => items),
  )
  if (!first && isKnown) throw unknownTask(plays, requested)
  print(first && isKnown ? positionText(first) : laterText(requested))
  return starting
}

/** The error for a task that was not found although all tasks are known. */
export function unknownTask(plays: readonly PlayPlan[], requested: string): PlaybookError {
  const near = nearest(requested, entryNames(plays))
  const titles = plays.flatMap(({ hosts }) =>
    hosts.flatMap(({ items = [] }) => items.filter(({ task }) => isLook(task)).map(({ task }) => task.title)),
  )
  const [look] = titles
  const areKnown = plays.every(({ hosts }) => hosts.every(({ items }) => items))
  const looks =
    look === undefined
      ? areKnown
        ? ''
        : ' A task that a look gives is known only once it has looked: start at the look.'
      : ` A task that a look gives is known only once it has looked: start at the look, "${look}"${new Set(titles).size > 1 ? ' or another' : ''}.`
  return new PlaybookError(
    'E_UNKNOWN_TASK',
    `--start-at-task: no task has the title or name "${requested}".`,
    {
      hint: `${near ? `Did you mean "${near}"? ` : ''}List them with --list-tasks; globs are allowed: "*tomcat*"${looks}`,
    },
  )
}

/** `Starting at copyFile /etc/motd, task 3 of 12 in WAS.` and the hosts that have no such task. */
function positionText({ play, hosts }: PlayPlan): string {
  const { name } = play.spec
  const idle = hosts.filter((host) => !takesPart(host)).map(({ host }) => host.name)
  const { items = [], begin } = hosts.find((host) => host.items && takesPart(host))!
  const index = begin!(items)!
  const place = `Starting at ${taskPosition(items, index)} in ${name}.`
  if (idle.length === 0) return place
  return `${place} ${idle.join(', ')} ${idle.length === 1 ? 'has no such task and skips' : 'have no such task and skip'} ${name}.`
}

function laterText(requested: string): string {
  return `Starting at the first task "${requested}", known once facts have been read.`
}
