// Makes the tasks that a look gives, from what it found on its host.

import { isLook, tasksOfLook } from '../model/blocks/look.ts'
import { questionOf } from '../model/blocks/prompt.ts'
import { UnreachableError } from '../model/errors/error.ts'
import { functionError } from '../model/errors/functionError.ts'
import { UnknownUntilApplied } from './checkMode/predictedResult.ts'
import type { PredictedState } from './checkMode/predictedState.ts'
import { probeReader } from './checkMode/probeReader.ts'
import { type Evaluation, failedEvaluation } from './evaluateTask.ts'
import { FactsNeeded } from './facts/factStore.ts'
import type { HostContext } from './hostContext.ts'
import type { PlannedTask } from './plan/plannedTask.ts'
import type { ProbeCache } from './probing/probeCache.ts'
import { readFacts } from './readFacts.ts'
import { secretsOfItems } from './results/masking.ts'

type Given = { readonly evaluation: Evaluation; readonly items: readonly PlannedTask[] }

/**
 * The tasks that a look gives, with its evaluation: it fails where its function does. Where it is unknown what it will
 * find, these are the tasks for what is there now, as unknown. None for other tasks.
 */
export async function givenTasks(
  look: PlannedTask,
  evaluation: Evaluation,
  cache: ProbeCache,
  predicted: PredictedState | undefined,
  context: HostContext,
  answer?: unknown,
): Promise<Given> {
  if (!isLook(look.task)) return { evaluation, items: [] }
  if (evaluation.kind === 'unknown' && questionOf(look.task)) return { evaluation, items: [] }
  if (evaluation.kind === 'unknown') {
    const because = `its look ${evaluation.reason}`
    const items = await tasksFor(look, cache, undefined, context, undefined).catch(() => [])
    return { evaluation, items: items.map((item) => ({ ...item, unknownBecause: because })) }
  }
  if (evaluation.kind !== 'ok') return { evaluation, items: [] }
  try {
    return { evaluation, items: await tasksFor(look, cache, predicted, context, answer) }
  } catch (thrown) {
    if (thrown instanceof UnreachableError) throw thrown
    const error = thrown instanceof UnknownUntilApplied ? thrown : functionError('of this look', thrown)
    return { evaluation: failedEvaluation(error, look.task.name, undefined), items: [] }
  }
}

async function tasksFor(
  look: PlannedTask,
  cache: ProbeCache,
  predicted: PredictedState | undefined,
  { plan, hostAt, run }: HostContext,
  answer: unknown,
): Promise<readonly PlannedTask[]> {
  const { read } = probeReader(look.environment, cache.get(look), predicted)
  const found = Object.fromEntries(Object.entries(look.probes).map(([name, probe]) => [name, read(probe)]))
  const make = () => tasksOfLook(look.task)({ ...found, answer })
  for (;;) {
    try {
      const items = await plan.itemsGiven(look, make)
      run.addSecrets(secretsOfItems(items))
      return items.map((item) => ({ ...item, givenBy: look }))
    } catch (thrown) {
      if (!(thrown instanceof FactsNeeded)) throw thrown
      const tasks = await plan.factTasks(thrown.requests)
      const reading = tasks.map((task) => readFacts(plan.facts(), task, tasks, cache, hostAt(task.target)))
      await Promise.all(reading)
    }
  }
}
