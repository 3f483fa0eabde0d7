// Reads facts from hosts, and makes the tasks that depend on them, without running any.

import { createLimiter } from '../model/concurrency/limiter.ts'
import { type PlaybookError, toPlaybookError } from '../model/errors/error.ts'
import type { PlannedTask } from './plan/plannedTask.ts'
import type { HostPlan, PlayPlan } from './plan/planPlays.ts'
import type { HostStates, RunOptions } from './runState.ts'
import { tasksWithFacts } from './tasksWithFacts.ts'

/** The tasks of a host in a play, or why its facts could not be read. */
export type TasksRead = { readonly items: readonly PlannedTask[] } | { readonly error: PlaybookError }

/** Connects to each host whose tasks depend on facts, and reads them; hosts in parallel. */
export async function readTasks(
  plays: readonly PlayPlan[],
  { connect, forks, signal }: Pick<RunOptions, 'connect' | 'forks' | 'signal'>,
): Promise<ReadonlyMap<HostPlan, TasksRead>> {
  const limit = createLimiter(forks)
  const { states, close } = openHosts({ connect, signal })
  const found = new Map<HostPlan, TasksRead>()
  const read = async (plan: HostPlan) =>
    found.set(plan, await tasksWithFacts(plan, states, []).then((items) => ({ items }), failure))
  const unknown = plays.flatMap(({ hosts }) => hosts.filter(({ items }) => !items))
  await Promise.all(unknown.map((plan) => limit(() => read(plan))))
  await close()
  return found
}

/** Hosts that are only read: each is connected to when it is first needed, and `close` closes all connections. */
export function openHosts({ connect, signal }: Pick<RunOptions, 'connect' | 'signal'>): {
  readonly states: HostStates
  readonly close: () => Promise<void>
} {
  const states: HostStates = {
    options: { connect, signal, isVerbose: false, isCheck: true },
    hosts: new Map(),
    restarts: [],
    revision: 0,
    emit: () => {},
    addSecrets: () => {},
  }
  const close = async () => {
    await Promise.all([...states.hosts.values()].map(({ session }) => session.close()))
  }
  return { states, close }
}

function failure(thrown: unknown): TasksRead {
  return { error: toPlaybookError(thrown) }
}
