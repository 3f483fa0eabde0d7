// Evaluates a task against its probe results or, in check mode, the predicted state.

import type { Change } from '../model/change.ts'
import { PlaybookError, toPlaybookError } from '../model/errors/error.ts'
import type { Probe, Probes } from '../model/probe.ts'
import {
  type PredictedState,
  predictedFile,
  predictedResult,
  UnknownUntilApplied,
} from './checkMode/predictedState.ts'
import type { PlannedTask } from './plan/plannedTask.ts'
import { type ProbeResults, parsedResult } from './probing/probeBatch.ts'

export type Evaluation =
  | { readonly kind: 'ok' }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'changes'; readonly changes: readonly Change[] }
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: PlaybookError }

/**
 * Compares a task with its host. Pure. With a predicted state (check mode) planned files take the place of the real
 * ones, and an error is unknown while something is planned that may mend it.
 */
export function evaluateTask(
  item: PlannedTask,
  results: ProbeResults,
  predicted: PredictedState | undefined,
): Evaluation {
  const { task, probes, inputs, conditions } = item
  try {
    const isMet = conditions.every((condition) => parseProbe(condition, item, results, predicted))
    if (!isMet) return { kind: 'skipped', reason: 'its condition is not met' }
    const observed = lazyObservations(probes, (probe) => parseProbe(probe, item, results, predicted))
    const changes: readonly Change[] = task.spec.plan(task.params, observed, inputs)
    if (changes.length > 0) return { kind: 'changes', changes }
    const error = untilError(item, results, predicted)
    if (!error) return { kind: 'ok' }
    return predicted ? { kind: 'unknown', reason: `would wait: ${error.message}` } : { kind: 'failed', error }
  } catch (thrown) {
    return failedEvaluation(thrown, task.name, predicted)
  }
}

/** The error of a task whose `until` does not hold, although nothing differs. */
export function untilError(
  item: PlannedTask,
  results: ProbeResults,
  predicted: PredictedState | undefined,
): PlaybookError | undefined {
  const { retry } = item.task.options
  if (!retry?.until) return undefined
  const details: string[] = []
  try {
    if (parseProbe(retry.until, item, results, predicted)) return undefined
  } catch (thrown) {
    if (thrown instanceof UnknownUntilApplied || !(thrown instanceof PlaybookError)) throw thrown
    details.push(thrown.message, ...thrown.details)
  }
  const message = `${item.task.title}: its until condition does not hold.`
  return new PlaybookError('E_UNTIL', message, { details })
}

/** Parses each result when `plan` first reads it: what it does not read may be unknown. */
function lazyObservations(
  probes: Probes,
  parse: (probe: Probe<unknown>) => unknown,
): Record<string, unknown> {
  const observed = {}
  for (const [name, probe] of Object.entries(probes)) {
    const get = () => {
      const value = parse(probe)
      Object.defineProperty(observed, name, { value, enumerable: true })
      return value
    }
    Object.defineProperty(observed, name, { get, enumerable: true, configurable: true })
  }
  return observed
}

function parseProbe<T>(
  probe: Probe<T>,
  item: PlannedTask,
  results: ProbeResults,
  predicted: PredictedState | undefined,
): T {
  if (probe.kind === 'file') {
    const file = predicted && predictedFile(predicted, probe.request)
    if (file) return probe.parse(file)
  } else {
    const result = predicted && predictedResult(predicted, probe)
    if (result) return result.value as T
  }
  return parsedResult(results, probe, item.environment)
}

/** The evaluation that failed with an error; in check mode it is unknown while planned changes may mend it. */
export function failedEvaluation(
  thrown: unknown,
  name: string,
  predicted: PredictedState | undefined,
): Extract<Evaluation, { kind: 'failed' | 'unknown' }> {
  if (thrown instanceof UnknownUntilApplied) return { kind: 'unknown', reason: thrown.message }
  if (!(thrown instanceof PlaybookError)) return { kind: 'failed', error: taskBug(thrown, name) }
  const pending = predicted?.pending.at(-1)
  if (pending === undefined) return { kind: 'failed', error: thrown }
  return { kind: 'unknown', reason: `${thrown.message} This may change once ${pending} has run.` }
}

function taskBug(thrown: unknown, name: string): PlaybookError {
  const error = toPlaybookError(thrown)
  const frame =
    thrown instanceof Error ? thrown.stack?.split('\n').find((line) => /^\s+at /.test(line)) : undefined
  return new PlaybookError('E_TASK', `${name} could not be evaluated: ${error.message}`, {
    details: frame ? [frame.trim()] : [],
    hint: 'This is a bug in the task, not a problem on the host.',
    cause: thrown,
  })
}
