// The home folder, and paths that begin with it.

import { homedir, userInfo } from 'node:os'
import { distrustReason } from './trust.ts'

/** Replaces a leading `~` or `~/` by the home folder. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? homeFolder() + path.slice(1) : path
}

/**
 * The home folder: `$HOME`, or that of the account if `$HOME` belongs to somebody else (`sudo -E`). ssh uses the
 * account's, too.
 */
export function homeFolder(): string {
  const home = homedir()
  if (checkedHome?.given !== home) checkedHome = { given: home, used: trustedHome(home) }
  return checkedHome.used
}

let checkedHome: { readonly given: string; readonly used: string } | undefined

function trustedHome(home: string): string {
  if (!distrustReason(home, { isGroupTrusted: true })) return home
  try {
    return userInfo().homedir
  } catch {
    return home // a container with a uid that has no account
  }
}
