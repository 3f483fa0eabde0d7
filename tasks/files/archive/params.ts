// The parameters of the task archive, and the paths that they name.

import { posix } from 'node:path'
import type { FileMode } from '../../../src/index.ts'

type ArchiveFormat = 'gz' | 'bz2' | 'xz' | 'tar' | 'zip'

export type ArchiveParams = {
  readonly path: readonly string[]
  readonly dest: string
  readonly format?: ArchiveFormat
  readonly forceArchive: boolean
  readonly excludePath: readonly string[]
  readonly exclusionPatterns: readonly string[]
  readonly remove: boolean
  readonly mode?: FileMode
  readonly owner?: string
  readonly group?: string
}

/** By the name of the archive, or else gz. */
export function archiveFormat({ dest, format }: Pick<ArchiveParams, 'dest' | 'format'>): ArchiveFormat {
  if (format) return format
  const [, ending = ''] = /\.(tar|tgz|tbz2?|txz|gz|bz2|xz|zip)$/i.exec(dest) ?? []
  const known: { readonly [ending: string]: ArchiveFormat } = {
    tar: 'tar',
    zip: 'zip',
    bz2: 'bz2',
    tbz: 'bz2',
    tbz2: 'bz2',
    xz: 'xz',
    txz: 'xz',
  }
  return known[ending.toLowerCase()] ?? 'gz'
}

/** Whether one file is compressed alone, without tar. */
export function mayBeSingle(params: ArchiveParams): boolean {
  const { path, dest, forceArchive } = params
  const isTar = /\.(?:tar(?:\.\w+)?|tgz|tbz2?|txz)$/i.test(dest)
  const format = archiveFormat(params)
  return (
    path.length === 1 && !isGlob(path[0]!) && !forceArchive && !isTar && format !== 'tar' && format !== 'zip'
  )
}

export function isGlob(path: string): boolean {
  return /[*?]/.test(path)
}

/** The folder that all members are relative to: the deepest one that has all paths. */
export function rootOf({ path }: Pick<ArchiveParams, 'path'>): string {
  const folders = path.map((each) => {
    const plain = isGlob(each) ? `${each.slice(0, each.search(/[*?]/))}x` : each
    return plain.endsWith('/')
      ? posix.normalize(plain).replace(/(?<=.)\/$/, '')
      : posix.dirname(posix.normalize(plain))
  })
  return folders.reduce((one, other) => {
    const parts = one.split('/')
    const others = other.split('/')
    const end = parts.findIndex((part, index) => part !== others[index])
    return (end < 0 ? parts : parts.slice(0, end)).join('/') || '/'
  })
}

/** A path as a member of the archive, `./app/conf`, or `.` for what is in the root. */
export function archiveMember(root: string, path: string): string {
  const relative = posix.relative(root, path)
  return relative === '' ? '.' : `./${relative}`
}
