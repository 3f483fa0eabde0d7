// Compares a task with what its host said, or in check mode with what is foreseen: pure.

import type { Change } from '../model/change.ts'
import { PlaybookError, toPlaybookError } from '../model/errors/error.ts'
import type { FileState } from '../model/files/fileState.ts'
import type { Probe, Probes } from '../model/probe.ts'
import {
  type PredictedState,
  predictedFile,
  predictedResult,
  UnknownUntilApplied,
} from './checkMode/predictedState.ts'
import type { PlannedTask } from './plan/plannedTask.ts'
import { commandOutput, fileResult, type ProbeResults } from './probing/probeBatch.ts'

/** What comparing a task with the answers says. */
export type Evaluation =
  | { readonly kind: 'ok' }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'changes'; readonly changes: readonly Change[] }
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: PlaybookError }

/**
 * Compares a task with what its host said. Pure. With a prediction (check mode) planned files take the place of the
 * real ones, and what fails while something is pending is unknown.
 */
export function evaluateTask(
  item: PlannedTask,
  results: ProbeResults,
  predictedState: PredictedState | undefined,
): Evaluation {
  const { task, probes, inputs, conditions } = item
  try {
    const isMet = conditions.every((condition) => parseProbe(condition, item, results, predictedState))
    if (!isMet) return { kind: 'skipped', reason: 'its condition is not met' }
    const observed = lazyObservations(probes, (probe) => parseProbe(probe, item, results, predictedState))
    const changes: readonly Change[] = task.spec.plan(task.params, observed, inputs)
    if (changes.length > 0) return { kind: 'changes', changes }
    const error = untilError(item, results, predictedState)
    if (!error) return { kind: 'ok' }
    return predictedState
      ? { kind: 'unknown', reason: `is waited for: ${error.message}` }
      : { kind: 'failed', error }
  } catch (thrown) {
    return failedEvaluation(thrown, task.name, predictedState)
  }
}

/** What speaks against a task being done, although nothing differs: what it is to be tried until has not come true. */
export function untilError(
  item: PlannedTask,
  results: ProbeResults,
  predictedState: PredictedState | undefined,
): PlaybookError | undefined {
  const { retry } = item.task.options
  if (!retry?.until) return undefined
  const details: string[] = []
  try {
    if (parseProbe(retry.until, item, results, predictedState)) return undefined
  } catch (thrown) {
    if (thrown instanceof UnknownUntilApplied || !(thrown instanceof PlaybookError)) throw thrown
    details.push(thrown.message, ...thrown.details)
  }
  const message = `${item.task.title}: what it is tried until has not come true.`
  return new PlaybookError('E_UNTIL', message, { details })
}

/** Each answer is parsed when the plan first looks at it: one that it does not need may be unknowable. */
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

/** What stands at a path as far as a task has read it: what a planned write replaces. */
export function fileStateAt(
  item: PlannedTask,
  results: ProbeResults,
  predictedState: PredictedState,
): (path: string) => FileState {
  return (path) => {
    const known = predictedState.files.get(path)
    if (known) return known.state
    const probe = Object.values(item.probes).find(
      (each) => each.kind === 'file' && each.request.path === path,
    )
    return probe?.kind === 'file' ? fileResult(results, probe.request) : { type: 'absent' }
  }
}

function parseProbe<T>(
  probe: Probe<T>,
  item: PlannedTask,
  results: ProbeResults,
  predictedState: PredictedState | undefined,
): T {
  if (probe.kind === 'file') {
    const predicted = predictedState && predictedFile(predictedState, probe.request)
    return probe.parse(predicted ?? fileResult(results, probe.request))
  }
  const predicted = predictedState && predictedResult(predictedState, probe)
  if (predicted) return predicted.answer as T
  return probe.parse(commandOutput(results, probe, item.environment))
}

/** What was thrown on the way to a comparison; in check mode unknown, where it may be otherwise by then. */
export function failedEvaluation(
  thrown: unknown,
  name: string,
  predictedState: PredictedState | undefined,
): Extract<Evaluation, { kind: 'failed' | 'unknown' }> {
  if (thrown instanceof UnknownUntilApplied) return { kind: 'unknown', reason: thrown.message }
  if (!(thrown instanceof PlaybookError)) return { kind: 'failed', error: taskBug(thrown, name) }
  const pending = predictedState?.pending.at(-1)
  if (pending === undefined) return { kind: 'failed', error: thrown }
  return { kind: 'unknown', reason: `${thrown.message} That may be otherwise after ${pending}` }
}

function taskBug(thrown: unknown, name: string): PlaybookError {
  const error = toPlaybookError(thrown)
  const frame =
    thrown instanceof Error ? thrown.stack?.split('\n').find((line) => /^\s+at /.test(line)) : undefined
  return new PlaybookError('E_TASK', `${name} could not compare: ${error.message}`, {
    details: frame ? [frame.trim()] : [],
    hint: 'This is a fault of the task, not of the host.',
    cause: thrown,
  })
}
