// Compares a file's desired content and attributes with its current state.

import { createHash } from 'node:crypto'
import type { Change, TextDiff } from './change.ts'
import { PlaybookError } from './errors/error.ts'
import { type FileState, formatMode, ownerSpec, type RegularFile } from './fileState.ts'
import { contentLimitBytes } from './probe.ts'
import { appliedMode, type FileMode } from './schema/symbolicMode.ts'
import { hiddenValue, revealed, Secret } from './secrets/secret.ts'
import { type Command, sh } from './shell/command.ts'
import { type RunStep, run, write } from './step.ts'

export type DesiredAttributes = {
  /** A symbolic mode changes the bits that are there, of a new file 0644. */
  readonly mode?: FileMode
  readonly owner?: string
  readonly group?: string
}

export type DesiredFile = DesiredAttributes & {
  readonly path: string
  readonly content: string | Buffer | Secret
  /** Whether the content contains secrets, so that it must not be shown; a `Secret` always does. Default: false. */
  readonly isSecret?: boolean
  readonly keep?: string
  readonly backup?: boolean
  readonly validate?: (temporaryPath: string) => Command
  /** What to report instead of the sizes: the editor's own list of what it changed. */
  readonly edits?: readonly { readonly what: string; readonly from: string; readonly to: string }[]
}

/**
 * The changes that give a file the desired content and attributes; none if it has them. `state` must come from a
 * probe that reads the content.
 *
 * @throws PlaybookError E_NOT_A_FILE if the path is a directory or device
 */
export function fileChanges(state: FileState, desired: DesiredFile): Change[] {
  const content = contentBytes(desired.content)
  if (state.type !== 'absent' && state.type !== 'file') throw notAFile(desired.path, state)
  if (state.type === 'file' && state.content?.equals(content))
    return attributeChanges(desired.path, state, desired)
  const { path, owner, group, keep, backup, validate } = desired
  const mode = modeFor(state, desired.mode)
  const replaces = replacedContent(state)
  const attributes = { mode, owner, group }
  const step = write({ path, content: desired.content, ...attributes, keep, backup, validate, replaces })
  const isSecret = desired.isSecret || desired.content instanceof Secret || desired.edits?.some(isHidden)
  const diff = isSecret ? undefined : textDiff(path, state, content)
  const [first, ...others] = desired.edits?.length ? desired.edits : [sizeEdit(path, state, content)]
  return [{ ...first!, diff, steps: [step] }, ...others.map((edit) => ({ ...edit, steps: [] }))]
}

/** The permission bits that a mode means for what is at a path; what is missing would be a file with 0644. */
export function modeFor<M extends FileMode | undefined>(
  state: FileState,
  mode: M,
): number | Extract<M, undefined> {
  if (mode === undefined) return undefined as Extract<M, undefined>
  return appliedMode(mode, state.type === 'absent' ? 0o644 : state.mode, state.type === 'directory')
}

/** The `replaces` of a step that is planned from this state: a digest or `absent`; undefined: the content was not read. */
export function replacedContent(state: FileState): string | undefined {
  if (state.type !== 'file') return state.type === 'absent' ? 'absent' : undefined
  return state.content ? createHash('sha256').update(state.content).digest('hex') : state.digest
}

/** The changes that give an existing path the desired owner, group and mode. */
export function attributeChanges(path: string, state: FileState, desired: DesiredAttributes): Change[] {
  if (state.type === 'absent') return []
  const changes: Change[] = []
  const { owner, group } = desired
  const mode = modeFor(state, desired.mode)
  const ownership = [
    owner !== undefined && owner !== state.owner && owner !== String(state.uid) ? owner : undefined,
    group !== undefined && group !== state.group && group !== String(state.gid) ? group : undefined,
  ]
  if (ownership.some((each) => each !== undefined)) {
    const to = `${owner ?? state.owner}:${group ?? state.group}`
    const spec = ownerSpec({ owner: ownership[0], group: ownership[1] })
    changes.push({
      what: `${path} owner`,
      from: `${state.owner}:${state.group}`,
      to,
      steps: [attributeStep(path, state, spec, restoredBits(state, mode))],
      effects: [{ path, becomes: withOwner(state, owner, group) }],
    })
  }
  if (mode !== undefined && mode !== state.mode) {
    changes.push({
      what: `${path} mode`,
      from: formatMode(state.mode),
      to: formatMode(mode),
      steps: [attributeStep(path, state, '', mode)],
      effects: [{ path, becomes: { ...withOwner(state, owner, group), mode } }],
    })
  }
  return changes
}

/** A link that was probed without following it is changed itself; otherwise its target is. See `safePaths`. */
function attributeStep(path: string, { type }: FileState, owner: string, mode: number | undefined): RunStep {
  const digits = mode === undefined ? '' : formatMode(mode)
  if (type === 'link')
    return run(sh`rp_attributes ${path} ${owner} ${digits} link`, { paths: [{ path, as: 'entry' }] })
  const as = owner !== '' && ((mode ?? 0) & 0o6000) !== 0 ? 'program' : 'attributes'
  return run(sh`rp_attributes ${path} ${owner} ${digits}`, { paths: [{ path, as }] })
}

/**
 * The mode to set again because of its setuid and setgid bits, which a change of owner clears. A bit that another user
 * has set is not carried to a new owner: the file could be any program.
 */
function restoredBits(
  state: Exclude<FileState, { type: 'absent' }>,
  mode: number | undefined,
): number | undefined {
  const desired = mode ?? state.mode
  const isMeant = mode !== undefined || state.uid === 0
  return state.type === 'file' && (desired & 0o6000) !== 0 && isMeant ? desired : undefined
}

/**
 * The content of a regular file, or undefined if it does not exist.
 *
 * @throws PlaybookError E_NOT_A_FILE, E_TOO_LARGE, E_UNREADABLE
 */
export function contentOf(path: string, state: FileState): Buffer | undefined {
  if (state.type === 'absent') return undefined
  if (state.type !== 'file') throw notAFile(path, state)
  if (!state.content) {
    if (state.size <= contentLimitBytes) {
      throw new PlaybookError(
        'E_UNREADABLE',
        `${path} was not read: the task's user may not read it, or it is larger than the probe's limit.`,
        {
          hint: `It belongs to ${state.owner}:${state.group}, mode ${formatMode(state.mode)}. Use become: true, or another user?`,
        },
      )
    }
    throw new PlaybookError('E_TOO_LARGE', `${path} is too large to edit: ${state.size} bytes.`)
  }
  return state.content
}

/** Text, bytes or a secret as bytes. */
export function contentBytes(content: string | Buffer | Secret): Buffer {
  return Buffer.isBuffer(content) ? content : Buffer.from(revealed(content), 'utf8')
}

function notAFile(path: string, state: FileState): PlaybookError {
  return new PlaybookError(
    'E_NOT_A_FILE',
    `${path} is a ${state.type === 'other' ? 'special file' : state.type}, not a regular file.`,
  )
}

/** Whether an editor has hidden a value, because its name says that it is a password: the diff would show it. */
function isHidden({ from, to }: { readonly from: string; readonly to: string }): boolean {
  return `${from} ${to}`.includes(hiddenValue)
}

function sizeEdit(
  path: string,
  state: FileState,
  content: Buffer,
): { what: string; from: string; to: string } {
  const from = state.type === 'file' ? `${state.size} bytes` : 'absent'
  const to = `${content.length} bytes`
  return { what: path, from, to: from === to ? `${to}, other content` : to }
}

function textDiff(path: string, state: FileState, content: Buffer): TextDiff | undefined {
  const before = state.type === 'file' ? (state.content ?? Buffer.alloc(0)) : Buffer.alloc(0)
  if (before.includes(0) || content.includes(0)) return undefined
  if (state.type === 'file' && !state.content) return undefined
  return { path, before: before.toString('utf8'), after: content.toString('utf8') }
}

function withOwner<S extends Exclude<FileState, { type: 'absent' }>>(
  state: S,
  owner?: string,
  group?: string,
): S {
  return { ...state, owner: owner ?? state.owner, group: group ?? state.group }
}

/** The state of a file after these bytes are written to it, for check mode. */
export function writtenFile(before: FileState, content: Buffer, desired: DesiredAttributes): RegularFile {
  const kept = before.type === 'absent' ? undefined : before
  return {
    type: 'file',
    mode: modeFor(before, desired.mode) ?? kept?.mode ?? 0o644,
    owner: desired.owner ?? kept?.owner ?? 'root',
    group: desired.group ?? kept?.group ?? desired.owner ?? 'root',
    uid: kept?.uid ?? -1,
    gid: kept?.gid ?? -1,
    mtimeMs: kept?.mtimeMs ?? 0,
    links: 1,
    size: content.length,
    content,
  }
}
