// Probes the hosts of later plays while the first play runs.

import { createLimiter } from '../model/concurrency/limiter.ts'
import type { Play } from '../model/play.ts'
import type { PlannedTask } from './plan/plannedTask.ts'
import type { HostPlan, PlayPlan } from './plan/planPlays.ts'
import { targetKey } from './plan/target.ts'
import { emptyResults } from './probing/probeBatch.ts'
import type { CacheEntry } from './probing/probeCache.ts'
import { batchesByTarget, startProbeRun } from './probing/probeRun.ts'
import { hostState, type RunState } from './runState.ts'

/**
 * Starts probing each host that is not in the first play, in the order of the plays. The results count for as long as
 * nothing changes on any host; errors are left to the host's own play. Hosts of a play that waits for connections are
 * left out, and so are those that begin in the middle of a play: the run may never come to them.
 */
export function prefetchHosts(run: RunState): void {
  const { plays, forks } = run.options
  const limit = createLimiter(forks)
  const started = new Set(plays[0]?.hosts.map(({ host }) => host.name))
  for (const { play, hosts } of plays.slice(1)) {
    for (const plan of hosts.filter(({ host }) => !started.has(host.name))) {
      started.add(plan.host.name)
      const isLeftOut = play.spec.waitForConnection !== undefined || plan.begin !== undefined
      if (!isLeftOut) void limit(() => prefetchHost(plan, run))
    }
  }
}

async function prefetchHost(plan: HostPlan, run: RunState): Promise<void> {
  const { plays, signal } = run.options
  if (signal?.aborted) return
  const state = hostState(plan, run)
  const tasks = knownTasks(plan.host.name, plays).filter(({ target }) => target.host === undefined)
  const entries = new Map<string, CacheEntry>()
  state.prefetched = { entries, revision: run.revision }
  for (const [target, batch] of batchesByTarget(tasks)) {
    const results = emptyResults()
    const probeRun = startProbeRun(state.probe, target.user, batch, results)
    const next = () => probeRun.next().catch(() => {}) // who waits for it probes for itself then
    entries.set(targetKey(target), { results, revision: state.revision, run: { ...probeRun, next } })
  }
  await Promise.all([...entries.values()].map(({ run }) => run?.settled))
}

/** The tasks of a host in these plays, as far as they are known or expected before facts are read. */
export function knownTasks(host: string, plays: readonly PlayPlan[]): PlannedTask[] {
  return plays.flatMap(({ hosts }) => {
    const plan = hosts.find((each) => each.host.name === host)
    return plan?.items ?? plan?.expected ?? []
  })
}

export function playsAfter(spec: Play['spec'], plays: readonly PlayPlan[]): readonly PlayPlan[] {
  return plays.slice(plays.findIndex(({ play }) => play.spec === spec) + 1)
}
