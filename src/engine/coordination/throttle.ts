// Lets at most so many hosts at once carry out a task: one pool for each place in the playbook.

import { createLimiter, type Limiter } from '../../model/limiter.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'

/** Carries out work for a task when its place has room; `onWait` is told the hosts that are in it, if it has none. */
export type Throttle = <T>(
  item: PlannedTask,
  host: string,
  work: () => Promise<T>,
  onWait: (hosts: readonly string[]) => void,
) => Promise<T>

export function createThrottle(): Throttle {
  const places = new Map<string, { readonly limit: Limiter; readonly inside: Set<string> }>()
  return async (item, host, work, onWait) => {
    const { throttle } = item.task.options
    if (throttle === undefined) return work()
    const { limit, inside } = places.get(item.key) ?? { limit: createLimiter(throttle), inside: new Set() }
    places.set(item.key, { limit, inside })
    const enter = async () => {
      inside.add(host)
      return work().finally(() => inside.delete(host))
    }
    return limit(enter, () => onWait([...inside]))
  }
}
