// Decides by its output whether a step failed, and whether it changed something.

import type { Change } from '../../model/change.ts'
import type { PlaybookError } from '../../model/errors/error.ts'
import { functionError } from '../../model/errors/functionError.ts'
import type { Output } from '../../model/probe.ts'
import type { CallStep, MadeChange, Step } from '../../model/step.ts'

/** The error of a step that decides by its output that it failed. @throws PlaybookError E_FUNCTION */
export function failureOf(step: Step, output: Output): PlaybookError | undefined {
  if (step.kind !== 'run' || !step.failed) return undefined
  try {
    return step.failed(output)
  } catch (thrown) {
    throw functionError('failed', thrown)
  }
}

/** Whether the step tells by its output that it changed something. @throws PlaybookError E_FUNCTION */
function hasChanged(step: Step, output: Output): boolean {
  if (step.kind !== 'run' || !step.changed) return false
  try {
    return step.changed(output)
  } catch (thrown) {
    throw functionError('changed', thrown)
  }
}

/** Keeps which steps turned out to change something. */
export class StepOutcomes {
  readonly #changed = new Set<Step>()
  readonly #outputs = new Map<Step, Output>()
  readonly #calls = new Map<Step, readonly MadeChange[]>()

  /** A step succeeded. */
  readonly record = (step: Step, output: Output): void => {
    if (step.kind === 'run' && step.changed) this.#outputs.set(step, output)
  }

  /** A call reported what it changed. */
  readonly recordCall = (step: CallStep, changes: readonly MadeChange[]): void => {
    this.#calls.set(step, changes)
  }

  /** The changes that were made, as far as the steps tell. */
  readonly made = (changes: readonly Change[]): readonly Change[] =>
    changes.filter(this.isMade).flatMap((change): readonly Change[] => {
      const called = change.steps.map((step) => this.#calls.get(step)).find((each) => each !== undefined)
      return called?.map((each) => ({ ...change, ...each })) ?? [change]
    })

  /** Evaluates what was recorded. @throws PlaybookError E_FUNCTION */
  settle(): void {
    const outputs = [...this.#outputs]
    this.#outputs.clear()
    for (const [step, output] of outputs) if (hasChanged(step, output)) this.#changed.add(step)
  }

  /** Whether the change was made: each of its steps that decides by its output did change something. */
  readonly isMade = ({ steps }: Change): boolean =>
    steps.every((step) => {
      if (step.kind === 'call') return this.#calls.get(step)?.length !== 0
      return step.kind !== 'run' || step.changed === undefined || this.#changed.has(step)
    })
}
