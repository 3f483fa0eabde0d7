// Finds files on the controller that tasks name: beside their role, their file, their play.

import { existsSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { PlaybookError } from '../../model/errors/error.ts'
import { roleFolders } from '../../model/roles/roleFolders.ts'
import type { InputContext, Task } from '../../model/task.ts'

/**
 * What the inputs of a task are read with. A relative path is looked up in `files/` (or `templates/`) of the task's role
 * and in the role's folder, then beside the file in which the task is written, then beside the playbook.
 */
export function sourceFinder(
  { where, role }: Task,
  playFile: string | undefined,
): Omit<InputContext, 'host'> {
  const written = where()
  const directory = written ? dirname(written.file) : process.cwd()
  const playFolder = playFile === undefined ? undefined : dirname(playFile)
  const find: InputContext['find'] = (path, kind = 'files') => {
    if (isAbsolute(path)) return path
    const both = (folder: string) => [join(folder, kind), folder]
    const folders = [
      ...roleFolders(role?.folder).flatMap(both),
      ...both(directory).reverse(),
      ...(playFolder === undefined ? [] : both(playFolder)),
    ]
    const places = [...new Set(folders.map((folder) => resolve(folder, path)))]
    const found = places.find(existsSync)
    if (found !== undefined) return found
    throw new PlaybookError('E_NO_SOURCE', `No file ${path} on the controller.`, {
      details: ['Looked for:', ...places.map((place) => `  ${place}`)],
      hint: 'A relative path starts at the role, at the file in which the task is written, or at the playbook.',
    })
  }
  return { directory, find }
}
