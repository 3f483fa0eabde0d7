// Rehearses planned steps in check mode, to find those that are sure to fail.

import type { Change } from '../../model/change.ts'
import { PlaybookError, UnreachableError } from '../../model/errors/error.ts'
import { lastLines, type Output } from '../../model/probe.ts'
import type { Rehearsal, RunStep, Step } from '../../model/step.ts'
import { validationEntry } from '../../wire/rehearsalScript.ts'
import type { ScriptEntry } from '../../wire/script.ts'
import { runEntry } from '../../wire/stepScript.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'
import { latestChange } from './predictedResult.ts'
import type { PredictedState } from './predictedState.ts'

/** What to run for a step, and what its failure means. */
type Rehearsed = {
  readonly entry: ScriptEntry
  readonly reads: readonly string[] | undefined
  readonly failure: (output: Output) => PlaybookError
}

/** A step that would fail. `mendedBy`: the task whose planned change may prevent it. */
export type RehearsalFailure = { readonly error: PlaybookError; readonly mendedBy: string | undefined }

/**
 * Runs the rehearsals of a task's steps, which change nothing on the host, and gives the error of the first step that
 * would fail. No trip where no step has a rehearsal, one for all of them otherwise.
 *
 * @throws UnreachableError
 */
export async function rehearse(
  item: PlannedTask,
  changes: readonly Change[],
  trip: (entries: readonly ScriptEntry[]) => Promise<readonly (Output | undefined)[]>,
  predicted: PredictedState | undefined,
): Promise<RehearsalFailure | undefined> {
  const rehearsed = changes.flatMap(({ steps }) => steps.flatMap((step) => rehearsalOf(step, item)))
  if (rehearsed.length === 0) return undefined
  const isHidden = item.task.options.noLog === true
  const entries = rehearsed.map(({ entry }) => ({ ...entry, kind: 'probe' as const, isHidden }))
  const outputs = await trip(entries).catch(withoutOutputs)
  const failed = rehearsed.findIndex((_, index) => (outputs[index]?.code ?? 0) !== 0)
  if (failed < 0) return undefined
  const { failure, reads } = rehearsed[failed]!
  const mendedBy = reads ? predicted && latestChange(predicted, reads) : predicted?.pending.at(-1)
  return { error: failure(outputs[failed]!), mendedBy }
}

/** A rehearsal that could not run says nothing about the step. */
function withoutOutputs(thrown: unknown): readonly undefined[] {
  if (thrown instanceof PlaybookError && !(thrown instanceof UnreachableError)) return []
  throw thrown
}

function rehearsalOf(step: Step, { environment }: PlannedTask): readonly Rehearsed[] {
  if (step.kind === 'run' && step.rehearse !== undefined) {
    const { command, reads } = asRehearsal(step.rehearse)
    const entry = runEntry({ kind: 'run', command, environment: step.environment }, environment)
    return [{ entry, reads, failure: (output) => stepFailure(step, output) }]
  }
  const entry = step.kind === 'write' ? validationEntry(step) : undefined
  if (!entry || step.kind !== 'write') return []
  return [{ entry, reads: undefined, failure: (output) => refusedContent(step.path, output) }]
}

function asRehearsal(rehearsal: NonNullable<RunStep['rehearse']>): Rehearsal {
  return 'script' in rehearsal ? { command: rehearsal } : rehearsal
}

function stepFailure({ explain }: RunStep, output: Output): PlaybookError {
  const message = 'It would fail: a rehearsal, which changes nothing, failed.'
  return explain?.(output) ?? new PlaybookError('E_STEP', message, { details: lastLines(output) })
}

function refusedContent(path: string, output: Output): PlaybookError {
  const message = `The validation command rejects the new content of ${path}.`
  return new PlaybookError('E_WRITE', message, { details: lastLines(output) })
}
