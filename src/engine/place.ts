// Where a task is carried out: on which host, and as whom.

export type Place = {
  /** The host it is delegated to; undefined: its own. */
  readonly on: string | undefined
  /** Whom to become there; undefined: the login user. */
  readonly as: string | undefined
}

export function placeKey({ on = '', as = '' }: Place): string {
  return `${on}\n${as}`
}

/** Whether a key is of a place on that host. */
export function isOnHost(key: string, on = ''): boolean {
  return key.startsWith(`${on}\n`)
}
