// The folders in which the files of a role are.

import { dirname, sep } from 'node:path'
import type { AnyRole } from '../task.ts'

/** The folders of a role, from its definition. */
export function foldersOfRole({ where }: AnyRole): string[] {
  const file = where()?.file
  return roleFolders(file === undefined ? undefined : dirname(file))
}

/** The folder of a role's module; and of one in a package, where its code may be in dist/, the package's own. */
export function roleFolders(folder: string | undefined): string[] {
  if (folder === undefined) return []
  const parts = folder.split(sep)
  const at = parts.lastIndexOf('node_modules')
  if (at < 0) return [folder]
  const length = parts[at + 1]?.startsWith('@') ? 3 : 2
  return [...new Set([folder, parts.slice(0, at + length).join(sep)])]
}
