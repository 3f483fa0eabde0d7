// Predicts the effects of a host's tasks in check mode, on the host and on its delegates.

import type { Change } from '../../model/change.ts'
import type { FileState } from '../../model/fileState.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'
import type { Target } from '../plan/target.ts'
import { fileResult, type ProbeResults } from '../probing/probeBatch.ts'
import { affectsListeners, markUnknown, type PredictedState, recordChanges } from './predictedState.ts'

/** A host whose state is predicted. */
type PredictedHost = { readonly name: string; readonly predictedState: PredictedState }

/** Planned changes that may start or stop what listens on a host: tasks of other hosts may wait for it. */
export type PlannedRestarts = { readonly host: string; readonly by: string }[]

type DryRunOptions = {
  readonly isCheck: boolean
  readonly host: PredictedHost
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

  /** Records a task whose changes cannot be known. */
  markUnknown(item: PlannedTask): void {
    const state = this.predicted(item)
    if (!state) return
    markUnknown(state, item.task.title)
    this.#markOthers(item, state)
  }

  /** A later task may wait for what changes on a delegate, or for what listens there, from another host. */
  #markOthers({ target, task }: PlannedTask, state: PredictedState): void {
    const { host, hostAt, restarts } = this.#options
    const { name } = hostAt(target)
    if (affectsListeners(state)) restarts.push({ host: name, by: `${task.title} on ${name}` })
    if (target.host !== undefined) markUnknown(host.predictedState, task.title)
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
