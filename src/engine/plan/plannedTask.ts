// Plans one task for a host: reads its inputs, makes its probes, sets its target.

import type { BlockPart, FlatTask } from '../../model/blocks/block.ts'
import { isLook } from '../../model/blocks/look.ts'
import { type PlaybookError, toPlaybookError } from '../../model/errors/error.ts'
import type { FactName } from '../../model/facts.ts'
import type { Probe, Probes } from '../../model/probe.ts'
import type { TaskLabel } from '../../model/run/event.ts'
import type { Secret } from '../../model/secrets/secret.ts'
import type { InputContext, Task, TemplateVariables } from '../../model/task.ts'
import { FactsNeeded } from '../facts/factStore.ts'
import { sourceFinder } from './sourceFinder.ts'
import type { Target } from './target.ts'

/** Environment variables of a task's commands. */
export type Environment = { readonly [name: string]: string | Secret }

export type PlannedTask = {
  readonly task: Task
  readonly target: Target
  /** The blocks around it, the outermost first. */
  readonly blocks: readonly BlockPart[]
  /** Its blocks' and its own: all must hold. */
  readonly conditions: readonly Probe<boolean>[]
  readonly label: TaskLabel
  readonly index: number
  /** Identifies the task in the playbook, the same for all hosts: for `throttle` and `runOnce`. */
  readonly key: string
  readonly environment: Environment
  readonly inputs: unknown
  readonly probes: Probes
  /** In check mode: whether to probe the ways to its files too, for it may not follow unsafe ones. */
  readonly probesPaths: boolean
  readonly isVerified: boolean
  /** The look that gave it. */
  readonly givenBy?: PlannedTask
  /** In check mode: why it cannot be known whether it is among the tasks of its look. */
  readonly unknownBecause?: string
}

/** Whether one host runs it for all; each host looks for itself. */
export function runsOnce({ task }: PlannedTask): boolean {
  return task.options.runOnce === true && !isLook(task)
}

/** What a task's list and play determine. */
type TaskSetting = {
  readonly target: Target
  readonly index: number
  readonly isHandler: boolean
  readonly isCheck: boolean
  readonly key: string
  /** The file of the play. */
  readonly playFile: string | undefined
  /** What templates of the task see. */
  readonly templateHost: TemplateVariables
}

/**
 * Reads the task's inputs on the controller and makes its probes.
 *
 * @throws PlaybookError at the task's location, where an input is missing
 */
export async function planTask(
  { task, blocks = [], conditions = [] }: Pick<FlatTask, 'task'> & Partial<FlatTask>,
  { target, index, isHandler, isCheck, key, playFile, templateHost }: TaskSetting,
): Promise<PlannedTask> {
  const where = task.where()
  const context = { ...sourceFinder(task, playFile), host: templateHost }
  const { inputs, probes } = await readInputs(task, context).catch((thrown) => {
    throw thrown instanceof FactsNeeded ? thrown : errorAtTask(thrown, task)
  })
  const { when, unsafePaths } = task.options
  return {
    task,
    target,
    blocks,
    conditions: when ? [...conditions, when] : conditions,
    label: { name: task.name, title: task.title, isHandler, delegate: target.host, where },
    index,
    key,
    environment: task.options.environment ?? {},
    inputs,
    probes: isLook(task) ? await withFacts(probes) : probes,
    probesPaths: isCheck && !unsafePaths,
    isVerified: task.spec.verify !== false,
  }
}

async function readInputs(task: Task, context: InputContext): Promise<{ inputs: unknown; probes: Probes }> {
  const inputs = await task.spec.inputs?.(task.params, context)
  return { inputs, probes: task.spec.probe(task.params, inputs) }
}

/** The error with the task's title, and its location unless it has one. */
export function errorAtTask(thrown: unknown, task: Task): PlaybookError {
  const error = toPlaybookError(thrown)
  return error.with({ message: `${task.title}: ${error.message}`, where: error.where ?? task.where() })
}

/** A look may name facts that are built in. */
async function withFacts(lookables: Probes): Promise<Probes> {
  const each = Object.entries(lookables) as [string, Probe<unknown> | FactName][]
  if (!each.some(([, probe]) => typeof probe === 'string')) return lookables
  const { hostFacts } = await import('../../facts/hostFacts.ts')
  return Object.fromEntries(
    each.map(([name, probe]) => [name, typeof probe === 'string' ? hostFacts[probe] : probe]),
  )
}
