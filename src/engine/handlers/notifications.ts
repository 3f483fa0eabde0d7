// Tracks the notified handlers of a host, also those that an earlier run left pending.

import type { PendingHandlers } from '../../model/run/pendingHandlers.ts'
import type { Task } from '../../model/task.ts'
import { isSameHandler } from './sameHandler.ts'

export type NotificationsOptions = {
  readonly play: string
  readonly host: string
  /** Handlers that are pending from run to run; undefined in check mode. */
  readonly pendingHandlers?: PendingHandlers
}

export class Notifications {
  readonly #options: NotificationsOptions
  /** In the order of first notification; with the title of an unknown task while nothing surer has notified it. */
  readonly #notified = new Map<Task, string | undefined>()

  constructor(options: NotificationsOptions) {
    this.#options = options
  }

  /** The same handler if it has been notified already: the first one runs. */
  #known(handler: Task): Task {
    return [...this.#notified.keys()].find((known) => isSameHandler(known, handler)) ?? handler
  }

  /** Notifies the handlers of a task that changed something (`isSure`), or may have. */
  notify(task: Task, isSure: boolean): void {
    const { play, host, pendingHandlers } = this.#options
    for (const handler of handlersOf(task).map((each) => this.#known(each))) {
      if (isSure) {
        this.#notified.set(handler, undefined)
        pendingHandlers?.add(play, host, handler.title)
      } else if (!this.#notified.has(handler)) this.#notified.set(handler, task.title)
    }
  }

  /**
   * Makes the handlers of a task pending before it changes something, in case the run does not survive that. Returns
   * how to undo this for a task that failed: it will differ in the next run too, and notify then.
   */
  expect(task: Task): () => void {
    const { play, host, pendingHandlers } = this.#options
    const known = new Set(pendingHandlers?.of(play, host))
    const titles = handlersOf(task).map(({ title }) => title)
    // Those that an earlier run left pending, too: another run may be settling its own.
    for (const title of titles) pendingHandlers?.add(play, host, title)
    return () => {
      for (const title of titles) if (!known.has(title)) pendingHandlers?.settle(play, host, title)
    }
  }

  /**
   * Notifies the handlers of these tasks that an earlier run left pending, and gives their titles. Others stay pending:
   * perhaps tags deselect their tasks this time only.
   */
  resume(tasks: readonly Task[]): string[] {
    const { play, host, pendingHandlers } = this.#options
    const pending = new Set(pendingHandlers?.of(play, host))
    const found = tasks
      .flatMap(handlersOf)
      .filter((handler) => pending.has(handler.title) && !this.#notified.has(this.#known(handler)))
    for (const handler of found) this.#notified.set(this.#known(handler), undefined)
    return [...new Set(found.map(({ title }) => title))]
  }

  /** Takes all notified handlers; `dependsOn` names the task that decides whether the handler runs. */
  take(): { readonly task: Task; readonly dependsOn: string | undefined }[] {
    const taken = [...this.#notified].map(([task, dependsOn]) => ({ task, dependsOn }))
    this.#notified.clear()
    return taken
  }

  /** A handler has run, or had nothing to do. */
  settle({ title }: Task): void {
    const { play, host, pendingHandlers } = this.#options
    pendingHandlers?.settle(play, host, title)
  }
}

function handlersOf({ options: { notify } }: Task): readonly Task[] {
  if (notify === undefined) return []
  return Array.isArray(notify) ? (notify as readonly Task[]) : [notify as Task]
}
