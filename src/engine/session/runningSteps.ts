// The steps that run on a host right now, and how a trip starts and ends them.

import type { BecomeUser } from '../../model/become.ts'
import type { StepOwner, TripObserver } from './trip.ts'

/** The leader of a step's process group, and the user that it runs as; undefined: the login user. */
export type StepProcess = { readonly user: BecomeUser | undefined; readonly pid: number }

export type RunningStep = StepProcess & { readonly owner: StepOwner | undefined }

type Options = {
  readonly user: BecomeUser | undefined
  readonly owner: StepOwner | undefined
  /** Called with each step that starts. */
  readonly started: (step: RunningStep) => void
}

/** Keeps `running` up to date during a trip, and passes everything on to `observer`. */
export function trackSteps(
  running: Set<RunningStep>,
  observer: TripObserver,
  { user, owner, started }: Options,
): TripObserver & { readonly stepEnded: () => void } {
  let step: RunningStep | undefined
  const stepEnded = () => {
    if (step) running.delete(step)
  }
  return {
    ...observer,
    started: (index, pid) => {
      stepEnded()
      step = { user, pid, owner }
      running.add(step)
      started(step)
      observer.started?.(index, pid)
    },
    stepEnded,
  }
}
