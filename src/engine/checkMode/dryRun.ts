// Predicts the effects of a host's tasks in check mode, on the host and on its delegates.

import type { Change } from '../../model/change.ts'
import type { FileState } from '../../model/fileState.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'
import type { Target } from '../plan/target.ts'
import { fileResult, type ProbeResults } from '../probing/probeBatch.ts'
import {
  affectsListeners,
  effectsOf,
  effectsOfProbes,
  type PredictedState,
  recordChanges,
  recordPossible,
} from './predictedState.ts'

/** A host whose state is predicted. */
type PredictedHost = { readonly name: string; readonly predictedState: PredictedState }

/** Planned changes that may start or stop what listens on a host: tasks of other hosts may wait for it. */
export type PlannedRestarts = { readonly host: string; readonly by: string }[]

type DryRunOptions = {
  readonly isCheck: boolean
  /** The host that a target names. */
  readonly hostAt: (target: Target) => PredictedHost
  readonly restarts: PlannedRestarts
}

export class DryRun {
  readonly #options: DryRunOptions

  constructor(options: DryRunOptions) {
    this.#options = options
  }

  /** The predicted state of the task's target; undefined in a real run. */
  predicted({ target }: Pick<PlannedTask, 'target'>): PredictedState | undefined {
    return this.#options.isCheck ? this.#options.hostAt(target).predictedState : undefined
  }

  /** Records the effects of a task's changes. */
  record(item: PlannedTask, changes: readonly Change[], results: ProbeResults): void {
    const state = this.predicted(item)
    if (!state) return
    recordChanges(state, item.task.title, changes, currentFiles(item, results, state))
    this.#markOthers(item, state)
  }

  /** Records a task that may or may not make changes; `changes`: those that it would make, where they are known. */
  recordUnknown(item: PlannedTask, changes?: readonly Change[]): void {
    const state = this.predicted(item)
    if (!state) return
    const { task, inputs, probes } = item
    const declared = changes ? effectsOf(changes) : task.spec.effects?.(task.params, inputs)
    recordPossible(state, task.title, declared ?? effectsOfProbes(probes))
    this.#markOthers(item, state)
  }

  /** Tasks of other hosts may wait for what listens on this one. */
  #markOthers({ target, task }: PlannedTask, state: PredictedState): void {
    const { hostAt, restarts } = this.#options
    const { name } = hostAt(target)
    if (affectsListeners(state)) restarts.push({ host: name, by: `${task.title} on ${name}` })
  }
}

/** The files that planned writes replace, as far as the task has probed them. */
function currentFiles(
  item: PlannedTask,
  results: ProbeResults,
  { files }: PredictedState,
): (path: string) => FileState {
  return (path) => {
    const known = files.get(path)
    if (known) return known.state
    const probe = Object.values(item.probes).find(
      (each) => each.kind === 'file' && each.request.path === path,
    )
    return probe?.kind === 'file' ? fileResult(results, probe.request) : { type: 'absent' }
  }
}
