// Reads the facts of a play on a host, where its tasks depend on them.

import type { Probes } from '../model/probe.ts'
import { answeredFile, commandOutput, emptyAnswers, inquiry, takeAll } from './answers.ts'
import type { HostSession } from './session.ts'

/** @throws UnreachableError, and whatever a fact's parser throws */
export async function readFacts(
  session: HostSession,
  as: string | undefined,
  facts: Probes,
): Promise<Record<string, unknown>> {
  const questions = Object.values(facts).map((probe) => ({ probe, environment: {} }))
  const ask = inquiry(questions)
  const answers = emptyAnswers()
  takeAll(ask, await session.trip(as, ask.entries), answers)
  return Object.fromEntries(
    Object.entries(facts).map(([name, probe]) => [
      name,
      probe.kind === 'file'
        ? probe.parse(answeredFile(answers, probe.request))
        : probe.parse(commandOutput(answers, probe, {})),
    ]),
  )
}
