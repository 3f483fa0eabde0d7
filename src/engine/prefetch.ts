// Looks at the hosts of later plays while the first one runs: a site in which nothing changes takes no longer than a host.

import { createLimiter } from '../model/limiter.ts'
import type { Play } from '../model/play.ts'
import type { PlannedTask } from './plan/plannedTask.ts'
import type { HostPlan, PlayPlan } from './plan/planPlays.ts'
import { targetKey } from './plan/target.ts'
import { emptyResults } from './probing/probeBatch.ts'
import { batchesByTarget, type CacheEntry, startProbeRun } from './probing/probeRun.ts'
import { type RunState, sessionOf } from './runState.ts'

/**
 * Begins to look at each host that the first play does not have, in the order of the plays. What is seen counts for as
 * long as nothing changes on any host; where it goes wrong, the host's own play will tell. A play that waits for
 * its hosts contacts them in its turn, and so does a run that begins in the middle: it may not come to all of them.
 */
export function prefetchHosts(state: RunState): void {
  const { plays, forks } = state.options
  const limit = createLimiter(forks)
  const begun = new Set(plays[0]?.hosts.map(({ host }) => host.name))
  for (const { play, hosts } of plays.slice(1)) {
    for (const plan of hosts.filter(({ host }) => !begun.has(host.name))) {
      begun.add(plan.host.name)
      const isAwaited = play.spec.waitForConnection !== undefined || plan.begin !== undefined
      if (!isAwaited) void limit(() => prefetchHost(plan, state))
    }
  }
}

async function prefetchHost(plan: HostPlan, state: RunState): Promise<void> {
  const { plays, signal } = state.options
  if (signal?.aborted) return
  const session = sessionOf(plan, state)
  const items = knownItems(plan.host.name, plays).filter(({ host: on }) => on === undefined)
  const cached = new Map<string, CacheEntry>()
  session.prefetched = { cached, revision: state.site.changes }
  for (const [place, batch] of batchesByTarget(items)) {
    const results = emptyResults()
    const look = startProbeRun(session.probe, place.user, batch, results)
    const next = () => look.next().catch(() => {}) // who waits for it looks for itself then
    cached.set(targetKey(place), { results, revision: session.revision, run: { ...look, next } })
  }
  await Promise.all([...cached.values()].map(({ run: look }) => look?.settled))
}

/** The tasks of a host in these plays, as far as they are known before facts are read. */
export function knownItems(host: string, plays: readonly PlayPlan[]): PlannedTask[] {
  return plays.flatMap(({ hosts }) => hosts.find((plan) => plan.host.name === host)?.items ?? [])
}

export function playsAfter(spec: Play['spec'], plays: readonly PlayPlan[]): readonly PlayPlan[] {
  return plays.slice(plays.findIndex(({ play }) => play.spec === spec) + 1)
}
