// Locates the user's cache, which all projects share.

import { join } from 'node:path'
import { homeFolder } from '../files/home.ts'
import { makeFolder } from '../files/makeFolder.ts'
import { distrustReason } from '../files/trust.ts'
import { PlaybookError } from '../model/errors/error.ts'

/**
 * `$XDG_CACHE_HOME/run-playbook`, or `~/.cache/run-playbook`. It holds `jiti` (playbooks compiled from TypeScript),
 * `code` (V8's code cache of the program and of that compiler), `downloads` (files fetched by the controller, by checksum), `builds`
 * (artifacts that one host made for the others, by key), `inventories` (results of inventory modules that allow it) and
 * `facts` (what runs last read of hosts).
 *
 * A folder that other users can change is not used: root with the environment of another user (`sudo -E`) must neither
 * run that user's files nor install that user's builds.
 */
export function cacheFolder(): string {
  const given = process.env.XDG_CACHE_HOME
  const isGiven = given !== undefined && given !== '' && !distrustReason(given)
  return join(isGiven ? given : join(homeFolder(), '.cache'), 'run-playbook')
}

/** Creates a folder of the cache from which code is run. `undefined` if others may write to it, or it cannot be made. */
export function codeFolder(name: string): string | undefined {
  const folder = join(cacheFolder(), name)
  try {
    makeFolder(folder)
    return sharedReason(folder) ? undefined : folder
  } catch {
    return undefined
  }
}

/**
 * A folder of the cache, which may not exist yet.
 *
 * @throws PlaybookError E_CACHE if others may write to it
 */
export function dataFolder(name: 'downloads' | 'builds' | 'inventories' | 'facts'): string {
  const folder = join(cacheFolder(), name)
  const reason = sharedReason(folder)
  if (reason === undefined) return folder
  throw new PlaybookError('E_CACHE', `The cache ${folder} is not used: ${reason}.`, {
    hint: 'Remove the folder, or set XDG_CACHE_HOME to one that only you can write to.',
  })
}

function sharedReason(folder: string): string | undefined {
  return distrustReason(cacheFolder()) ?? distrustReason(folder)
}
