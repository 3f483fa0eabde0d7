// A task made ready for a host: its probes, its user, its environment.

import { dirname } from 'node:path'
import type { BlockPlace, PlacedTask } from '../model/block.ts'
import type { Change } from '../model/change.ts'
import { PlaybookError, toPlaybookError } from '../model/error.ts'
import type { TaskLabel } from '../model/event.ts'
import type { FileState } from '../model/file.ts'
import type { Probe, Probes } from '../model/probe.ts'
import type { Task } from '../model/task.ts'
import {
  type Answers,
  answeredFile,
  commandOutput,
  type Environment,
  hasAnswer,
  type Question,
} from './answers.ts'
import type { Place } from './place.ts'
import { foreseenAnswer, type Prediction, predictedFile, Unknowable } from './prediction.ts'

export type Item = Place & {
  readonly task: Task
  /** The blocks around it, the outermost first. */
  readonly places: readonly BlockPlace[]
  /** Those of its blocks and its own: all must hold. */
  readonly conditions: readonly Probe<boolean>[]
  readonly label: TaskLabel
  readonly index: number
  /** Where the task stands in the playbook, the same for all hosts: what `throttle` and `runOnce` go by. */
  readonly key: string
  readonly environment: Environment
  readonly inputs: unknown
  readonly probes: Probes
  readonly isVerified: boolean
}

/** What comparing a task with the answers says. */
export type Verdict =
  | { readonly kind: 'ok' }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'changes'; readonly changes: readonly Change[] }
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: PlaybookError }

/** What a task's list and play say of it. */
export type Setting = Place & {
  readonly index: number
  readonly isHandler: boolean
  readonly key: string
}

/**
 * Reads the task's inputs on the controller and makes its probes.
 *
 * @throws PlaybookError at the task's place, where an input is missing
 */
export async function prepareItem(
  { task, places = [], conditions = [] }: Pick<PlacedTask, 'task'> & Partial<PlacedTask>,
  { index, on, as, isHandler, key }: Setting,
): Promise<Item> {
  const where = task.where()
  const directory = where ? dirname(where.file) : process.cwd()
  const { inputs, probes } = await readInputs(task, directory).catch((thrown) => {
    throw atTask(toPlaybookError(thrown), task)
  })
  const { when } = task.options
  return {
    task,
    places,
    conditions: when ? [...conditions, when] : conditions,
    label: {
      ...{ name: task.name, title: task.title, isHandler },
      ...(on === undefined ? {} : { delegate: on }),
      ...(where ? { where } : {}),
    },
    index,
    key,
    on,
    as,
    environment: task.options.environment ?? {},
    inputs,
    probes,
    isVerified: task.spec.verify !== false,
  }
}

async function readInputs(task: Task, directory: string): Promise<{ inputs: unknown; probes: Probes }> {
  const inputs = await task.spec.inputs?.(task.params, { directory })
  return { inputs, probes: task.spec.probe(task.params, inputs) }
}

function atTask({ code, message, hint, details, where }: PlaybookError, task: Task): PlaybookError {
  return new PlaybookError(code, `${task.title}: ${message}`, { hint, details, where: where ?? task.where() })
}

/** Everything to read for a task, its conditions included. */
export function questionsOf({ task, probes, conditions, environment }: Item): Question[] {
  const { noLog, retry } = task.options
  const asked = [...Object.values(probes), ...conditions, ...(retry?.until ? [retry.until] : [])]
  return asked.map((probe) => ({ probe, environment, isHidden: noLog === true }))
}

export function isAnswered(item: Item, answers: Answers): boolean {
  return questionsOf(item).every((question) => hasAnswer(answers, question))
}

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
