// States of paths as probes read them: root's, with the usual modes unless given otherwise.

import type { FileState } from '../../src/index.ts'

type Of<T extends FileState['type']> = Extract<FileState, { readonly type: T }>

const owned = { owner: 'root', group: 'root', uid: 0, gid: 0, mtimeMs: 0 }

export const absent: Of<'absent'> = { type: 'absent' }

export const folder: Of<'directory'> = { type: 'directory', mode: 0o755, ...owned }

export function fileWith(content: string | Buffer, more: Partial<Of<'file'>> = {}): Of<'file'> {
  const bytes = Buffer.from(content)
  return { type: 'file', mode: 0o644, ...owned, size: bytes.length, links: 1, content: bytes, ...more }
}

export function linkTo(target: string): Of<'link'> {
  return { type: 'link', mode: 0o777, ...owned, target }
}
