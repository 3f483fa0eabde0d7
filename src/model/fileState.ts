// The state of a path on a host: type, attributes, content.

import { posix } from 'node:path'

/** The state of a path. `mode` holds the permission bits (0o7777), `mtimeMs` milliseconds since 1970. */
export type FileState = Absent | RegularFile | Directory | Link | OtherFile

type Absent = { readonly type: 'absent' }

type Attributes = {
  readonly mode: number
  readonly owner: string
  readonly group: string
  readonly uid: number
  readonly gid: number
  readonly mtimeMs: number
}

export type RegularFile = Attributes & {
  readonly type: 'file'
  readonly size: number
  /** Number of hard links. */
  readonly links: number
  /** The bytes, if the probe requested them and the file is within its limit. */
  readonly content?: Buffer
  /** Lower-case hex, if the probe requested a digest. */
  readonly digest?: string
}

type Directory = Attributes & { readonly type: 'directory' }

/** A symbolic link. Only a probe that does not follow links returns one. */
type Link = Attributes & { readonly type: 'link'; readonly target: string }

/** A device, socket or fifo. */
type OtherFile = Attributes & { readonly type: 'other' }

/** What a probe requests of a path, besides its type and attributes. */
export type FileRequest = {
  readonly path: string
  /** true: follows symbolic links. */
  readonly follow: boolean
  /** Content is read up to this size in bytes. 0: no content. */
  readonly contentLimit: number
  readonly digest?: DigestAlgorithm
  /** true: also whether the functions of `safePaths` would refuse the path, where it has links in it. */
  readonly checksPath?: boolean
}

export type DigestAlgorithm = 'sha224' | 'sha256' | 'sha384' | 'sha512'

/** `0644`, `2755`: a mode as chmod takes it and people read it. */
export function formatMode(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}

/** An owner and group as chown takes them: `app:app`, `app`, `:app`; empty if neither is given. */
export function ownerSpec({ owner, group }: { readonly owner?: string; readonly group?: string }): string {
  return `${owner ?? ''}${group === undefined ? '' : `:${group}`}`
}

/** The folders above a path, from the root down: `/`, `/srv` and `/srv/www` of `/srv/www/page`. */
export function foldersAbove(path: string): string[] {
  const folder = posix.dirname(path)
  return folder === path ? [] : [...foldersAbove(folder), folder]
}
