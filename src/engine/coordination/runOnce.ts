// Tasks that one host of a batch carries out for all: who does, and how it ended for the others.

import { PlaybookError } from '../../model/errors/error.ts'
import type { Status } from '../../model/run/outcome.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'

/** How the task ended on the host that carried it out. */
export type OnceOutcome = { readonly by: string; readonly status: Status; readonly error?: PlaybookError }

type OnceTask = { readonly runner: string; readonly outcome?: OnceOutcome }

/** One for each batch of hosts. */
export class RunOnce {
  /** In their order: the first that is still going carries a task out. */
  readonly #hosts: readonly string[]
  /** The places of each host's tasks, once they are known. */
  readonly #keys = new Map<string, ReadonlySet<string>>()
  readonly #gone = new Set<string>()
  readonly #tasks = new Map<string, OnceTask>()
  #change = signalled()

  constructor(hosts: readonly string[]) {
    this.#hosts = hosts
  }

  /** A host's tasks are known: those it does not have are left to others. */
  setTasks(host: string, items: readonly PlannedTask[]): void {
    this.#keys.set(host, new Set(items.map(({ key }) => key)))
    this.#tell()
  }

  /** Whether the host will have to carry out the task, if the hosts before it come to it. */
  isRunner(host: string, { key, label }: PlannedTask): boolean {
    if (label.isHandler) return true
    const before = this.#hosts.slice(0, this.#hosts.indexOf(host))
    return before.every((other) => this.#gone.has(other) || this.#keys.get(other)?.has(key) === false)
  }

  /**
   * Waits until it is clear who carries out the task, and if that is another host, how it ended there. `onWait` is told
   * which host that will be.
   */
  async claim(
    host: string,
    item: PlannedTask,
    onWait: (runner: string) => void,
  ): Promise<OnceOutcome | undefined> {
    for (let told = ''; ; ) {
      const known = this.#tasks.get(item.key)
      if (known?.outcome) return known.outcome
      if (known?.runner === host) return undefined
      if (!known && this.isRunner(host, item)) {
        this.#tasks.set(item.key, { runner: host })
        return undefined
      }
      const runner = known?.runner ?? this.#hosts.find((other) => !this.#gone.has(other))!
      if (runner !== told) onWait(runner)
      told = runner
      await this.#change.come
    }
  }

  /** The host has carried out the task. */
  publish(key: string, outcome: OnceOutcome): void {
    this.#tasks.set(key, { runner: outcome.by, outcome })
    this.#tell()
  }

  /** The host has ended, or never began: another takes what it has not carried out. */
  leave(host: string): void {
    this.#gone.add(host)
    for (const [key, { runner, outcome }] of this.#tasks)
      if (runner === host && !outcome) this.#tasks.delete(key)
    this.#tell()
  }

  #tell(): void {
    const { tell } = this.#change
    this.#change = signalled()
    tell()
  }
}

function signalled(): { readonly come: Promise<void>; readonly tell: () => void } {
  let tell: () => void = () => {}
  const come = new Promise<void>((resolve) => {
    tell = resolve
  })
  return { come, tell }
}

/** That a task failed on one host fails it on all for which it was carried out. */
export function runOnceError({ task }: PlannedTask, { by, error }: OnceOutcome): PlaybookError {
  return new PlaybookError('E_RUN_ONCE', `${task.title} failed on ${by}, which carried it out for all.`, {
    details: error ? [error.message, ...error.details] : [],
    hint: error?.hint,
  })
}
