// Which handlers a host owes at the end of its play, and whether that is sure.

import type { Task } from '../model/task.ts'

export class Notifications {
  /** In the order of first notification; with the title of the unknown task where nothing surer has notified it. */
  readonly #owed = new Map<Task, string | undefined>()

  /** Notes the handlers of a task that changed something (`isSure`), or of one of which nobody can know. */
  notify({ title, options: { notify } }: Task, isSure: boolean): void {
    const handlers =
      notify === undefined ? [] : Array.isArray(notify) ? (notify as readonly Task[]) : [notify as Task]
    for (const handler of handlers) {
      if (isSure) this.#owed.set(handler, undefined)
      else if (!this.#owed.has(handler)) this.#owed.set(handler, title)
    }
  }

  /** Takes out all that are owed; `doubtfulBy` names the task on which it depends whether the handler runs. */
  take(): { readonly task: Task; readonly doubtfulBy: string | undefined }[] {
    const taken = [...this.#owed].map(([task, doubtfulBy]) => ({ task, doubtfulBy }))
    this.#owed.clear()
    return taken
  }
}
