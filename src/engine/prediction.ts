// What check mode carries forward: the files that planned steps would have left, and what nobody can know.

import { createHash } from 'node:crypto'
import type { Change, Effect } from '../model/change.ts'
import { PlaybookError } from '../model/errors/error.ts'
import { contentBytes, writtenFile } from '../model/files/fileChange.ts'
import type { FileRequest, FileState } from '../model/files/fileState.ts'
import type { CommandProbe } from '../model/probe.ts'
import type { Step, WriteStep } from '../model/step.ts'

/** Thrown where an answer depends on something that has only been planned. */
export class Unknowable extends PlaybookError {
  constructor(cause: string) {
    super('E_UNKNOWN', `depends on ${cause}`)
    this.name = 'Unknowable'
  }
}

/** Something planned: by which task, the how many-th of those that would change something. */
type Planned = { readonly by: string; readonly at: number }

/** The planned state of a host, and which tasks planned it. */
export type Prediction = {
  readonly files: Map<string, Planned & { readonly state: FileState }>
  readonly trees: Map<string, Planned>
  /** States that no file holds, with what they become where that is known. */
  readonly states: Map<string, Planned & { readonly becomes?: unknown }>
  /** The titles of the tasks that would change something, in order. */
  readonly pending: string[]
  /** A task that would start or end what listens on another host; undefined: none is known. */
  readonly elsewhere: () => string | undefined
}

export function noPrediction(elsewhere: Prediction['elsewhere'] = () => undefined): Prediction {
  return { files: new Map(), trees: new Map(), states: new Map(), pending: [], elsewhere }
}

/** Notes what a task's changes would leave. `stateOf` tells what stands at a path as far as it was read. */
export function predict(
  prediction: Prediction,
  by: string,
  changes: readonly Change[],
  stateOf: (path: string) => FileState,
): void {
  prediction.pending.push(by)
  const planned = { by, at: prediction.pending.length }
  for (const { steps, effects } of changes) {
    for (const step of steps) {
      if (step.kind === 'write')
        note(prediction, planned, { path: step.path, becomes: written(step, stateOf(step.path)) })
      if (step.kind === 'upload') note(prediction, planned, { tree: step.path })
    }
    for (const effect of effects ?? unsaid(steps)) note(prediction, planned, effect)
  }
}

/** Notes a task of which nobody can know what it would change. */
export function doubt(prediction: Prediction, by: string): void {
  prediction.pending.push(by)
  // The reason that is told is what is planned, where something is.
  if (!prediction.states.has('listening'))
    note(prediction, { by, at: prediction.pending.length }, { state: 'listening' })
}

/** Whether the last that was planned may start or end what listens on the host. */
export function isListeningTouched({ states, pending }: Prediction): boolean {
  return [...states].some(([name, { at }]) => at === pending.length && isWithin(name, 'listening'))
}

/** What commands may have done of which nothing is said: started or ended what listens. */
function unsaid(steps: readonly Step[]): readonly Effect[] {
  const isCommand = steps.some(({ kind }) => kind === 'run' || kind === 'start' || kind === 'call')
  return isCommand ? [{ state: 'listening' }] : []
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
  for (const [tree, { by }] of prediction.trees) if (isWithin(path, tree)) throw new Unknowable(by)
  for (const [above, { state }] of prediction.files) {
    if (state.type === 'absent' && isWithin(path, above)) return { type: 'absent' }
  }
  return undefined
}

/**
 * The answer of a probe of which a planned change foretells what it will be; undefined where it is what the host says.
 *
 * @throws Unknowable where something planned concerns what the probe reads, after it was foretold
 */
export function foreseenAnswer(
  prediction: Prediction,
  { reads, state }: Pick<CommandProbe<unknown>, 'reads' | 'state'>,
): { readonly answer: unknown } | undefined {
  const own = state === undefined ? undefined : prediction.states.get(state)
  const foretold = own && 'becomes' in own ? own : undefined
  const read = [...(reads ?? []), ...(state === undefined ? [] : [state])]
  if (reads === undefined && state === undefined) requireNothing(prediction)
  requireUntouched(prediction, read, foretold?.at)
  return foretold && { answer: foretold.becomes }
}

/** @throws Unknowable where anything is planned */
function requireNothing({ pending }: Prediction): void {
  const by = pending.at(-1)
  if (by !== undefined) throw new Unknowable(by)
}

/**
 * @throws Unknowable where a planned change, later than the `since`-th, concerns one of the paths and states, what lies
 *   below it, or above it
 */
export function requireUntouched(prediction: Prediction, reads: readonly string[], since = 0): void {
  const { files, trees, states } = prediction
  const elsewhere = reads.includes('elsewhere') ? prediction.elsewhere() : undefined
  if (elsewhere !== undefined) throw new Unknowable(elsewhere)
  for (const read of reads) {
    for (const [name, { by, at }] of [...trees, ...states])
      if (at > since && (isWithin(read, name) || isWithin(name, read))) throw new Unknowable(by)
    for (const [file, { by, at }] of files) if (at > since && isWithin(file, read)) throw new Unknowable(by)
  }
}

function note(prediction: Prediction, planned: Planned, effect: Effect): void {
  const { files, trees, states } = prediction
  if ('state' in effect) {
    states.set(effect.state, {
      ...planned,
      ...('becomes' in effect ? { becomes: effect.becomes } : {}),
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
