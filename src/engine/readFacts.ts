// Reads facts of a host, and keeps their values for the play.

import { PlaybookError, UnreachableError } from '../model/errors/error.ts'
import type { Probe } from '../model/probe.ts'
import { admittingChange, mendingChange, UnknownUntilApplied } from './checkMode/predictedResult.ts'
import type { PredictedState } from './checkMode/predictedState.ts'
import { probeReader } from './checkMode/probeReader.ts'
import type { FactStore } from './facts/factStore.ts'
import type { FactTask } from './plan/factTask.ts'
import type { PlannedTask } from './plan/plannedTask.ts'
import type { ProbeCache } from './probing/probeCache.ts'

/**
 * Puts the facts of `task` into the store; `ahead` is probed in the same trip. Values are made when they are looked at,
 * and errors thrown then.
 */
export async function readFacts(
  store: FactStore,
  task: FactTask,
  ahead: readonly PlannedTask[],
  cache: ProbeCache,
  { predictedState }: { readonly predictedState: PredictedState },
): Promise<void> {
  const { host } = task.target
  try {
    await cache.ensure([task, ...ahead])
  } catch (thrown) {
    const isOwn = thrown instanceof UnreachableError
    const error = isOwn ? thrown : mended(ofHost(thrown, host), admittingChange(predictedState))
    const fail = () => {
      throw error
    }
    for (const { request } of task.requests) store.add(request, fail)
    return
  }
  const results = cache.get(task)
  const parsed = (probe: Probe<unknown>): unknown => {
    const { read, probesRead } = probeReader(task.environment, results, predictedState)
    try {
      return read(probe)
    } catch (thrown) {
      if (thrown instanceof UnknownUntilApplied) throw thrown
      throw mended(ofHost(thrown, host), mendingChange(predictedState, probesRead))
    }
  }
  for (const { request, probes } of task.requests) {
    const value = Object.defineProperties(
      {},
      Object.fromEntries(
        Object.entries(probes).map(([name, probe]) => [name, { enumerable: true, get: () => parsed(probe) }]),
      ),
    ) as Record<string, unknown>
    const { facts } = request
    store.add(request, () => (typeof facts === 'string' ? value[facts] : value))
  }
}

/** An error of another host names it. */
function ofHost(thrown: unknown, host: string | undefined): unknown {
  if (host === undefined || !(thrown instanceof PlaybookError) || thrown.code === 'E_OTHER_HOST')
    return thrown
  return thrown.with({ message: `facts of ${host}: ${thrown.message}` })
}

function mended(thrown: unknown, by: string | undefined): unknown {
  return by === undefined || !(thrown instanceof PlaybookError)
    ? thrown
    : new UnknownUntilApplied(`${by}: ${thrown.message}`)
}
