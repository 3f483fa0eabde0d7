// What a play gives a host: its three sections as one list, and what holds for all tasks in it.

import { flushHandlers } from '../../model/flushHandlers.ts'
import type { Inherited } from '../../model/inherit.ts'
import type { Play } from '../../model/play.ts'
import type { TaskList } from '../../model/task.ts'
import type { playHost } from './playHost.ts'
import { validateTaskList } from './validateTaskList.ts'

/** All tasks of a host in their order; the handlers notified by pre-tasks and tasks run before what comes next. */
export function playTaskList(play: Play, host: ReturnType<typeof playHost>): TaskList {
  const { preTasks, tasks, postTasks } = play.spec
  const [before, own, after] = [preTasks, tasks, postTasks].map((section): TaskList => {
    const list: unknown = section ? section(host) : []
    validateTaskList(list, play)
    return list
  })
  return [preTasks ? [before!, flushHandlers()] : [], own!, postTasks ? [flushHandlers(), after!] : []]
}

/** What a play says of all its tasks. Its tags select them, and whom it becomes, and how, weighs less than the inventory. */
export function playDefaults({ spec }: Play): Inherited {
  const { tags: _tags, become: _become, becomeMethod: _method, ...defaults } = spec
  return defaults
}
