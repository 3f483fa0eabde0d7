// The folder of what is kept for this user from run to run, whatever the project.

import { lstatSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * `$XDG_CACHE_HOME/run-playbook`, or `~/.cache/run-playbook`. In it: `jiti` (playbooks compiled from TypeScript),
 * `code` (what V8 compiled of the program itself), `downloads` (what the controller fetched, by checksum), `builds`
 * (what one host made for the others, by key) and `inventories` (what inventory modules said that allow it).
 */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'run-playbook')
}

/**
 * A folder of the cache from which code is run; it is made. `undefined` where that could be somebody else's: root with
 * the HOME of another (`sudo -E`) must not run what that user may write.
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
