// Cuts plays down to what the last run left unfinished.

import type { FindStart, HostPlan, PlayPlan } from '../../engine/plan/planPlays.ts'
import type { HostProgress, PlayProgress } from '../../journal/progress.ts'
import { isFlush } from '../../model/flushHandlers.ts'
import { wasLost } from './earlierProgress.ts'
import { newTask, resumePoint } from './resumePoint.ts'
import { taskPosition } from './taskPosition.ts'

/** Takes lines for the user: where hosts go on, and what is not as it was in that run. */
type Notes = { readonly inform: (line: string) => void; readonly warn: (line: string) => void }

/**
 * Drops hosts that are done from the plays; the others begin where they stopped. Plays that the last run did not reach
 * are run completely. If the plays differ from those of that run, everything is run.
 */
export function resumedPlays(
  plays: readonly PlayPlan[],
  progress: readonly PlayProgress[],
  { inform, warn }: Notes,
): readonly PlayPlan[] {
  const changed = progress.findIndex(({ play }, index) => plays[index]?.play.spec.name !== play)
  if (changed >= 0) {
    const now = plays[changed]?.play.spec.name ?? 'none'
    warn(
      `The plays have changed (${progress[changed]!.play} is now ${now}): running everything from the beginning.`,
    )
    return plays
  }
  const resumed = plays.map(({ play, hosts }, index) => ({
    play,
    hosts: hosts.flatMap((host) => resumedHost(host, index, progress, warn) ?? []),
  }))
  for (const [index, plan] of resumed.entries())
    if (progress[index]) for (const line of positionLines(plan, progress[index])) inform(line)
  for (const name of missingHosts(plays, progress))
    warn(`${name} did not finish, and is no longer among the hosts.`)
  return resumed
}

/** undefined: the host has finished the play, which has no new task for it, or was not part of that run. */
function resumedHost(
  plan: HostPlan,
  index: number,
  progress: readonly PlayProgress[],
  warn: (line: string) => void,
): HostPlan | undefined {
  const { name } = plan.host
  const here = progress[index]
  const own = here?.hosts.get(name)
  if (own?.end === 'done') return doneHost(plan, own)
  if (own) return { ...plan, begin: beginAt(name, here!.play, own, warn) }
  return !here || wasLost(progress.slice(0, index), name) ? plan : undefined
}

/** undefined: it has no new task. Where that depends on facts, it is known for sure once they have been read. */
function doneHost(plan: HostPlan, own: HostProgress): HostPlan | undefined {
  const known = plan.items ?? plan.expected.filter(({ index }) => index >= 0)
  const isKnown = plan.items !== undefined || known.length > 0
  if (isKnown && newTask(known, own) === undefined) return undefined
  return {
    ...plan,
    begin: (items) => (newTask(items, own) === undefined ? undefined : resumePoint(items, own).index),
  }
}

/** Warns of a missing task only once, although the beginning is computed several times. */
function beginAt(
  host: string,
  play: string,
  progress: HostProgress,
  warn: (line: string) => void,
): FindStart {
  let isWarned = false
  return (items) => {
    const { index, missing } = resumePoint(items, progress)
    if (missing !== undefined && !isWarned) {
      isWarned = true
      warn(
        `${host} stopped at ${missing}, which is no longer in ${play}: it starts ${play} from the beginning.`,
      )
    }
    return index
  }
}

/** Hosts that resume at the same task share a line: `WAS: was-02, was-03 from download x, task 12 of 28`. */
function positionLines({ play, hosts }: PlayPlan, progress: PlayProgress): string[] {
  const byPosition = new Map<string, string[]>()
  for (const plan of hosts) {
    const position = positionOf(plan, progress.hosts.get(plan.host.name)?.end === 'done')
    byPosition.set(position, [...(byPosition.get(position) ?? []), plan.host.name])
  }
  return [...byPosition].map(([position, names]) => `${play.spec.name}: ${names.join(', ')} ${position}`)
}

function positionOf({ items, begin }: HostPlan, isDone: boolean): string {
  if (!items) return `${isDone ? 'for what is new' : 'from where it stopped'}, once facts have been read`
  const index = begin?.(items) ?? 0
  if (index === 0) return 'from the beginning'
  if (items[index] && isFlush(items[index].task)) return 'from its pending handlers'
  return index < items.length ? `from ${taskPosition(items, index)}` : 'after its last task'
}

function missingHosts(plays: readonly PlayPlan[], progress: readonly PlayProgress[]): Set<string> {
  const lost = progress.flatMap(({ hosts }, index) => {
    const known = new Set(plays[index]!.hosts.map(({ host }) => host.name))
    return [...hosts].filter(([name, { end }]) => end !== 'done' && !known.has(name)).map(([name]) => name)
  })
  return new Set(lost)
}
