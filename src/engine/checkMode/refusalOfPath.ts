// Checks a path without links by the states of its folders, as safePaths does on a host.

import { posix } from 'node:path'
import type { FileState } from '../../model/fileState.ts'
import type { PathRefusal, PathRefusals } from '../../wire/pathRefusals.ts'

type Present = Exclude<FileState, { type: 'absent' }>
type PathState = { readonly path: string; readonly state: FileState }
type User = NonNullable<PathRefusals['user']>

/**
 * What would be refused on the path to `leaf`, and for which use of it. `folders` are those above it, from the
 * root on. It ends at what is missing: that fails otherwise, or will be made.
 */
export function refusalOfPath(
  folders: readonly PathState[],
  leaf: PathState,
  user: User,
): PathRefusal | undefined {
  const folder = posix.dirname(leaf.path)
  let parent = folders[0]!.state as Present
  let owner: Present | undefined
  for (const { path, state } of folders.slice(1)) {
    if (state.type !== 'directory') return undefined
    if (owner && !isSameOwner(state, owner)) return given('entry', path, folder, state, parent)
    if (!isTrusted(state, user)) owner = state
    parent = state
  }
  const { path, state } = leaf
  if (state.type === 'absent') return undefined
  if (state.type === 'directory')
    return owner && !isSameOwner(state, owner) ? given('folder', path, path, state, parent) : undefined
  const isOpen = (parent.mode & 0o022) !== 0
  if (!owner && !isOpen) return undefined
  const foreign = owner ? foreignFile(path, state, owner) : sharedFile(path, state, parent, user)
  return foreign === undefined
    ? { as: 'program', message: anyProgram(path) }
    : { as: 'attributes', message: foreign }
}

function given(
  as: PathRefusal['as'],
  path: string,
  entered: string,
  { owner }: Present,
  parent: Present,
): PathRefusal {
  const message = `${posix.basename(path)} in ${entered} belongs to ${owner}, in a folder of ${parent.owner}, who could have put it there.`
  return { as, message }
}

function foreignFile(path: string, state: Present, owner: Present): string | undefined {
  return isSameOwner(state, owner)
    ? undefined
    : `${path} belongs to another user than its folder, whose owner could have put it there.`
}

/** In a folder that others may write to: with the sticky bit, they cannot move what is not theirs. */
function sharedFile(path: string, state: Present, parent: Present, user: User): string | undefined {
  if ((parent.mode & 0o1000) === 0) return `${path} is in a folder that others may write to.`
  const isLinked = isTrusted(state, user) && state.type === 'file' && state.links > 1
  return isLinked ? `${path} has other hard links, and is in a folder that others may write to.` : undefined
}

function anyProgram(path: string): string {
  return `${path} is in a folder of another user, who could have put any program there: no new owner with a setuid or setgid bit.`
}

/** A planned owner is known by name or number alone. */
function isSameOwner(one: Present, other: Present): boolean {
  const isSame = one.uid === other.uid && one.uid >= 0
  return (
    isSame || one.owner === other.owner || one.owner === String(other.uid) || other.owner === String(one.uid)
  )
}

function isTrusted({ uid, owner }: Present, user: User): boolean {
  const trusted = ['root', '0', user.name, String(user.uid)]
  return uid === 0 || uid === user.uid || (uid < 0 && trusted.includes(owner))
}
