// Folders of the lab: one shared by all instances, one for each of them.

import { homedir } from 'node:os'
import { join } from 'node:path'

/** The lab's folder: `$XDG_CACHE_HOME/run-playbook/lab`, or `~/.cache/run-playbook/lab`. */
export function labFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const cache = environment.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(cache, 'run-playbook', 'lab')
}

/** What all instances share, read-only once made: image, packages, sources. */
export const sharedFolder = () => join(labFolder(), 'shared')

/** The state of one instance: keys, known_hosts, passwords, hosts' file systems, logs. */
export const instanceFolder = (name: string) => join(labFolder(), name)
