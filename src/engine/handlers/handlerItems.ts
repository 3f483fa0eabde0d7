// The handlers of a host: notified by its tasks, made ready where they run.

import type { BlockPart } from '../../model/block.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'
import type { PlanTask } from '../plan/planPlays.ts'
import { Notifications, type NotificationsOptions } from './notifications.ts'

export class HandlerItems {
  readonly notifications: Notifications
  readonly #prepare: PlanTask
  /** Handlers of which nobody can know whether they will run, and why. */
  readonly #uncertain = new Map<PlannedTask, string>()

  constructor(options: NotificationsOptions & { readonly prepare: PlanTask }) {
    this.notifications = new Notifications(options)
    this.#prepare = options.prepare
  }

  /** Takes out all that are waiting, to stand from `index` on, in the blocks of the place where they are flushed. */
  async takeNotified(index: number, places: readonly BlockPart[]): Promise<PlannedTask[]> {
    const items: PlannedTask[] = []
    for (const { task, dependsOn } of this.notifications.take()) {
      const item = await this.#prepare({ task, blocks: places }, { index: index + items.length })
      if (dependsOn !== undefined) this.#uncertain.set(item, dependsOn)
      items.push(item)
    }
    return items
  }

  /** The task on which it depends whether the handler runs; undefined: it surely does, or is none. */
  dependsOn(item: PlannedTask): string | undefined {
    return this.#uncertain.get(item)
  }
}
