// Defines how long the parts of a run took last time.

/** In milliseconds. */
export type LastTimes = {
  readonly plays: ReadonlyMap<string, number>
  /** By title, the longest of all hosts; only tasks that took more than a second. */
  readonly tasks: ReadonlyMap<string, number>
}
