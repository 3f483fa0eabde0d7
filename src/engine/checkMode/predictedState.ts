// Records the effects of planned changes on a host, for check mode.

import { type Change, type Effect, effectsOfWrites } from '../../model/change.ts'
import { contentBytes, writtenFile } from '../../model/fileChange.ts'
import type { FileState } from '../../model/fileState.ts'
import type { Probe, Probes } from '../../model/probe.ts'
import type { Step } from '../../model/step.ts'
import { isWithin } from './isWithin.ts'

/** The title of the task that plans it, and its number among those that would change something. */
export type PlannedChange = { readonly by: string; readonly at: number }

/** A file whose state is known. `keepsAttributes`: it was there before, with the same owner, group and mode. */
type PlannedFile = PlannedChange & { readonly state: FileState; readonly keepsAttributes: boolean }

export type PredictedState = {
  readonly files: Map<string, PlannedFile>
  /** Trees that change in unknown ways; in which files may be added; and whose owners, groups and modes change. */
  readonly trees: Map<string, PlannedChange>
  readonly additions: Map<string, PlannedChange>
  readonly attributes: Map<string, PlannedChange>
  /** States that no file holds, with what they become where that is known. */
  readonly states: Map<string, PlannedChange & { readonly becomes?: unknown }>
  /** The titles of the tasks that would change something, in order. */
  readonly pending: string[]
  /** A task that would start or stop what listens on another host; undefined: none is known. */
  readonly elsewhere: () => string | undefined
}

export function newPredictedState(elsewhere: PredictedState['elsewhere'] = () => undefined): PredictedState {
  const maps = { files: new Map(), trees: new Map(), additions: new Map(), attributes: new Map() }
  return { ...maps, states: new Map(), pending: [], elsewhere }
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
    for (const effect of effects ? [] : impliedEffects(steps)) recordEffect(predictedState, planned, effect)
    for (const step of steps) {
      if (step.kind === 'write') {
        const before = stateOf(step.path)
        const state = writtenFile(before, contentBytes(step.content), step)
        const keepsAttributes = before.type === 'file' && sameAttributes(before, state)
        predictedState.files.set(step.path, { ...planned, state, keepsAttributes })
      }
      if (step.kind === 'upload') recordEffect(predictedState, planned, { tree: step.path })
    }
    for (const effect of effects ?? []) recordEffect(predictedState, planned, effect)
  }
}

/** Records a task that may or may not change something: all that it may touch is unknown. */
export function recordPossible(predictedState: PredictedState, by: string, effects: readonly Effect[]): void {
  predictedState.pending.push(by)
  const planned = { by, at: predictedState.pending.length }
  for (const effect of effects) recordEffect(predictedState, planned, withoutOutcome(effect))
}

/** All that the changes of a task may touch. */
export function effectsOf(changes: readonly Change[]): readonly Effect[] {
  return changes.flatMap(({ steps, effects }): readonly Effect[] => [
    ...(effects ?? impliedEffects(steps)),
    ...steps.flatMap((step) => ('path' in step ? [{ tree: step.path }] : [])),
  ])
}

/**
 * What a task that says nothing of its effects may touch: all that it looks at. A folder that it looks at besides
 * something in it is only looked at.
 */
export function effectsOfProbes(probes: Probes): readonly Effect[] {
  const all = Object.values(probes)
  const paths = all.flatMap((probe) => (probe.kind === 'file' ? [probe.request.path] : []))
  const own = paths.filter((path) => !paths.some((other) => other !== path && isWithin(other, path)))
  return [...own.map((tree) => ({ tree })), ...all.flatMap(effectsOfCommand)]
}

function effectsOfCommand(probe: Probe<unknown>): readonly Effect[] {
  if (probe.kind === 'file') return []
  const { reads, state } = probe
  if (reads === undefined && state === undefined) return anything
  const names = [...(reads ?? []), ...(state === undefined ? [] : [state])]
  return names
    .filter((name) => name !== 'elsewhere')
    .map((name) => (name.startsWith('/') ? { tree: name } : { state: name }))
}

/** Whether the last recorded task may start or stop what listens on the host. */
export function affectsListeners({ states, pending }: PredictedState): boolean {
  return [...states].some(([name, { at }]) => at === pending.length && isWithin(name, 'listening'))
}

const anything = effectsOfWrites()

/** Commands without declared effects may change any file, and start or stop what listens. */
function impliedEffects(steps: readonly Step[]): readonly Effect[] {
  const isCommand = steps.some(({ kind }) => kind === 'run' || kind === 'start' || kind === 'call')
  return isCommand ? anything : []
}

function withoutOutcome(effect: Effect): Effect {
  if ('path' in effect) return { tree: effect.path }
  return 'state' in effect ? { state: effect.state } : effect
}

function recordEffect(predictedState: PredictedState, planned: PlannedChange, effect: Effect): void {
  const { files, trees, states } = predictedState
  if ('state' in effect) {
    states.set(effect.state, {
      ...planned,
      ...('becomes' in effect ? { becomes: effect.becomes } : {}), // the key says whether it is known
    })
  } else if ('tree' in effect) recordTree(predictedState, planned, effect)
  else {
    files.set(effect.path, { ...planned, state: effect.becomes, keepsAttributes: false })
    if (effect.becomes.type === 'absent') {
      for (const tree of [...trees.keys()]) if (isWithin(tree, effect.path)) trees.delete(tree)
    }
  }
}

function recordTree(
  { files, trees, additions, attributes }: PredictedState,
  planned: PlannedChange,
  { tree, only }: Extract<Effect, { tree: string }>,
): void {
  if (only === 'additions') additions.set(tree, planned)
  else if (only === 'attributes') attributes.set(tree, planned)
  else {
    trees.set(tree, planned)
    for (const path of [...files.keys()]) if (isWithin(path, tree)) files.delete(path)
  }
}

function sameAttributes(
  one: Exclude<FileState, { type: 'absent' }>,
  other: Exclude<FileState, { type: 'absent' }>,
): boolean {
  return one.owner === other.owner && one.group === other.group && one.mode === other.mode
}
