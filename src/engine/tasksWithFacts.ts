// Reads the facts that the tasks of a host depend on, and makes its tasks.

import { FactStore, FactsNeeded } from './facts/factStore.ts'
import type { FactTask } from './plan/factTask.ts'
import type { PlannedTask } from './plan/plannedTask.ts'
import type { HostPlan } from './plan/planPlays.ts'
import type { Target } from './plan/target.ts'
import { ProbeCache } from './probing/probeCache.ts'
import { readFacts } from './readFacts.ts'
import { type HostStates, hostState } from './runState.ts'

/**
 * The tasks of a host. Its facts and those of other hosts are read together with what is probably probed for the tasks
 * and for later plays: results stay for them. What only shows once other facts are known takes another trip.
 *
 * @throws what looking at a fact throws: UnreachableError, errors of its parser; UnknownUntilApplied in check mode, where
 *   a planned change may touch it
 */
export async function tasksWithFacts(
  plan: HostPlan,
  states: HostStates,
  laterTasks: readonly PlannedTask[],
): Promise<readonly PlannedTask[]> {
  const state = hostState(plan, states)
  const hostAt = ({ host }: Target) => (host === undefined ? state : hostState(plan.other(host), states))
  const isOwn = ({ task }: PlannedTask) => !task.options.runOnce
  const cache = new ProbeCache({ host: state, hostAt, laterTasks, run: states, isOwn })
  const facts = new FactStore()
  let ahead: readonly PlannedTask[] | undefined = plan.expected
  for (;;) {
    try {
      const items = await plan.itemsWith(facts)
      keepFacts(facts, plan, states)
      return items
    } catch (thrown) {
      if (!(thrown instanceof FactsNeeded)) throw thrown
      ahead ??= await plan.expect(facts)
      const tasks = [...(await plan.factTasks(thrown.requests)), ...ahead.filter(isFactTask)]
      const together = [...tasks, ...ahead]
      await Promise.all(tasks.map((task) => readFacts(facts, task, together, cache, hostAt(task.target))))
      ahead = undefined
    }
  }
}

function isFactTask(item: PlannedTask): item is FactTask {
  return 'requests' in item
}

/** Those that the tasks depend on, of this host and others. */
function keepFacts(facts: FactStore, plan: HostPlan, { options: { keepFacts: keep } }: HostStates): void {
  if (!keep) return
  for (const [host, values] of facts.builtIn())
    keep(host === plan.host.name ? plan : plan.other(host), values)
}
