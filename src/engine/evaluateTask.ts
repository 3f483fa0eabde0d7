// Evaluates a task against its probe results or, in check mode, the predicted state.

import type { Change, TaskMessage } from '../model/change.ts'
import { PlaybookError, toPlaybookError } from '../model/errors/error.ts'
import type { Probe, Probes } from '../model/probe.ts'
import { mendingChange, UnknownUntilApplied } from './checkMode/predictedResult.ts'
import type { PredictedState } from './checkMode/predictedState.ts'
import { probeReader, type ReadProbe } from './checkMode/probeReader.ts'
import type { PlannedTask } from './plan/plannedTask.ts'
import type { ProbeResults } from './probing/probeBatch.ts'

export type Evaluation =
  | { readonly kind: 'ok'; readonly message?: TaskMessage | undefined }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'changes'; readonly changes: readonly Change[] }
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: PlaybookError }

/**
 * Compares a task with its host. Pure. With a predicted state (check mode) planned files take the place of the real
 * ones, and an error is unknown where a planned change may mend it.
 */
export function evaluateTask(
  item: PlannedTask,
  results: ProbeResults,
  predicted: PredictedState | undefined,
): Evaluation {
  const { task, probes, inputs, conditions } = item
  const { read, probesRead } = probeReader(item.environment, results, predicted)
  try {
    if (!conditions.every(read)) return { kind: 'skipped', reason: 'its condition is not met' }
    const observed = lazyObservations(probes, read)
    const changes: readonly Change[] = task.spec.plan(task.params, observed, inputs)
    if (changes.length > 0) return { kind: 'changes', changes }
    const error = unmetUntil(item, read)
    if (!error) return { kind: 'ok', message: task.spec.message?.(task.params, observed, inputs) }
    return predicted ? { kind: 'unknown', reason: `would wait: ${error.message}` } : { kind: 'failed', error }
  } catch (thrown) {
    return failedEvaluation(thrown, task.name, predicted && mendingChange(predicted, probesRead))
  }
}

/** The error of a task whose `until` does not hold, although nothing differs. */
export function untilError(item: PlannedTask, results: ProbeResults): PlaybookError | undefined {
  return unmetUntil(item, probeReader(item.environment, results, undefined).read)
}

function unmetUntil({ task }: PlannedTask, read: ReadProbe): PlaybookError | undefined {
  const { retry } = task.options
  if (!retry?.until) return undefined
  const details: string[] = []
  try {
    if (read(retry.until)) return undefined
  } catch (thrown) {
    if (thrown instanceof UnknownUntilApplied || !(thrown instanceof PlaybookError)) throw thrown
    details.push(thrown.message, ...thrown.details)
  }
  const message = `${task.title}: its until condition does not hold.`
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

/** The evaluation that failed with an error; unknown in check mode where a planned change (`mendedBy`) may mend it. */
export function failedEvaluation(
  thrown: unknown,
  name: string,
  mendedBy: string | undefined,
): Extract<Evaluation, { kind: 'failed' | 'unknown' }> {
  if (thrown instanceof UnknownUntilApplied) return { kind: 'unknown', reason: thrown.message }
  if (!(thrown instanceof PlaybookError)) return { kind: 'failed', error: taskBug(thrown, name) }
  if (mendedBy === undefined) return { kind: 'failed', error: thrown }
  return { kind: 'unknown', reason: `${thrown.message} This may change once ${mendedBy} has run.` }
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
