// The task that checks at the end of a retried block whether its condition holds.

import { z } from 'zod'
import type { Probe } from '../probe.ts'
import { defineTask, type Task } from '../task.ts'

const until = defineTask({
  name: 'until',
  summary: 'Fails if the condition of the block around it does not hold.',
  params: z.strictObject({}),
  probe: () => ({}),
  plan: () => [],
})

/** The last task of a block whose `retry` has a condition: it fails where that does not hold. */
export function untilTask(condition: Probe<boolean>, where: Task['where']): Task {
  return { ...until({}, { retry: { attempts: 1, until: condition } }), where }
}

/** Whether a task is the condition of a block. */
export function isUntil({ spec }: Task): boolean {
  return spec === until.spec
}
