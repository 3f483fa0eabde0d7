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
 * Runs the handlers notified so far here. Those notified later, by then again perhaps, run at the end of the play or
 * at the next such place.
 *
 * @example tasks: () => [editXml({ … }, { notify: restart }), flushHandlers(), httpCheck({ … })]
 */
export function flushHandlers(): Task {
  return flush({})
}

/** Whether a task is such a place. */
export function isFlush({ spec }: Task): boolean {
  return spec === flush.spec
}
