// Lists a folder of the controller with digests.

import { lstat, readdir, readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join, posix, relative } from 'node:path'
import { PlaybookError } from '../../../src/index.ts'
import { digestOf } from '../../params/fileDigest.ts'

/** One entry, `path` being relative to the tree and with slashes; parents come before what they hold. */
export type SourceEntry =
  | { readonly type: 'directory'; readonly path: string }
  | { readonly type: 'link'; readonly path: string; readonly target: string }
  | SourceFile

export type SourceFile = {
  readonly type: 'file'
  readonly path: string
  /** Where it is on the controller. */
  readonly origin: string
  readonly size: number
  /** Its permission bits (0777). */
  readonly mode: number
  readonly sha256: string
}

/** A folder of the controller, and all entries below it that are copied. */
export type SourceTree = { readonly root: string; readonly entries: readonly SourceEntry[] }

/**
 * The entries below a folder, without those that `exclude` names. Links are taken as links.
 *
 * @throws PlaybookError E_NO_SOURCE (no such folder, or one that cannot be read), E_SOURCE_NOT_A_DIRECTORY,
 *   E_SOURCE_ENTRY (a device or socket, or a name with a line end)
 */
export async function sourceTree(root: string, exclude: readonly string[]): Promise<SourceTree> {
  const found = await lstat(join(root, '.')).catch(unreadable(root))
  if (!found.isDirectory())
    throw new PlaybookError('E_SOURCE_NOT_A_DIRECTORY', `${root} is not a folder: copyFile copies one file.`)
  const isExcluded = excluder(exclude)
  const entries: SourceEntry[] = []
  const walk = async (folder: string): Promise<void> => {
    const names = (await readdir(join(root, folder)).catch(unreadable(join(root, folder)))).sort()
    for (const name of names) {
      const path = posix.join(folder, name)
      if (isExcluded(path)) continue
      const entry = await sourceEntry(root, path)
      entries.push(entry)
      if (entry.type === 'directory') await walk(path)
    }
  }
  await walk('')
  return { root, entries }
}

/** Whether a folder of this machine is, or would be, below the source, and is not excluded. */
export async function holdsDestination(
  root: string,
  dest: string,
  exclude: readonly string[],
): Promise<boolean> {
  const parent = await realpath(dirname(dest)).catch(() => dirname(dest))
  const real = await realpath(dest).catch(() => join(parent, basename(dest)))
  const path = relative(await realpath(root), real)
  return path !== '' && path !== '..' && !path.startsWith('../') && !excluder(exclude)(path)
}

/** Whether a relative path, or a folder above it, is one of the patterns: `*` and `?` stand for any characters. */
export function excluder(patterns: readonly string[]): (path: string) => boolean {
  const forms = patterns.map((pattern) => {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')
    return new RegExp(`^${source}(?:/|$)`, 's')
  })
  return (path) => forms.some((form) => form.test(path))
}

async function sourceEntry(root: string, path: string): Promise<SourceEntry> {
  const origin = join(root, path)
  if (/[\n\0]/.test(path)) throw strange(origin, 'has a line end in its name')
  const found = await lstat(origin).catch(unreadable(origin))
  if (found.isDirectory()) return { type: 'directory', path }
  if (found.isSymbolicLink()) return { type: 'link', path, target: await readlink(origin) }
  if (!found.isFile()) throw strange(origin, 'is neither file, folder nor link')
  const sha256 = await digestOf(origin).catch(unreadable(origin))
  return { type: 'file', path, origin, size: found.size, mode: found.mode & 0o777, sha256 }
}

function strange(path: string, what: string): PlaybookError {
  return new PlaybookError('E_SOURCE_ENTRY', `${JSON.stringify(path)} ${what}.`, {
    hint: 'exclude leaves it out.',
  })
}

function unreadable(path: string): (cause: NodeJS.ErrnoException) => never {
  return (cause) => {
    const isMissing = cause.code === 'ENOENT'
    throw new PlaybookError(
      'E_NO_SOURCE',
      isMissing ? `No folder ${path} to copy.` : `${path} cannot be read: ${cause.message}`,
      { cause },
    )
  }
}
