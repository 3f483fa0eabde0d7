// Locates the user's cache, which all projects share.

import { lstatSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * `$XDG_CACHE_HOME/run-playbook`, or `~/.cache/run-playbook`. It holds `jiti` (playbooks compiled from TypeScript),
 * `code` (V8's code cache of the program itself), `downloads` (files fetched by the controller, by checksum), `builds`
 * (artifacts that one host made for the others, by key) and `inventories` (results of inventory modules that allow it).
 */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'run-playbook')
}

/**
 * Creates a folder of the cache from which code is run. `undefined` if others may write to it: root with the HOME of
 * another user (`sudo -E`) must not run that user's files.
 */
export function codeFolder(name: string): string | undefined {
  const folder = join(cacheFolder(), name)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return [cacheFolder(), folder].every(isOursAlone) ? folder : undefined
  } catch {
    return undefined
  }
}

function isOursAlone(folder: string): boolean {
  const { uid, mode } = lstatSync(folder)
  return (uid === process.geteuid?.() || process.geteuid === undefined) && (mode & 0o022) === 0
}
