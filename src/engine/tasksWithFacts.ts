// Reads the facts that the tasks of a host depend on, and makes its tasks.

import type { BecomeUser } from '../model/become.ts'
import type { HostState } from './hostState.ts'
import { type FactRequest, FactsNeeded, HostFacts } from './plan/hostFacts.ts'
import type { PlannedTask } from './plan/plannedTask.ts'
import type { HostPlan } from './plan/planPlays.ts'
import { userKey } from './plan/target.ts'
import { readFacts } from './readFacts.ts'

type Host = Pick<HostState, 'session' | 'predictedState'>

/**
 * The tasks of a host. The facts that the play and its roles need are read in one trip for each user; what only shows
 * once these are known takes another.
 */
export async function tasksWithFacts(plan: HostPlan, host: Host): Promise<readonly PlannedTask[]> {
  const facts = new HostFacts()
  let unknown: unknown
  for (;;) {
    try {
      return await plan.itemsWith(facts)
    } catch (thrown) {
      if (!(thrown instanceof FactsNeeded)) throw unknown ?? thrown
      unknown = (await addFacts(facts, HostFacts.distinct(thrown.requests), plan, host)) ?? unknown
    }
  }
}

/** Returns what in check mode makes one of them unknown. */
async function addFacts(
  facts: HostFacts,
  requests: readonly FactRequest[],
  { userFor }: HostPlan,
  { session, predictedState }: Host,
): Promise<unknown> {
  let anyUnknown: unknown
  for (const { user, requests: together } of byUser(requests, userFor)) {
    const probes = Object.fromEntries(together.flatMap(numberedProbes))
    const { values, unknown } = await readFacts(session, user, probes, predictedState)
    anyUnknown ??= unknown
    for (const [index, request] of together.entries()) {
      const names = Object.keys(request.probes)
      facts.add(request, Object.fromEntries(names.map((name) => [name, values[`${index} ${name}`]])))
    }
  }
  return anyUnknown
}

/** Plays and roles may have facts of the same name. */
function numberedProbes({ probes }: FactRequest, index: number) {
  return Object.entries(probes).map(([name, probe]) => [`${index} ${name}`, probe] as const)
}

function byUser(requests: readonly FactRequest[], userFor: HostPlan['userFor']) {
  const groups = new Map<
    string,
    { readonly user: BecomeUser | undefined; readonly requests: FactRequest[] }
  >()
  for (const request of requests) {
    const user = userFor({ options: request.options })
    const group = groups.get(userKey(user)) ?? { user, requests: [] }
    group.requests.push(request)
    groups.set(userKey(user), group)
  }
  return groups.values()
}
