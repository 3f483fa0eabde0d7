// A task made ready for a host: its probes, its user, its environment.

import { dirname } from 'node:path'
import type { BlockPart, FlatTask } from '../../model/block.ts'
import { type PlaybookError, toPlaybookError } from '../../model/errors/error.ts'
import type { Probe, Probes } from '../../model/probe.ts'
import type { TaskLabel } from '../../model/run/event.ts'
import type { Secret } from '../../model/secrets/secret.ts'
import type { Task } from '../../model/task.ts'
import type { Target } from './target.ts'

/** Environment variables of a task's commands. */
export type Environment = { readonly [name: string]: string | Secret }

export type PlannedTask = Target & {
  readonly task: Task
  /** The blocks around it, the outermost first. */
  readonly blocks: readonly BlockPart[]
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

/** What a task's list and play say of it. */
export type TaskSetting = Target & {
  readonly index: number
  readonly isHandler: boolean
  readonly key: string
}

/**
 * Reads the task's inputs on the controller and makes its probes.
 *
 * @throws PlaybookError at the task's place, where an input is missing
 */
export async function planTask(
  { task, blocks: places = [], conditions = [] }: Pick<FlatTask, 'task'> & Partial<FlatTask>,
  { index, host: on, user: as, isHandler, key }: TaskSetting,
): Promise<PlannedTask> {
  const where = task.where()
  const directory = where ? dirname(where.file) : process.cwd()
  const { inputs, probes } = await readInputs(task, directory).catch((thrown) => {
    throw withTaskContext(toPlaybookError(thrown), task)
  })
  const { when } = task.options
  return {
    task,
    blocks: places,
    conditions: when ? [...conditions, when] : conditions,
    label: {
      ...{ name: task.name, title: task.title, isHandler },
      ...(on === undefined ? {} : { delegate: on }),
      ...(where ? { where } : {}),
    },
    index,
    key,
    host: on,
    user: as,
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

function withTaskContext(error: PlaybookError, task: Task): PlaybookError {
  return error.with({ message: `${task.title}: ${error.message}`, where: error.where ?? task.where() })
}
