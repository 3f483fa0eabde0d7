// Check mode on a host: what stands in for the steps of its tasks, there and on its delegates.

import type { Change } from '../../model/change.ts'
import { fileStateAt } from '../evaluateTask.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'
import type { Target } from '../plan/target.ts'
import type { ProbeResults } from '../probing/probeBatch.ts'
import type { HostSession } from '../session/hostSession.ts'
import {
  affectsListeners,
  markUnknown,
  newPredictedState,
  type PredictedState,
  recordChanges,
} from './predictedState.ts'

export type DryRunOptions = {
  readonly isCheck: boolean
  readonly session: HostSession
  readonly sessionAt: (place: Target) => HostSession
  readonly site: PlannedRestarts
}

/** What is planned on all hosts that others may wait for. */
export type PlannedRestarts = { readonly restarts: { readonly host: string; readonly by: string }[] }

export class DryRun {
  readonly #options: DryRunOptions

  constructor(options: DryRunOptions) {
    this.#options = options
  }

  /** What is foreseen in the item's place; undefined where steps are carried out. */
  predicted(item: Target): PredictedState | undefined {
    return this.#options.isCheck ? this.#predictedStateOf(this.#options.sessionAt(item)) : undefined
  }

  /** Notes what a task's changes would leave. */
  record(item: PlannedTask, changes: readonly Change[], results: ProbeResults): void {
    const predictedState = this.predicted(item)
    if (!predictedState) return
    recordChanges(predictedState, item.task.title, changes, fileStateAt(item, results, predictedState))
    this.#markOthers(item, predictedState)
  }

  /** Notes a task of which nobody can know what it would change. */
  markUnknown(item: PlannedTask): void {
    const predictedState = this.predicted(item)
    if (!predictedState) return
    markUnknown(predictedState, item.task.title)
    this.#markOthers(item, predictedState)
  }

  /** What is planned on a delegate, or what listens there, may be what a later task waits for on another host. */
  #markOthers({ host: on, user: as, task }: PlannedTask, predictedState: PredictedState): void {
    const { session, sessionAt, site } = this.#options
    const { host } = sessionAt({ host: on, user: as })
    if (affectsListeners(predictedState)) site.restarts.push({ host, by: `${task.title} on ${host}` })
    if (on !== undefined) markUnknown(this.#predictedStateOf(session), task.title)
  }

  #predictedStateOf(session: HostSession): PredictedState {
    const { restarts } = this.#options.site
    session.predictedState ??= newPredictedState(
      () => restarts.findLast(({ host }) => host !== session.host)?.by,
    )
    return session.predictedState
  }
}
