// Reads the facts of a play on a host, where its tasks depend on them.

import type { Probes } from '../../model/probe.ts'
import type { HostSession } from '../session/hostSession.ts'
import { commandOutput, emptyResults, fileResult, probeBatch, recordAll } from './probeBatch.ts'

/** @throws UnreachableError, and whatever a fact's parser throws */
export async function readFacts(
  session: HostSession,
  as: string | undefined,
  facts: Probes,
): Promise<Record<string, unknown>> {
  const requests = Object.values(facts).map((probe) => ({ probe, environment: {} }))
  const batch = probeBatch(requests)
  const results = emptyResults()
  recordAll(batch, await session.trip(as, batch.entries), results)
  return Object.fromEntries(
    Object.entries(facts).map(([name, probe]) => [
      name,
      probe.kind === 'file'
        ? probe.parse(fileResult(results, probe.request))
        : probe.parse(commandOutput(results, probe, {})),
    ]),
  )
}
