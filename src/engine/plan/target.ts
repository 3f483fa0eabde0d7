// Where a task is carried out: on which host, and as whom.

export type Target = {
  /** The host it is delegated to; undefined: its own. */
  readonly host: string | undefined
  /** Whom to become there; undefined: the login user. */
  readonly user: string | undefined
}

export function targetKey({ host: on = '', user: as = '' }: Target): string {
  return `${on}\n${as}`
}

/** Whether a key is of a place on that host. */
export function isOnHost(key: string, on = ''): boolean {
  return key.startsWith(`${on}\n`)
}
