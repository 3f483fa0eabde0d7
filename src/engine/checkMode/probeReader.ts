// Reads the results of probes, in check mode as planned changes would leave them.

import type { CommandProbe, Probe } from '../../model/probe.ts'
import type { Environment } from '../plan/plannedTask.ts'
import { fileResult, type ProbeResults, parsedResult } from '../probing/probeBatch.ts'
import { isPending, predictedFile, predictedResult, UnknownUntilApplied } from './predictedResult.ts'
import type { PredictedState } from './predictedState.ts'

/** @throws UnknownUntilApplied, and what the probe's parser throws */
export type ReadProbe = <T>(probe: Probe<T>) => T

/** Reads probes, and keeps which ones were read. */
export function probeReader(
  environment: Environment,
  results: ProbeResults,
  predicted: PredictedState | undefined,
): { readonly read: ReadProbe; readonly probesRead: readonly Probe<unknown>[] } {
  const probesRead: Probe<unknown>[] = []
  const current = <T>(probe: Probe<T>) => parsedResult(results, probe, environment)
  const read = <T>(probe: Probe<T>): T => {
    probesRead.push(probe)
    if (!predicted) return current(probe)
    if (probe.kind === 'command') return commandResult(probe, predicted, () => current(probe))
    const file = predictedFile(predicted, probe.request, () => fileResult(results, probe.request))
    return file ? probe.parse(file) : current(probe)
  }
  return { read, probesRead }
}

function commandResult<T>(probe: CommandProbe<T>, predicted: PredictedState, current: () => T): T {
  try {
    const result = predictedResult(predicted, probe)
    return result ? (result.value as T) : current()
  } catch (thrown) {
    if (!(thrown instanceof UnknownUntilApplied) || !probe.holds) throw thrown
    const value = current()
    if (probe.holds(value as never, (path) => isPending(predicted, path))) return value
    throw thrown
  }
}
