// Decides on which host and as which user a task runs.

import { type BecomeUser, formatBecomeUser } from '../../model/become.ts'

export type Target = {
  /** The host it is delegated to; undefined: the host whose task it is. */
  readonly host: string | undefined
  /** The user to become; undefined: the login user. */
  readonly user: BecomeUser | undefined
}

/** A text that two targets share only if they are the same. */
export function targetKey({ host = '', user }: Target): string {
  return `${host}\n${userKey(user)}`
}

export function userKey(user: BecomeUser | undefined): string {
  return user ? formatBecomeUser(user) : ''
}

/** Whether a key is of a target on the host. */
export function isOnHost(key: string, host = ''): boolean {
  return key.startsWith(`${host}\n`)
}
