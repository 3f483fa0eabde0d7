// Looks at the hosts of later plays while the first one runs: a site in which nothing changes takes no longer than a host.

import { createLimiter } from '../model/limiter.ts'
import type { Play } from '../model/play.ts'
import { emptyAnswers } from './answers.ts'
import type { Item } from './item.ts'
import { beginLook, inquiriesByPlace, type Seen } from './look.ts'
import { placeKey } from './place.ts'
import type { HostPlan, PlayPlan } from './plan.ts'
import { type RunState, sessionOf } from './runState.ts'

/**
 * Begins to look at each host that the first play does not have, in the order of the plays. What is seen counts for as
 * long as nothing changes on any host; where it goes wrong, the host's own play will tell. A play that waits for
 * its hosts contacts them in its turn, and so does a run that begins in the middle: it may not come to all of them.
 */
export function lookAhead(state: RunState): void {
  const { plays, forks } = state.options
  const pool = createLimiter(forks)
  const begun = new Set(plays[0]?.hosts.map(({ host }) => host.name))
  for (const { play, hosts } of plays.slice(1)) {
    for (const plan of hosts.filter(({ host }) => !begun.has(host.name))) {
      begun.add(plan.host.name)
      const isAwaited = play.spec.waitForConnection !== undefined || plan.begin !== undefined
      if (!isAwaited) void pool(() => look(plan, state))
    }
  }
}

async function look(plan: HostPlan, state: RunState): Promise<void> {
  const { plays, signal } = state.options
  if (signal?.aborted) return
  const session = sessionOf(plan, state)
  const items = knownItems(plan.host.name, plays).filter(({ on }) => on === undefined)
  const seen = new Map<string, Seen>()
  session.lookahead = { seen, mark: state.site.changes }
  for (const [place, ask] of inquiriesByPlace(items)) {
    const answers = emptyAnswers()
    const look = beginLook(session.look, place.as, ask, answers)
    const next = () => look.next().catch(() => {}) // who waits for it looks for itself then
    seen.set(placeKey(place), { answers, mark: session.changes, look: { ...look, next } })
  }
  await Promise.all([...seen.values()].map(({ look }) => look?.settled))
}

/** The tasks of a host in these plays, as far as they are known before facts are read. */
export function knownItems(host: string, plays: readonly PlayPlan[]): Item[] {
  return plays.flatMap(({ hosts }) => hosts.find((plan) => plan.host.name === host)?.items ?? [])
}

export function playsAfter(spec: Play['spec'], plays: readonly PlayPlan[]): readonly PlayPlan[] {
  return plays.slice(plays.findIndex(({ play }) => play.spec === spec) + 1)
}
