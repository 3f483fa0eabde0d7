// Decides what check mode does with commands whose output tells what they did.

import type { Change } from '../../model/change.ts'
import type { RunStep } from '../../model/step.ts'
import { latestChange } from './predictedResult.ts'
import type { PredictedState } from './predictedState.ts'

/** `predict`: nothing special; `run`: for real, or by what predicts it; otherwise how the task ends. */
type InCheckMode =
  | { readonly kind: 'predict' | 'run' }
  | { readonly kind: 'skipped' | 'unknown'; readonly reason: string }

const reasons = {
  skipped: 'a dry run does not run it, and it changes nothing',
  unknown: 'its output decides whether it changes something',
}

export function commandsInCheckMode(changes: readonly Change[], predicted: PredictedState): InCheckMode {
  if (changes.some(isPredictedByCall)) return { kind: 'run' }
  const all = changes.map(({ steps }) => steps.filter((step): step is RunStep => step.kind === 'run'))
  const isEach = (holds: (step: RunStep) => boolean) => all.every((steps) => steps.some(holds))
  if (isEach(({ runsInCheckMode }) => runsInCheckMode !== undefined)) {
    const by = all.flat().map((step) => pendingFor(step, predicted))
    const cause = by.find((each) => each !== undefined)
    return cause === undefined ? { kind: 'run' } : { kind: 'unknown', reason: `depends on ${cause}` }
  }
  if (isEach(({ changed }) => changed === false)) return { kind: 'skipped', reason: reasons.skipped }
  const isOpen = all.flat().some(({ changed }) => typeof changed === 'function')
  return isOpen ? { kind: 'unknown', reason: reasons.unknown } : { kind: 'predict' }
}

/** Whether a step is called in check mode to tell what it would change. */
export function isPredictedByCall({ steps }: Change): boolean {
  return steps.some((step) => step.kind === 'call' && step.predicts)
}

/** The task whose planned change the result of a step depends on; undefined: none. */
function pendingFor({ runsInCheckMode }: RunStep, predicted: PredictedState): string | undefined {
  if (runsInCheckMode === undefined) return undefined
  return runsInCheckMode === true ? predicted.pending.at(-1) : latestChange(predicted, runsInCheckMode.reads)
}
