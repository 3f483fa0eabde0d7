// Name of the user who runs this process, even if its uid has no account.

import { userInfo } from 'node:os'

/** The account's name; without one (a container with an arbitrary uid), USER, LOGNAME or the uid. */
export function localUser(): string {
  try {
    return userInfo().username
  } catch {
    return process.env.USER || process.env.LOGNAME || String(process.getuid?.() ?? 'unknown')
  }
}
