// Defines the question whether to run a task, for runs that go step by step.

import type { PendingTask } from '../../model/run/pendingTask.ts'

/** false: the host skips the task. */
export type ConfirmTask = (task: PendingTask) => Promise<boolean>
