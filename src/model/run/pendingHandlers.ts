// Interface to handlers that were notified but have not run yet.

/** By play and host, the titles of the handlers that were notified and have not run. */
export type PendingHandlers = {
  readonly of: (play: string, host: string) => readonly string[]
  readonly add: (play: string, host: string, title: string) => void
  readonly settle: (play: string, host: string, title: string) => void
}
