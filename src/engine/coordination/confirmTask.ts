// Leave to carry out a task: what a person is asked who goes through a run step by step.

/** A task whose turn has come on a host. */
export type PendingTask = {
  readonly play: string
  readonly host: string
  readonly title: string
  /** How many tasks of this title the host has gone through before: the same task on all hosts has the same number. */
  readonly occurrence: number
}

/** false: the task is left out on this host. */
export type ConfirmTask = (asked: PendingTask) => Promise<boolean>
