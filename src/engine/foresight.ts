// Check mode on a host: what stands in for the steps of its tasks, there and on its delegates.

import type { Change } from '../model/change.ts'
import type { Answers } from './answers.ts'
import type { Item } from './item.ts'
import { stateAt } from './judge.ts'
import type { Place } from './place.ts'
import { doubt, isListeningTouched, noPrediction, type Prediction, predict } from './prediction.ts'
import type { HostSession } from './session.ts'

export type ForesightOptions = {
  readonly isCheck: boolean
  readonly session: HostSession
  readonly sessionAt: (place: Place) => HostSession
  readonly site: Planned
}

/** What is planned on all hosts that others may wait for. */
export type Planned = { readonly restarts: { readonly host: string; readonly by: string }[] }

export class Foresight {
  readonly #options: ForesightOptions

  constructor(options: ForesightOptions) {
    this.#options = options
  }

  /** What is foreseen in the item's place; undefined where steps are carried out. */
  at(item: Place): Prediction | undefined {
    return this.#options.isCheck ? this.#predictionOf(this.#options.sessionAt(item)) : undefined
  }

  /** Notes what a task's changes would leave. */
  foresee(item: Item, changes: readonly Change[], answers: Answers): void {
    const prediction = this.at(item)
    if (!prediction) return
    predict(prediction, item.task.title, changes, stateAt(item, answers, prediction))
    this.#tellOthers(item, prediction)
  }

  /** Notes a task of which nobody can know what it would change. */
  doubt(item: Item): void {
    const prediction = this.at(item)
    if (!prediction) return
    doubt(prediction, item.task.title)
    this.#tellOthers(item, prediction)
  }

  /** What is planned on a delegate, or what listens there, may be what a later task waits for on another host. */
  #tellOthers({ on, as, task }: Item, prediction: Prediction): void {
    const { session, sessionAt, site } = this.#options
    const { host } = sessionAt({ on, as })
    if (isListeningTouched(prediction)) site.restarts.push({ host, by: `${task.title} on ${host}` })
    if (on !== undefined) doubt(this.#predictionOf(session), task.title)
  }

  #predictionOf(session: HostSession): Prediction {
    const { restarts } = this.#options.site
    session.prediction ??= noPrediction(() => restarts.findLast(({ host }) => host !== session.host)?.by)
    return session.prediction
  }
}
