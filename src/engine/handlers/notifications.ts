// Which handlers a host owes, whether that is sure, and what an earlier run left owing.

import type { PendingHandlers } from '../../model/run/pendingHandlers.ts'
import type { Task } from '../../model/task.ts'
import { isSameHandler } from './sameHandler.ts'

export type NotificationsOptions = {
  readonly play: string
  readonly host: string
  /** What is owed from run to run; none in check mode, which owes nothing. */
  readonly pendingHandlers?: PendingHandlers
}

export class Notifications {
  readonly #options: NotificationsOptions
  /** In the order of first notification; with the title of the unknown task where nothing surer has notified it. */
  readonly #waiting = new Map<Task, string | undefined>()

  constructor(options: NotificationsOptions) {
    this.#options = options
  }

  /** The handler that is waiting already, where this one is the same: the first of them is the one that runs. */
  #known(handler: Task): Task {
    return [...this.#waiting.keys()].find((waiting) => isSameHandler(waiting, handler)) ?? handler
  }

  /** Notes the handlers of a task that changed something (`isSure`), or of one of which nobody can know. */
  notify(task: Task, isSure: boolean): void {
    const { play, host, pendingHandlers } = this.#options
    for (const handler of handlersOf(task).map((each) => this.#known(each))) {
      if (isSure) {
        this.#waiting.set(handler, undefined)
        pendingHandlers?.add(play, host, handler.title)
      } else if (!this.#waiting.has(handler)) this.#waiting.set(handler, task.title)
    }
  }

  /**
   * Notes that a task is about to change something: should nobody live to tell how that ended, its handlers are owed.
   * Gives back what takes that back, for a task that failed: it will differ in the next run too, and notify then.
   */
  expect(task: Task): () => void {
    const { play, host, pendingHandlers } = this.#options
    const known = new Set(pendingHandlers?.of(play, host))
    const titles = handlersOf(task)
      .map(({ title }) => title)
      .filter((title) => !known.has(title))
    for (const title of titles) pendingHandlers?.add(play, host, title)
    return () => {
      for (const title of titles) pendingHandlers?.settle(play, host, title)
    }
  }

  /**
   * Notes what an earlier run left owing, of the handlers that the tasks have; gives their titles. The others stay
   * owed: their tasks may only be left out by tags this time.
   */
  resume(tasks: readonly Task[]): string[] {
    const { play, host, pendingHandlers } = this.#options
    const owing = new Set(pendingHandlers?.of(play, host))
    const found = tasks.flatMap(handlersOf).filter(({ title }) => owing.has(title))
    for (const handler of found) this.#waiting.set(this.#known(handler), undefined)
    return [...new Set(found.map(({ title }) => title))]
  }

  /** Takes out all that are waiting; `doubtfulBy` names the task on which it depends whether the handler runs. */
  take(): { readonly task: Task; readonly dependsOn: string | undefined }[] {
    const taken = [...this.#waiting].map(([task, dependsOn]) => ({ task, dependsOn }))
    this.#waiting.clear()
    return taken
  }

  /** A handler has run, or had nothing to do: it is owed no more. */
  settle({ title }: Task): void {
    const { play, host, pendingHandlers } = this.#options
    pendingHandlers?.settle(play, host, title)
  }
}

function handlersOf({ options: { notify } }: Task): readonly Task[] {
  if (notify === undefined) return []
  return Array.isArray(notify) ? (notify as readonly Task[]) : [notify as Task]
}
