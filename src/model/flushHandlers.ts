// The flushHandlers task: runs the handlers notified so far.

import { z } from 'zod'
import { defineTask, type Task } from './task.ts'

const flush = defineTask({
  name: 'flushHandlers',
  summary: 'Runs the handlers notified so far.',
  params: z.strictObject({}),
  probe: () => ({}),
  plan: () => [],
})

/**
 * Runs the handlers notified so far, here. Handlers notified later run at the next `flushHandlers` or at the end of the
 * play.
 *
 * @example tasks: () => [editXml({ … }, { notify: restart }), flushHandlers(), httpCheck({ … })]
 */
export function flushHandlers(): Task {
  return flush({})
}

/** Whether a task is `flushHandlers`. */
export function isFlush({ spec }: Task): boolean {
  return spec === flush.spec
}
