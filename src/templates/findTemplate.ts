// Finds a template file: in the folder templates beside the playbook or role, or beside it.

import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { PlaybookError } from '../model/errors/error.ts'
import { didYouMean } from '../model/errors/suggest.ts'

/** Where templates of a playbook or role in this folder are searched, the nearest first. */
export function templateFolders(directory: string): string[] {
  return [join(directory, 'templates'), directory, join(dirname(directory), 'templates')]
}

/**
 * The path of a template.
 *
 * @throws PlaybookError E_NO_TEMPLATE with the folders that were searched
 */
export function findTemplate(src: string, directory: string): string {
  const candidates = isAbsolute(src)
    ? [src]
    : templateFolders(directory).map((folder) => resolve(folder, src))
  const found = candidates.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
  if (found) return found
  const names = [...new Set(candidates.map(dirname))].flatMap(namesIn)
  throw new PlaybookError('E_NO_TEMPLATE', `No template ${src}.`, {
    details: candidates.map((path) => `searched: ${path}`),
    hint:
      didYouMean(basename(src), names) ??
      'A relative name starts at the folder templates beside the playbook or role.',
  })
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
