// Adds what earlier runs did to the progress of the last one, which may have begun late.

import type { EndedTask, HostProgress, PlayProgress } from '../../journal/progress.ts'

/**
 * The progress of a run, with what it left out as the newest run before it did it: tasks before the one at which a host
 * began, and hosts that had finished a play. undefined: the plays were others then.
 */
export function withEarlier(
  progress: readonly PlayProgress[],
  earlier: readonly PlayProgress[],
): readonly PlayProgress[] | undefined {
  if (progress.some(({ play }, index) => earlier[index] && earlier[index].play !== play)) return undefined
  return progress.map(({ play, hosts }, index) => {
    const before = earlier[index]?.hosts
    if (!before) return { play, hosts }
    const all = [...hosts].map(([name, own]) => [name, continued(own, before.get(name))] as const)
    const done = [...before].filter(
      ([name, { end }]) => end === 'done' && !hosts.has(name) && !wasLost(progress.slice(0, index), name),
    )
    return { play, hosts: new Map([...all, ...done]) }
  })
}

/** Whether a host did not finish one of these plays, so that it did not come to those after them. */
export function wasLost(plays: readonly PlayProgress[], host: string): boolean {
  return plays.some(({ hosts }) => (hosts.get(host)?.end ?? 'done') !== 'done')
}

/** A task or block that failed in the earlier run tells why others were left out. */
function continued(own: HostProgress, earlier: HostProgress | undefined): HostProgress {
  if (!earlier) return own
  const first = [...own.ended, ...(own.stoppedAt ? [own.stoppedAt] : [])].find(isInList)
  // It had only to read facts, to find that nothing was left.
  if (!first && own.end === 'done' && earlier.end === 'done') return earlier
  if (!first || first.index === 0) return own
  const before = earlier.ended.filter((task) => isInList(task) && task.index < first.index)
  return { ...own, ended: [...before, ...own.ended] }
}

function isInList({ isHandler, index }: EndedTask): boolean {
  return !isHandler && index >= 0
}
