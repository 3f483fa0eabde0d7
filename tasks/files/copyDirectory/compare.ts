// Compares an entry of the source tree with the file on the host.

import { type FileMode, type FileState, PlaybookError, writtenFile } from '../../../src/index.ts'
import type { SourceEntry } from './sourceTree.ts'

export type EntryAttributes = {
  readonly owner?: string
  readonly group?: string
  readonly mode?: FileMode
}

/** Whether the entry has to be copied. @throws PlaybookError E_CONFLICT where something of another kind is in the way */
export function differs(entry: SourceEntry, state: FileState, path: string): boolean {
  if (state.type === 'absent') return true
  if (entry.type === 'directory') {
    if (state.type !== 'directory') throw conflict(path, state, 'a folder')
    return false
  }
  if (state.type === 'directory' || state.type === 'other') throw conflict(path, state, `a ${entry.type}`)
  if (entry.type === 'link') return state.type !== 'link' || state.target !== entry.target
  return state.type !== 'file' || state.digest !== entry.sha256
}

/** A copy in words: `absent` → `1200 bytes`. */
export function fromTo(entry: SourceEntry, state: FileState): { readonly from: string; readonly to: string } {
  const from = described(state)
  const to = described(entry)
  return { from, to: from === to ? `${to}, other content` : to }
}

/** What a dry run takes for there when the entry has been copied. */
export function copied(entry: SourceEntry, before: FileState, attributes: EntryAttributes): FileState {
  const { content: _, ...file } = writtenFile(before, Buffer.alloc(0), attributes)
  if (entry.type === 'directory') return { ...file, type: 'directory' }
  if (entry.type === 'link') return { ...file, type: 'link', target: entry.target }
  return { ...file, size: entry.size, digest: entry.sha256 }
}

export function conflict(path: string, state: FileState, inSource: string): PlaybookError {
  const kind = { file: 'file', directory: 'folder', link: 'symbolic link', other: 'special file', absent: '' }
  return new PlaybookError('E_CONFLICT', `${path} is a ${kind[state.type]}, where src has ${inSource}.`, {
    hint: 'Nothing was copied. exclude leaves a path alone; the task remove removes it.',
  })
}

function described(one: FileState | SourceEntry): string {
  if (one.type === 'file') return `${one.size} bytes`
  if (one.type === 'link') return `link to ${one.target}`
  return one.type === 'directory' ? 'folder' : one.type
}
