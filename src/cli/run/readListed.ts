// Reads the facts on which the tasks of a list depend.

import type { HostPlan, PlayPlan } from '../../engine/plan/planPlays.ts'
import { readTasks, type TasksRead } from '../../engine/readTasks.ts'
import { createTransportResolver } from '../../transport/connect.ts'
import type { RunFlags } from '../flags/runFlags.ts'
import { askHostKeys } from './askHostKeys.ts'
import { stopSignal } from './stopSignal.ts'

/** The tasks of the hosts on which they depend on facts. No other host is contacted. */
export async function readListed(
  plans: readonly PlayPlan[],
  { forks = 100 }: Pick<RunFlags, 'forks'>,
): Promise<ReadonlyMap<HostPlan, TasksRead>> {
  const unread = plans.map(({ play, hosts }) => ({ play, hosts: hosts.filter(({ items }) => !items) }))
  if (unread.every(({ hosts }) => hosts.length === 0)) return new Map()
  const { signal, release } = stopSignal()
  const transportFor = createTransportResolver()
  try {
    for (const { message } of await askHostKeys(unread, transportFor, signal))
      process.stderr.write(`${message}\n`)
    const connect: Parameters<typeof readTasks>[1]['connect'] = async (settings, options) =>
      (await transportFor(settings)).connect(settings, options)
    return await readTasks(unread, { connect, forks, signal })
  } finally {
    release()
  }
}
