// What check mode carries forward: the files that planned steps would have left, and what nobody can know.

import { createHash } from 'node:crypto'
import type { Change, Effect } from '../model/change.ts'
import { PlaybookError } from '../model/error.ts'
import type { FileRequest, FileState } from '../model/file.ts'
import { contentBytes, writtenFile } from '../model/fileChange.ts'
import type { WriteStep } from '../model/step.ts'

/** Thrown where an answer depends on something that has only been planned. */
export class Unknowable extends PlaybookError {
  constructor(cause: string) {
    super('E_UNKNOWN', `depends on ${cause}`)
    this.name = 'Unknowable'
  }
}

/** The planned state of a host's files, and which task planned it. */
export type Prediction = {
  readonly files: Map<string, { readonly state: FileState; readonly by: string }>
  readonly trees: Map<string, string>
  /** The titles of the tasks that would change something, in order. */
  readonly pending: string[]
}

export function noPrediction(): Prediction {
  return { files: new Map(), trees: new Map(), pending: [] }
}

/** Notes what a task's changes would leave. `stateOf` tells what stands at a path as far as it was read. */
export function predict(
  prediction: Prediction,
  by: string,
  changes: readonly Change[],
  stateOf: (path: string) => FileState,
): void {
  prediction.pending.push(by)
  for (const { steps, effects = [] } of changes) {
    for (const step of steps) {
      if (step.kind === 'write')
        note(prediction, by, { path: step.path, becomes: written(step, stateOf(step.path)) })
      if (step.kind === 'upload') note(prediction, by, { tree: step.path })
    }
    for (const effect of effects) note(prediction, by, effect)
  }
}

/**
 * The predicted state of a requested file; undefined where nothing planned concerns it.
 *
 * @throws Unknowable where it lies in a tree that will have changed
 */
export function predictedFile(prediction: Prediction, request: FileRequest): FileState | undefined {
  const { path } = request
  const known = prediction.files.get(path)
  if (known) return answered(known.state, request, known.by)
  for (const [tree, by] of prediction.trees) if (isWithin(path, tree)) throw new Unknowable(by)
  for (const [above, { state }] of prediction.files) {
    if (state.type === 'absent' && isWithin(path, above)) return { type: 'absent' }
  }
  return undefined
}

/** @throws Unknowable where a planned change concerns one of the paths, what lies below it, or above it */
export function requireUntouched(prediction: Prediction, paths: readonly string[]): void {
  for (const path of paths) {
    for (const [tree, by] of prediction.trees)
      if (isWithin(path, tree) || isWithin(tree, path)) throw new Unknowable(by)
    for (const [file, { by }] of prediction.files) if (isWithin(file, path)) throw new Unknowable(by)
  }
}

function note(prediction: Prediction, by: string, effect: Effect): void {
  if ('tree' in effect) {
    prediction.trees.set(effect.tree, by)
    for (const path of [...prediction.files.keys()])
      if (isWithin(path, effect.tree)) prediction.files.delete(path)
    return
  }
  prediction.files.set(effect.path, { state: effect.becomes, by })
  if (effect.becomes.type === 'absent') {
    for (const tree of [...prediction.trees.keys()])
      if (isWithin(tree, effect.path)) prediction.trees.delete(tree)
  }
}

function written(step: WriteStep, before: FileState): FileState {
  return writtenFile(before, contentBytes(step.content), step)
}

/** @throws Unknowable where content or digest is asked for and will be there, but is not known */
function answered(state: FileState, { contentLimit, digest }: FileRequest, by: string): FileState {
  if (state.type !== 'file') return state
  const { content, ...rest } = state
  if (!content) {
    const isKnown = digest ? state.digest?.length === digestLength[digest] : contentLimit === 0
    if (!isKnown) throw new Unknowable(by)
    return rest
  }
  const hex = digest ? createHash(digest).update(content).digest('hex') : undefined
  return { ...rest, ...(content.length <= contentLimit ? { content } : {}), ...(hex ? { digest: hex } : {}) }
}

/** In hex digits. */
const digestLength = { sha256: 64, sha512: 128 }

function isWithin(path: string, tree: string): boolean {
  return path === tree || path.startsWith(tree === '/' ? '/' : `${tree}/`)
}
