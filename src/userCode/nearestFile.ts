// Suggests the file that was probably meant.

import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { nearest } from '../model/errors/suggest.ts'

/** `Did you mean playbooks/was.ts?`, among the files in the folders; undefined if none is similar. */
export function nearestFile(
  name: string,
  folders: readonly string[],
  cwd = process.cwd(),
): string | undefined {
  const files = folders.flatMap(filesIn)
  const found = nearest(
    name,
    files.map(({ name }) => name),
  )
  const file = files.find((each) => each.name === found)
  return file && `Did you mean ${relative(cwd, join(file.folder, file.name))}?`
}

/** The files in a folder; none if it cannot be read. */
export function filesIn(folder: string): { readonly folder: string; readonly name: string }[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map(({ name }) => ({ folder, name }))
  } catch {
    return []
  }
}
