// Joins the sections of a play into one task list for a host.

import { flushHandlers } from '../../model/flushHandlers.ts'
import type { Inherited } from '../../model/inherit.ts'
import type { Play } from '../../model/play.ts'
import type { TaskList } from '../../model/task.ts'
import type { playHost } from './playHost.ts'
import { validateTaskList } from './validateTaskList.ts'

/** All tasks of a host in order; handlers notified by preTasks and tasks run before the next section. */
export function playTaskList(play: Play, host: ReturnType<typeof playHost>): TaskList {
  const { preTasks, tasks, postTasks } = play.spec
  const [before, own, after] = [preTasks, tasks, postTasks].map((section): TaskList => {
    const list: unknown = section ? section(host) : []
    validateTaskList(list, play)
    return list
  })
  return [preTasks ? [before!, flushHandlers()] : [], own!, postTasks ? [flushHandlers(), after!] : []]
}

/** The options that tasks inherit from the play: not its tags, and not `become`, which inventory variables override. */
export function playDefaults({ spec }: Play): Inherited {
  const { tags: _tags, become: _become, becomeMethod: _method, ...defaults } = spec
  return defaults
}
