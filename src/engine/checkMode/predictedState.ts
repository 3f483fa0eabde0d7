// Predicts the state of a host after planned changes, and what of it is unknown.

import { createHash } from 'node:crypto'
import type { Change, Effect } from '../../model/change.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { contentBytes, writtenFile } from '../../model/fileChange.ts'
import type { FileRequest, FileState } from '../../model/fileState.ts'
import type { CommandProbe } from '../../model/probe.ts'
import type { Step, WriteStep } from '../../model/step.ts'

/** Thrown where a result depends on changes that are only planned. */
export class UnknownUntilApplied extends PlaybookError {
  constructor(cause: string) {
    super('E_UNKNOWN', `depends on ${cause}`)
    this.name = 'UnknownUntilApplied'
  }
}

/** The title of the task that plans it, and its number among those that would change something. */
type PlannedChange = { readonly by: string; readonly at: number }

export type PredictedState = {
  readonly files: Map<string, PlannedChange & { readonly state: FileState }>
  readonly trees: Map<string, PlannedChange>
  /** States that no file holds, with what they become where that is known. */
  readonly states: Map<string, PlannedChange & { readonly becomes?: unknown }>
  /** The titles of the tasks that would change something, in order. */
  readonly pending: string[]
  /** A task that would start or stop what listens on another host; undefined: none is known. */
  readonly elsewhere: () => string | undefined
}

export function newPredictedState(elsewhere: PredictedState['elsewhere'] = () => undefined): PredictedState {
  return { files: new Map(), trees: new Map(), states: new Map(), pending: [], elsewhere }
}

/** Records the effects of a task's changes. `stateOf` gives the current state of a path, as far as it was probed. */
export function recordChanges(
  predictedState: PredictedState,
  by: string,
  changes: readonly Change[],
  stateOf: (path: string) => FileState,
): void {
  predictedState.pending.push(by)
  const planned = { by, at: predictedState.pending.length }
  for (const { steps, effects } of changes) {
    for (const step of steps) {
      if (step.kind === 'write')
        recordEffect(predictedState, planned, {
          path: step.path,
          becomes: fileAfterWrite(step, stateOf(step.path)),
        })
      if (step.kind === 'upload') recordEffect(predictedState, planned, { tree: step.path })
    }
    for (const effect of effects ?? impliedEffects(steps)) recordEffect(predictedState, planned, effect)
  }
}

/** Records a task whose changes cannot be known. */
export function markUnknown(predictedState: PredictedState, by: string): void {
  predictedState.pending.push(by)
  // A planned change of what listens is the better reason to report.
  if (!predictedState.states.has('listening'))
    recordEffect(predictedState, { by, at: predictedState.pending.length }, { state: 'listening' })
}

/** Whether the last recorded task may start or stop what listens on the host. */
export function affectsListeners({ states, pending }: PredictedState): boolean {
  return [...states].some(([name, { at }]) => at === pending.length && isWithin(name, 'listening'))
}

/** Commands without declared effects may start or stop what listens. */
function impliedEffects(steps: readonly Step[]): readonly Effect[] {
  const isCommand = steps.some(({ kind }) => kind === 'run' || kind === 'start' || kind === 'call')
  return isCommand ? [{ state: 'listening' }] : []
}

/**
 * The predicted state of a requested file; undefined where nothing planned concerns it.
 *
 * @throws UnknownUntilApplied where it lies in a tree that will have changed
 */
export function predictedFile(predictedState: PredictedState, request: FileRequest): FileState | undefined {
  const { path } = request
  const known = predictedState.files.get(path)
  if (known) return asRequested(known.state, request, known.by)
  for (const [tree, { by }] of predictedState.trees)
    if (isWithin(path, tree)) throw new UnknownUntilApplied(by)
  for (const [above, { state }] of predictedState.files) {
    if (state.type === 'absent' && isWithin(path, above)) return { type: 'absent' }
  }
  return undefined
}

/**
 * The result of a probe where a planned change determines it; undefined where the host's own result holds.
 *
 * @throws UnknownUntilApplied where a later planned change concerns what the probe reads
 */
export function predictedResult(
  predictedState: PredictedState,
  { reads, state }: Pick<CommandProbe<unknown>, 'reads' | 'state'>,
): { readonly value: unknown } | undefined {
  const own = state === undefined ? undefined : predictedState.states.get(state)
  const predicted = own && 'becomes' in own ? own : undefined
  const read = [...(reads ?? []), ...(state === undefined ? [] : [state])]
  if (reads === undefined && state === undefined) requireNothingPlanned(predictedState)
  requireKnown(predictedState, read, predicted?.at)
  return predicted && { value: predicted.becomes }
}

/** @throws UnknownUntilApplied where anything is planned */
function requireNothingPlanned({ pending }: PredictedState): void {
  const by = pending.at(-1)
  if (by !== undefined) throw new UnknownUntilApplied(by)
}

/**
 * @throws UnknownUntilApplied where a planned change after the `since`-th concerns one of the paths and states, or what
 *   is below or above it
 */
function requireKnown(predictedState: PredictedState, reads: readonly string[], since = 0): void {
  const { files, trees, states } = predictedState
  const elsewhere = reads.includes('elsewhere') ? predictedState.elsewhere() : undefined
  if (elsewhere !== undefined) throw new UnknownUntilApplied(elsewhere)
  for (const read of reads) {
    for (const [name, { by, at }] of [...trees, ...states])
      if (at > since && (isWithin(read, name) || isWithin(name, read))) throw new UnknownUntilApplied(by)
    for (const [file, { by, at }] of files)
      if (at > since && isWithin(file, read)) throw new UnknownUntilApplied(by)
  }
}

function recordEffect(predictedState: PredictedState, planned: PlannedChange, effect: Effect): void {
  const { files, trees, states } = predictedState
  if ('state' in effect) {
    states.set(effect.state, {
      ...planned,
      ...('becomes' in effect ? { becomes: effect.becomes } : {}), // the key says whether it is known
    })
    return
  }
  if ('tree' in effect) {
    trees.set(effect.tree, planned)
    for (const path of [...files.keys()]) if (isWithin(path, effect.tree)) files.delete(path)
    return
  }
  files.set(effect.path, { state: effect.becomes, ...planned })
  if (effect.becomes.type === 'absent') {
    for (const tree of [...trees.keys()]) if (isWithin(tree, effect.path)) trees.delete(tree)
  }
}

function fileAfterWrite(step: WriteStep, before: FileState): FileState {
  return writtenFile(before, contentBytes(step.content), step)
}

/** @throws UnknownUntilApplied where content or digest is requested, and will exist, but cannot be known */
function asRequested(state: FileState, { contentLimit, digest }: FileRequest, by: string): FileState {
  if (state.type !== 'file') return state
  const { content, ...rest } = state
  if (!content) {
    const isKnown = digest ? state.digest?.length === digestLength[digest] : contentLimit === 0
    if (!isKnown) throw new UnknownUntilApplied(by)
    return rest
  }
  const hex = digest ? createHash(digest).update(content).digest('hex') : undefined
  return { ...rest, ...(content.length <= contentLimit ? { content } : {}), digest: hex ?? rest.digest }
}

/** In hex digits. */
const digestLength = { sha256: 64, sha512: 128 }

function isWithin(path: string, tree: string): boolean {
  return path === tree || path.startsWith(tree === '/' ? '/' : `${tree}/`)
}
