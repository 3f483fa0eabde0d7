// Reads the facts of a play on a host.

import type { BecomeUser } from '../../model/become.ts'
import type { Probes } from '../../model/probe.ts'
import type { HostSession } from '../session/hostSession.ts'
import { emptyResults, parsedResult, probeBatch, recordAll } from './probeBatch.ts'

/** @throws UnreachableError, and whatever a fact's parser throws */
export async function readFacts(
  session: HostSession,
  user: BecomeUser | undefined,
  facts: Probes,
): Promise<Record<string, unknown>> {
  const environment = {}
  const batch = probeBatch(Object.values(facts).map((probe) => ({ probe, environment })))
  const results = emptyResults()
  recordAll(batch, await session.trip(user, batch.entries), results)
  return Object.fromEntries(
    Object.entries(facts).map(([name, probe]) => [name, parsedResult(results, probe, environment)]),
  )
}
