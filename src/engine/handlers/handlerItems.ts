// Plans the notified handlers of a host where they are flushed.

import type { BlockPart } from '../../model/blocks/block.ts'
import type { RunEvent } from '../../model/run/event.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'
import type { PlanTask } from '../plan/planPlays.ts'
import { Notifications, type NotificationsOptions } from './notifications.ts'

export class HandlerItems {
  readonly notifications: Notifications
  readonly #prepare: PlanTask
  readonly #host: string
  /** Handlers that may or may not run, with the task that decides it. */
  readonly #uncertain = new Map<PlannedTask, string>()

  constructor(options: NotificationsOptions & { readonly prepare: PlanTask }) {
    this.notifications = new Notifications(options)
    this.#prepare = options.prepare
    this.#host = options.host
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

  /** Notifies the handlers of these tasks that an earlier run left pending, and says so. */
  resume(items: readonly PlannedTask[], { emit }: { readonly emit: (event: RunEvent) => void }): void {
    const pending = this.notifications.resume(items.map(({ task }) => task))
    if (pending.length === 0) return
    const them = pending.length === 1 ? 'it' : 'them'
    const message = `${this.#host}: an earlier run ended before ${pending.join(', ')} could run; running ${them} now.`
    emit({ kind: 'warning', message })
  }

  /** The task that decides whether the handler runs; undefined: it surely runs, or is no handler. */
  dependsOn(item: PlannedTask): string | undefined {
    return this.#uncertain.get(item)
  }
}
