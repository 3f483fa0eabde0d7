// Rehearses planned steps in check mode, to find those that are sure to fail.

import type { Change } from '../../model/change.ts'
import { PlaybookError, UnreachableError } from '../../model/errors/error.ts'
import { lastLines, type Output } from '../../model/probe.ts'
import type { RunStep } from '../../model/step.ts'
import type { ScriptEntry } from '../../wire/script.ts'
import { runEntry } from '../../wire/stepScript.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'

type Rehearsed = RunStep & { readonly rehearse: NonNullable<RunStep['rehearse']> }

/**
 * Runs the rehearsals of a task's steps, which change nothing on the host, and gives the error of the first step that
 * would fail. No trip where no step has a rehearsal.
 *
 * @throws UnreachableError
 */
export async function rehearse(
  item: PlannedTask,
  changes: readonly Change[],
  trip: (entries: readonly ScriptEntry[]) => Promise<readonly (Output | undefined)[]>,
): Promise<PlaybookError | undefined> {
  const steps = changes.flatMap(({ steps }) => steps).filter(isRehearsed)
  if (steps.length === 0) return undefined
  const isHidden = item.task.options.noLog === true
  const entries = steps.map(({ rehearse: command, environment }): ScriptEntry => {
    return { ...runEntry({ kind: 'run', command, environment }, item.environment), kind: 'probe', isHidden }
  })
  const outputs = await trip(entries).catch(withoutOutputs)
  const failed = steps.findIndex((_, index) => (outputs[index]?.code ?? 0) !== 0)
  return failed < 0 ? undefined : failure(steps[failed]!, outputs[failed]!)
}

/** A rehearsal that could not run says nothing about the step. */
function withoutOutputs(thrown: unknown): readonly undefined[] {
  if (thrown instanceof PlaybookError && !(thrown instanceof UnreachableError)) return []
  throw thrown
}

function isRehearsed(step: Change['steps'][number]): step is Rehearsed {
  return step.kind === 'run' && step.rehearse !== undefined
}

function failure({ explain }: RunStep, output: Output): PlaybookError {
  const message = 'It would fail: a rehearsal, which changes nothing, failed.'
  return explain?.(output) ?? new PlaybookError('E_STEP', message, { details: lastLines(output) })
}
