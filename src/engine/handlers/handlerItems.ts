// Plans the notified handlers of a host where they are flushed.

import type { BlockPart } from '../../model/blocks/block.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'
import type { PlanTask } from '../plan/planPlays.ts'
import { Notifications, type NotificationsOptions } from './notifications.ts'

export class HandlerItems {
  readonly notifications: Notifications
  readonly #prepare: PlanTask
  /** Handlers that may or may not run, with the task that decides it. */
  readonly #uncertain = new Map<PlannedTask, string>()

  constructor(options: NotificationsOptions & { readonly prepare: PlanTask }) {
    this.notifications = new Notifications(options)
    this.#prepare = options.prepare
  }

  /** Takes all notified handlers, planned from `index` on, inside the blocks where they are flushed. */
  async takeNotified(index: number, blocks: readonly BlockPart[]): Promise<PlannedTask[]> {
    const items: PlannedTask[] = []
    for (const { task, dependsOn } of this.notifications.take()) {
      const item = await this.#prepare({ task, blocks }, { index: index + items.length })
      if (dependsOn !== undefined) this.#uncertain.set(item, dependsOn)
      items.push(item)
    }
    return items
  }

  /** The task that decides whether the handler runs; undefined: it surely runs, or is no handler. */
  dependsOn(item: PlannedTask): string | undefined {
    return this.#uncertain.get(item)
  }
}
