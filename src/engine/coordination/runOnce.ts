// Lets one host of a batch run a task once for all, and shares its outcome.

import { createNotifier } from '../../model/concurrency/notifier.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import type { Status } from '../../model/run/outcome.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'

/** How the task ended on the host that ran it. */
export type OnceOutcome = { readonly by: string; readonly status: Status; readonly error?: PlaybookError }

type OnceTask = { readonly runner: string; readonly outcome?: OnceOutcome }

/** One for each batch of hosts. */
export class RunOnce {
  /** In order: the first that has not left runs a task. */
  readonly #hosts: readonly string[]
  /** The keys of each host's tasks, once they are known. */
  readonly #keys = new Map<string, ReadonlySet<string>>()
  readonly #gone = new Set<string>()
  readonly #tasks = new Map<string, OnceTask>()
  readonly #changed = createNotifier()

  constructor(hosts: readonly string[]) {
    this.#hosts = hosts
  }

  /** Tasks that a host does not have are left to the others. */
  setTasks(host: string, items: readonly PlannedTask[]): void {
    this.#keys.set(host, new Set(items.map(({ key }) => key)))
    this.#changed.notify()
  }

  /** Whether the task falls to the host, unless another has taken it already. */
  isRunner(host: string, { key, label }: PlannedTask): boolean {
    if (label.isHandler) return true
    const before = this.#hosts.slice(0, this.#hosts.indexOf(host))
    return before.every((other) => this.#gone.has(other) || this.#keys.get(other)?.has(key) === false)
  }

  /**
   * Resolves with the outcome if another host runs the task, or with undefined if it falls to this host. `onWait` is
   * called with the name of the host it waits for.
   */
  async claim(
    host: string,
    item: PlannedTask,
    onWait: (runner: string) => void,
  ): Promise<OnceOutcome | undefined> {
    for (let waitedFor = ''; ; ) {
      const known = this.#tasks.get(item.key)
      if (known?.outcome) return known.outcome
      if (known?.runner === host) return undefined
      if (!known && this.isRunner(host, item)) {
        this.#tasks.set(item.key, { runner: host })
        return undefined
      }
      const runner = known?.runner ?? this.#hosts.find((other) => !this.#gone.has(other))!
      if (runner !== waitedFor) onWait(runner)
      waitedFor = runner
      await this.#changed.next()
    }
  }

  publish(key: string, outcome: OnceOutcome): void {
    this.#tasks.set(key, { runner: outcome.by, outcome })
    this.#changed.notify()
  }

  /** The host has ended, or never begun: its tasks fall to others. */
  leave(host: string): void {
    this.#gone.add(host)
    for (const [key, { runner, outcome }] of this.#tasks)
      if (runner === host && !outcome) this.#tasks.delete(key)
    this.#changed.notify()
  }
}

/** Fails the task on the other hosts too. */
export function runOnceError({ task }: PlannedTask, { by, error }: OnceOutcome): PlaybookError {
  return new PlaybookError('E_RUN_ONCE', `${task.title} failed on ${by}, which ran it once for all hosts.`, {
    details: error ? [error.message, ...error.details] : [],
    hint: error?.hint,
  })
}
