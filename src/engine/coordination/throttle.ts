// Limits how many hosts run a task at once, per occurrence in the playbook.

import { createLimiter, type Limiter } from '../../model/concurrency/limiter.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'

/** Runs work for a task once there is room; if it has to wait, `onWait` is called with the hosts that are running. */
export type Throttle = <T>(
  item: PlannedTask,
  host: string,
  work: () => Promise<T>,
  onWait: (hosts: readonly string[]) => void,
) => Promise<T>

export function createThrottle(): Throttle {
  const tasks = new Map<string, { readonly limit: Limiter; readonly running: Set<string> }>()
  return async (item, host, work, onWait) => {
    const { throttle } = item.task.options
    if (throttle === undefined) return work()
    const { limit, running } = tasks.get(item.key) ?? { limit: createLimiter(throttle), running: new Set() }
    tasks.set(item.key, { limit, running })
    const enter = async () => {
      running.add(host)
      return work().finally(() => running.delete(host))
    }
    return limit(enter, () => onWait([...running]))
  }
}
