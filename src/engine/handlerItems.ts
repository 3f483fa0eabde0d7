// The handlers of a host: notified by its tasks, made ready where they run.

import type { BlockPart } from '../model/block.ts'
import type { Item } from './item.ts'
import { Notifications, type NotificationsOptions } from './notifications.ts'
import type { Prepare } from './plan.ts'

export class HandlerItems {
  readonly notifications: Notifications
  readonly #prepare: Prepare
  /** Handlers of which nobody can know whether they will run, and why. */
  readonly #doubtful = new Map<Item, string>()

  constructor(options: NotificationsOptions & { readonly prepare: Prepare }) {
    this.notifications = new Notifications(options)
    this.#prepare = options.prepare
  }

  /** Takes out all that are waiting, to stand from `index` on, in the blocks of the place where they are flushed. */
  async take(index: number, places: readonly BlockPart[]): Promise<Item[]> {
    const items: Item[] = []
    for (const { task, doubtfulBy } of this.notifications.take()) {
      const item = await this.#prepare({ task, blocks: places }, { index: index + items.length })
      if (doubtfulBy !== undefined) this.#doubtful.set(item, doubtfulBy)
      items.push(item)
    }
    return items
  }

  /** The task on which it depends whether the handler runs; undefined: it surely does, or is none. */
  doubtfulBy(item: Item): string | undefined {
    return this.#doubtful.get(item)
  }
}
