// Check mode on a host: what stands in for the steps of its tasks, there and on its delegates.

import type { Change } from '../model/change.ts'
import type { Answers } from './answers.ts'
import { type Item, stateAt } from './item.ts'
import type { Place } from './place.ts'
import { noPrediction, type Prediction, predict } from './prediction.ts'
import type { HostSession } from './session.ts'

export type ForesightOptions = {
  readonly isCheck: boolean
  readonly session: HostSession
  readonly sessionAt: (place: Place) => HostSession
}

export class Foresight {
  readonly #options: ForesightOptions

  constructor(options: ForesightOptions) {
    this.#options = options
  }

  /** What is foreseen in the item's place; undefined where steps are carried out. */
  at(item: Place): Prediction | undefined {
    return this.#options.isCheck ? predictionOf(this.#options.sessionAt(item)) : undefined
  }

  /** Notes what a task's changes would leave. */
  foresee(item: Item, changes: readonly Change[], answers: Answers): void {
    const prediction = this.at(item)
    if (!prediction) return
    predict(prediction, item.task.title, changes, stateAt(item, answers, prediction))
    this.#awaitElsewhere(item)
  }

  /** Notes a task of which nobody can know what it would change. */
  doubt(item: Item): void {
    this.at(item)?.pending.push(item.task.title)
    this.#awaitElsewhere(item)
  }

  /** What is planned on a delegate may be what a later task of the host itself waits for. */
  #awaitElsewhere({ on, task }: Item): void {
    const { isCheck, session } = this.#options
    if (isCheck && on !== undefined) predictionOf(session).pending.push(task.title)
  }
}

function predictionOf(session: HostSession): Prediction {
  session.prediction ??= noPrediction()
  return session.prediction
}
