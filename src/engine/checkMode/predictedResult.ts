// Answers probes from the predicted state of a host, or says what their answers depend on.

import { createHash } from 'node:crypto'
import { PlaybookError } from '../../model/errors/error.ts'
import type { FileRequest, FileState } from '../../model/fileState.ts'
import type { CommandProbe, Probe } from '../../model/probe.ts'
import { isWithin } from './isWithin.ts'
import type { PlannedChange, PredictedState } from './predictedState.ts'

/** Thrown where a result depends on changes that are only planned. */
export class UnknownUntilApplied extends PlaybookError {
  /** The task whose change it is, or more of it. */
  readonly by: string

  constructor(by: string) {
    super('E_UNKNOWN', `depends on ${by}`)
    this.name = 'UnknownUntilApplied'
    this.by = by
  }
}

/**
 * The predicted state of a requested file; undefined where nothing planned concerns it. `current` gives its state on the
 * host.
 *
 * @throws UnknownUntilApplied where it lies in a tree that will have changed, or may be added by a planned change
 */
export function predictedFile(
  predictedState: PredictedState,
  request: FileRequest,
  current: () => FileState,
): FileState | undefined {
  const { path } = request
  const { files, trees, attributes } = predictedState
  const own = covering(attributes, path)
  const known = files.get(path)
  if (known) {
    const state = asRequested(known.state, request, known.by)
    return own && (known.keepsAttributes || known.at < own.at) ? withoutAttributes(state, own.by) : state
  }
  const tree = covering(trees, path)
  if (tree) throw new UnknownUntilApplied(tree.by)
  for (const [above, { state }] of files) {
    if (isWithin(path, above) && state.type === 'absent') return { type: 'absent' }
  }
  const added = covering(predictedState.additions, path)
  if (!added && !own) return undefined
  const state = current()
  if (added && state.type === 'absent') throw new UnknownUntilApplied(added.by)
  return own ? withoutAttributes(state, own.by) : undefined
}

/**
 * The result of a probe where a planned change determines it; undefined where the host's own result holds.
 *
 * @throws UnknownUntilApplied where a later planned change concerns what the probe reads
 */
export function predictedResult(
  predictedState: PredictedState,
  probe: Pick<CommandProbe<unknown>, 'reads' | 'state' | 'attributesOnly'>,
): { readonly value: unknown } | undefined {
  const { reads, state } = probe
  const own = state === undefined ? undefined : predictedState.states.get(state)
  const predicted = own && 'becomes' in own ? own : undefined
  if (reads === undefined && state === undefined) requireNothingPlanned(predictedState)
  const elsewhere = reads?.includes('elsewhere') ? predictedState.elsewhere() : undefined
  if (elsewhere !== undefined) throw new UnknownUntilApplied(elsewhere)
  const names = [...(reads ?? []), ...(state === undefined ? [] : [state])]
  const found = names.flatMap((name) => concerning(predictedState, name, probe))
  const cause = latest(found.filter(({ at }) => at > (predicted?.at ?? 0)))
  if (cause) throw new UnknownUntilApplied(cause.by)
  return predicted && { value: predicted.becomes }
}

/** Whether a planned change may touch a path or what is below it. */
export function isPending(predictedState: PredictedState, path: string): boolean {
  return concerning(predictedState, path).length > 0
}

/**
 * The task whose planned change may mend an error after which these probes were read; undefined: none can. What the
 * probes say is known by then; but a command may lack a program, a service or an account that a planned change brings.
 */
export function mendingChange(
  predictedState: PredictedState,
  probes: readonly Probe<unknown>[],
): string | undefined {
  const asksProgram = probes.some((probe) => probe.kind === 'command' && probe.reads?.length !== 0)
  return asksProgram ? latestChange(predictedState, [...programs, ...accounts, 'units']) : undefined
}

/** The task whose planned change may allow to become a user; undefined: none can. */
export function admittingChange(predictedState: PredictedState): string | undefined {
  return latestChange(predictedState, [...programs, ...accounts, '/etc/sudoers', '/etc/sudoers.d'])
}

const programs = ['packages', '/usr', '/bin', '/sbin', '/opt']
const accounts = ['/etc/passwd', '/etc/shadow', '/etc/group']

/** The last planned change that concerns one of these, with those that add files. */
export function latestChange(predictedState: PredictedState, reads: readonly string[]): string | undefined {
  const added = reads.flatMap((read) => overlapping(predictedState.additions, read))
  const here = latest([...added, ...reads.flatMap((read) => concerning(predictedState, read))])?.by
  return here ?? (reads.includes('elsewhere') ? predictedState.elsewhere() : undefined)
}

/** @throws UnknownUntilApplied where anything is planned */
function requireNothingPlanned({ pending }: PredictedState): void {
  const by = pending.at(-1)
  if (by === undefined) return
  const earlier = pending.length > 1 ? ', or an earlier change' : ''
  throw new UnknownUntilApplied(`${by}${earlier}: its probe does not say what it reads`)
}

/** The planned changes of a path or state, of what is below it, and of what it lies in. */
function concerning(
  { files, trees, attributes, states }: PredictedState,
  read: string,
  { attributesOnly = false }: { readonly attributesOnly?: boolean } = {},
): readonly PlannedChange[] {
  const concerned = [...files].filter(([path, { state, keepsAttributes }]) =>
    isWithin(path, read) ? !(attributesOnly && keepsAttributes) : isWithin(read, path) && !isFolder(state),
  )
  const names = [trees, attributes, states].flatMap((planned) => overlapping(planned, read))
  return [...names, ...concerned.map(([, planned]) => planned)]
}

function isFolder({ type }: FileState): boolean {
  return type === 'directory'
}

function overlapping(planned: ReadonlyMap<string, PlannedChange>, read: string): readonly PlannedChange[] {
  return [...planned].filter(([name]) => isWithin(read, name) || isWithin(name, read)).map(([, each]) => each)
}

/** The last planned change of one of these paths, or of a tree that it lies in. */
export function latestChangeOf(
  { files, trees, attributes }: PredictedState,
  paths: readonly string[],
): string | undefined {
  const all = paths.flatMap((path) => [files.get(path), covering(trees, path), covering(attributes, path)])
  return latest(all.filter((each) => each !== undefined))?.by
}

/** The last change of a tree that the path lies in. */
function covering(planned: ReadonlyMap<string, PlannedChange>, path: string): PlannedChange | undefined {
  return latest([...planned].filter(([tree]) => isWithin(path, tree)).map(([, each]) => each))
}

function latest(planned: readonly PlannedChange[]): PlannedChange | undefined {
  return planned.reduce<PlannedChange | undefined>(
    (last, each) => (last && last.at >= each.at ? last : each),
    undefined,
  )
}

/** The state, in which it is unknown who owns the file and who may use it: to read that throws. */
function withoutAttributes(state: FileState, by: string): FileState {
  if (state.type === 'absent') return state
  const get = () => {
    throw new UnknownUntilApplied(by)
  }
  const unknown = { enumerable: true, get }
  const { mode: _, owner: __, group: ___, uid: ____, gid: _____, ...known } = state
  return Object.defineProperties(known, {
    mode: unknown,
    owner: unknown,
    group: unknown,
    uid: unknown,
    gid: unknown,
  }) as FileState
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
const digestLength = { sha224: 56, sha256: 64, sha384: 96, sha512: 128 }
