// Defines a task that is about to run, for the question whether to run it.

/** A task that is about to run on a host. */
export type PendingTask = {
  readonly play: string
  readonly host: string
  readonly title: string
  /** How many tasks of this title came before it on the host: identifies the same task on all hosts. */
  readonly occurrence: number
}
