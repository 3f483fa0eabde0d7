// Reads facts from hosts, and makes the tasks that depend on them, without running any.

import { createLimiter } from '../model/concurrency/limiter.ts'
import { type PlaybookError, toPlaybookError } from '../model/errors/error.ts'
import { newPredictedState } from './checkMode/predictedState.ts'
import type { PlannedTask } from './plan/plannedTask.ts'
import type { HostPlan, PlayPlan } from './plan/planPlays.ts'
import type { RunOptions } from './runState.ts'
import { HostSession } from './session/hostSession.ts'
import { tasksWithFacts } from './tasksWithFacts.ts'

/** The tasks of a host in a play, or why its facts could not be read. */
export type TasksRead = { readonly items: readonly PlannedTask[] } | { readonly error: PlaybookError }

/** Connects to each host whose tasks depend on facts, and reads them; hosts in parallel. */
export async function readTasks(
  plays: readonly PlayPlan[],
  { connect, forks, signal }: Pick<RunOptions, 'connect' | 'forks' | 'signal'>,
): Promise<ReadonlyMap<HostPlan, TasksRead>> {
  const limit = createLimiter(forks)
  const byHost = new Map<string, HostPlan[]>()
  for (const plan of plays.flatMap(({ hosts }) => hosts.filter(({ items }) => !items)))
    byHost.set(plan.host.name, [...(byHost.get(plan.host.name) ?? []), plan])
  const found = new Map<HostPlan, TasksRead>()
  const readHost = async (name: string, plans: readonly HostPlan[]) => {
    const { settings } = plans[0]!
    const session = new HostSession({
      host: name,
      settings,
      connect,
      signal,
      emit: () => {},
      isVerbose: false,
    })
    const predictedState = newPredictedState(() => undefined)
    for (const plan of plans) {
      const tasks = tasksWithFacts(plan, { session, predictedState })
      found.set(plan, await tasks.then((items) => ({ items }), failure))
    }
    await session.close()
  }
  await Promise.all([...byHost].map(([name, plans]) => limit(() => readHost(name, plans))))
  return found
}

function failure(thrown: unknown): TasksRead {
  return { error: toPlaybookError(thrown) }
}
