// The folder of what is kept for this user from run to run, whatever the project.

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
