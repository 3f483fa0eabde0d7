// Finds steps whose paths the host would refuse, without running them.

import type { Change } from '../../model/change.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { type FileState, foldersAbove } from '../../model/fileState.ts'
import { unsafePathError } from '../../model/shell/unsafePath.ts'
import { pathUses, type Step, type StepPath } from '../../model/step.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'
import { pathCheckRequest } from '../probing/pathProbes.ts'
import { fileResult, isRequested, type ProbeResults } from '../probing/probeBatch.ts'
import { latestChangeOf, predictedFile, UnknownUntilApplied } from './predictedResult.ts'
import type { PredictedState } from './predictedState.ts'
import { refusalOfPath } from './refusalOfPath.ts'
import type { RehearsalFailure } from './rehearse.ts'

/** The first step that would be refused as unsafe. Only paths that the task has probed are checked. */
export function unsafeStep(
  { probesPaths }: PlannedTask,
  changes: readonly Change[],
  results: ProbeResults,
  predicted: PredictedState,
): RehearsalFailure | undefined {
  if (!probesPaths) return undefined
  for (const used of changes.flatMap(({ steps }) => steps.flatMap(pathsOf))) {
    const refusal = refusalOf(used, results, predicted)
    if (refusal) return refusal
  }
  return undefined
}

function pathsOf(step: Step): readonly StepPath[] {
  if (step.kind === 'write' || step.kind === 'upload')
    return [{ path: step.path, as: step.follow === false ? 'entry' : 'target' }]
  return 'paths' in step && step.paths ? step.paths : []
}

function refusalOf(
  { path, as }: StepPath,
  results: ProbeResults,
  predicted: PredictedState,
): RehearsalFailure | undefined {
  const { user, refusals } = results.files.pathRefusals
  if (!user || !isRequested(results, pathCheckRequest(path))) return undefined
  const [leaf, ...above] = [path, ...foldersAbove(path).reverse()].map((each) => {
    return { path: each, ...plannedState(each, results, predicted) }
  })
  const hasLink = [leaf!, ...above].some(({ state }) => state.type === 'link')
  const refusal = hasLink ? refusals.get(path) : refusalOfPath(above.reverse(), leaf!, user)
  if (!refusal || pathUses.indexOf(refusal.as) > pathUses.indexOf(as)) return undefined
  const concerned = [path, ...(refusal.at ? [refusal.at] : [])].flatMap((each) => [
    ...foldersAbove(each),
    each,
  ])
  const mendedBy = hasLink
    ? latestChangeOf(predicted, concerned)
    : [leaf!, ...above].find(({ by }) => by !== undefined)?.by
  return { error: unsafePathError(refusal.message), mendedBy }
}

/** The state that a planned change will have left. `by`: the task that makes it unknown; then the state is that of now. */
function plannedState(
  path: string,
  results: ProbeResults,
  predicted: PredictedState,
): { readonly state: FileState; readonly by?: string } {
  const request = { path, follow: false, contentLimit: 0 }
  const current = () => fileResult(results, request)
  try {
    const state = predictedFile(predicted, request, current) ?? current()
    return { state: state.type === 'absent' ? state : { ...state } }
  } catch (thrown) {
    if (thrown instanceof UnknownUntilApplied) return { state: current(), by: thrown.by }
    if (thrown instanceof PlaybookError && thrown.code === 'E_STAT') return { state: { type: 'absent' } }
    throw thrown
  }
}
