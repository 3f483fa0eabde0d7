// Reads the facts of a play on a host.

import type { BecomeUser } from '../model/become.ts'
import { PlaybookError, UnreachableError } from '../model/errors/error.ts'
import type { Probe, Probes } from '../model/probe.ts'
import { admittingChange, mendingChange, UnknownUntilApplied } from './checkMode/predictedResult.ts'
import type { PredictedState } from './checkMode/predictedState.ts'
import { probeReader } from './checkMode/probeReader.ts'
import { emptyResults, type ProbeResults, parsedResult, probeBatch, recordAll } from './probing/probeBatch.ts'
import type { HostSession } from './session/hostSession.ts'

const environment = {}

/** The facts; in check mode `unknown`, where one of them may be another once planned changes are made. */
type Facts = {
  readonly values: Record<string, unknown>
  readonly unknown: UnknownUntilApplied | undefined
}

/** @throws UnreachableError, and whatever a fact's parser throws; UnknownUntilApplied where a planned change may mend it */
export async function readFacts(
  session: HostSession,
  user: BecomeUser | undefined,
  facts: Probes,
  predicted: PredictedState,
): Promise<Facts> {
  const batch = probeBatch(Object.values(facts).map((probe) => ({ probe, environment })))
  const results = emptyResults()
  const outputs = await session.trip(user, batch.entries).catch((thrown) => {
    throw thrown instanceof UnreachableError ? thrown : mended(thrown, admittingChange(predicted))
  })
  recordAll(batch, outputs, results)
  let unknown: UnknownUntilApplied | undefined
  const values: Record<string, unknown> = {}
  for (const [name, probe] of Object.entries(facts)) {
    const { read, probesRead } = probeReader(environment, results, predicted)
    try {
      values[name] = read(probe)
    } catch (thrown) {
      if (!(thrown instanceof UnknownUntilApplied)) throw mended(thrown, mendingChange(predicted, probesRead))
      values[name] = parsedOr(thrown, probe, results)
      unknown = thrown
    }
  }
  return { values, unknown }
}

/** The fact as it is now. */
function parsedOr(unknown: UnknownUntilApplied, probe: Probe<unknown>, results: ProbeResults): unknown {
  try {
    return parsedResult(results, probe, environment)
  } catch {
    throw unknown
  }
}

function mended(thrown: unknown, by: string | undefined): unknown {
  return by === undefined || !(thrown instanceof PlaybookError)
    ? thrown
    : new UnknownUntilApplied(`${by}: ${thrown.message}`)
}
