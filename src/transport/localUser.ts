// Who runs us, also where the machine knows no account of our number: a container that was given any number at all.

import { userInfo } from 'node:os'

/** The account's name; without one what USER or LOGNAME say, or else the number. */
export function localUser(): string {
  try {
    return userInfo().username
  } catch {
    return process.env.USER || process.env.LOGNAME || String(process.getuid?.() ?? 'unknown')
  }
}
