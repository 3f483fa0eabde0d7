// Defines the question whether to run a task, for runs that go step by step.

/** A task that is about to run on a host. */
type PendingTask = {
  readonly play: string
  readonly host: string
  readonly title: string
  /** How many tasks of this title came before it on the host: identifies the same task on all hosts. */
  readonly occurrence: number
}

/** false: the host skips the task. */
export type ConfirmTask = (task: PendingTask) => Promise<boolean>
