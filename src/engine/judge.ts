// Compares a task with what its host said, or in check mode with what is foreseen: pure.

import type { Change } from '../model/change.ts'
import { PlaybookError, toPlaybookError } from '../model/errors/error.ts'
import type { FileState } from '../model/files/fileState.ts'
import type { Probe, Probes } from '../model/probe.ts'
import { type Answers, answeredFile, commandOutput } from './answers.ts'
import type { Item } from './item.ts'
import { foreseenAnswer, type Prediction, predictedFile, Unknowable } from './prediction.ts'

/** What comparing a task with the answers says. */
export type Verdict =
  | { readonly kind: 'ok' }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'changes'; readonly changes: readonly Change[] }
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: PlaybookError }

/**
 * Compares a task with what its host said. Pure. With a prediction (check mode) planned files take the place of the
 * real ones, and what fails while something is pending is unknown.
 */
export function judge(item: Item, answers: Answers, prediction: Prediction | undefined): Verdict {
  const { task, probes, inputs, conditions } = item
  try {
    const isMet = conditions.every((condition) => parsed(condition, item, answers, prediction))
    if (!isMet) return { kind: 'skipped', reason: 'its condition is not met' }
    const observed = observedLate(probes, (probe) => parsed(probe, item, answers, prediction))
    const changes: readonly Change[] = task.spec.plan(task.params, observed, inputs)
    if (changes.length > 0) return { kind: 'changes', changes }
    const error = waitFault(item, answers, prediction)
    if (!error) return { kind: 'ok' }
    return prediction
      ? { kind: 'unknown', reason: `is waited for: ${error.message}` }
      : { kind: 'failed', error }
  } catch (thrown) {
    return failedVerdict(thrown, task.name, prediction)
  }
}

/** What speaks against a task being done, although nothing differs: what it is to be tried until has not come true. */
export function waitFault(
  item: Item,
  answers: Answers,
  prediction: Prediction | undefined,
): PlaybookError | undefined {
  const { retry } = item.task.options
  if (!retry?.until) return undefined
  const details: string[] = []
  try {
    if (parsed(retry.until, item, answers, prediction)) return undefined
  } catch (thrown) {
    if (thrown instanceof Unknowable || !(thrown instanceof PlaybookError)) throw thrown
    details.push(thrown.message, ...thrown.details)
  }
  const message = `${item.task.title}: what it is tried until has not come true.`
  return new PlaybookError('E_UNTIL', message, { details })
}

/** Each answer is parsed when the plan first looks at it: one that it does not need may be unknowable. */
function observedLate(probes: Probes, parse: (probe: Probe<unknown>) => unknown): Record<string, unknown> {
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
export function stateAt(item: Item, answers: Answers, prediction: Prediction): (path: string) => FileState {
  return (path) => {
    const known = prediction.files.get(path)
    if (known) return known.state
    const probe = Object.values(item.probes).find(
      (each) => each.kind === 'file' && each.request.path === path,
    )
    return probe?.kind === 'file' ? answeredFile(answers, probe.request) : { type: 'absent' }
  }
}

function parsed<T>(probe: Probe<T>, item: Item, answers: Answers, prediction: Prediction | undefined): T {
  if (probe.kind === 'file') {
    const predicted = prediction && predictedFile(prediction, probe.request)
    return probe.parse(predicted ?? answeredFile(answers, probe.request))
  }
  const foreseen = prediction && foreseenAnswer(prediction, probe)
  if (foreseen) return foreseen.answer as T
  return probe.parse(commandOutput(answers, probe, item.environment))
}

/** What was thrown on the way to a comparison; in check mode unknown, where it may be otherwise by then. */
export function failedVerdict(
  thrown: unknown,
  name: string,
  prediction: Prediction | undefined,
): Extract<Verdict, { kind: 'failed' | 'unknown' }> {
  if (thrown instanceof Unknowable) return { kind: 'unknown', reason: thrown.message }
  if (!(thrown instanceof PlaybookError)) return { kind: 'failed', error: bug(thrown, name) }
  const pending = prediction?.pending.at(-1)
  if (pending === undefined) return { kind: 'failed', error: thrown }
  return { kind: 'unknown', reason: `${thrown.message} That may be otherwise after ${pending}` }
}

function bug(thrown: unknown, name: string): PlaybookError {
  const error = toPlaybookError(thrown)
  const frame =
    thrown instanceof Error ? thrown.stack?.split('\n').find((line) => /^\s+at /.test(line)) : undefined
  return new PlaybookError('E_TASK', `${name} could not compare: ${error.message}`, {
    details: frame ? [frame.trim()] : [],
    hint: 'This is a fault of the task, not of the host.',
    cause: thrown,
  })
}
