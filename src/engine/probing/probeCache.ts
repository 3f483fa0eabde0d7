// Caches what was probed for a host's tasks since the last change, and prefetches ahead.

import type { Output } from '../../model/probe.ts'
import type { ScriptEntry } from '../../wire/script.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'
import { isOnHost, type Target, targetKey } from '../plan/target.ts'
import { otherHostError } from '../results/lostHost.ts'
import { ProbeTimeout } from '../session/probeTimeout.ts'
import type { RunProbes } from './coalesceProbes.ts'
import { firstWindow, type PrefetchWindow, windowAfterChange, windowAfterNoChange } from './prefetchWindow.ts'
import {
  emptyResults,
  filePaths,
  isAnswered,
  type ProbeBatch,
  type ProbeResults,
  recordAll,
} from './probeBatch.ts'
import { batchesByTarget, type ProbeRun, startProbeRun } from './probeRun.ts'

/** What was probed at a target, and the host's revision at that time. */
export type CacheEntry = {
  readonly results: ProbeResults
  readonly revision: number
  /** The last run that brings results. */
  run?: ProbeRun
}

/** What was probed for later plays too, by target, and the run's revision at that time. */
export type Prefetched = { readonly entries: Map<string, CacheEntry>; readonly revision: number }

/** A host that is probed. */
type ProbedHost = {
  readonly probe: RunProbes
  /** Grows with each change on the host: older results are void. */
  readonly revision: number
  prefetched: Prefetched | undefined
}

type ProbeCacheOptions = {
  readonly host: ProbedHost
  /** The host that a target names. */
  readonly hostAt: (target: Target) => ProbedHost
  /** The host's tasks in later plays: the first trip probes for them too. */
  readonly laterTasks: readonly PlannedTask[]
  /** Grows with each change of the run, on whatever host. */
  readonly run: { readonly revision: number }
  /** Whether the host is expected to probe for a task itself: false where another runs it once for all. */
  readonly isOwn: (task: PlannedTask) => boolean
}

/** Probes to send along with the steps of a change, and what to do with their outputs. */
type FollowUp = {
  readonly entries: readonly ScriptEntry[]
  /** Records the outputs of `entries`, and starts probing the other targets. */
  readonly read: (outputs: readonly (Output | undefined)[]) => Promise<void>
}

export class ProbeCache {
  readonly #options: ProbeCacheOptions
  #entries: Map<string, CacheEntry>
  #window: PrefetchWindow = firstWindow
  /** Delegates whose prefetch failed: not probed again before a task's turn has come there. */
  readonly #unreachable = new Set<string>()
  /** Files that hung: only the tasks that read them wait for them. */
  readonly #hanging = new Set<string>()

  /** Starts with what was prefetched in an earlier play, if nothing has changed anywhere since. */
  constructor(options: ProbeCacheOptions) {
    this.#options = options
    const { prefetched } = options.host
    this.#entries = prefetched?.revision === options.run.revision ? prefetched.entries : new Map()
  }

  /** What was probed at the task's target since that host was last changed. */
  get({ target }: PlannedTask): ProbeResults {
    return this.#entryAt(target).results
  }

  /**
   * Resolves once the first of the tasks has its results. One trip per target probes for as many tasks as the window
   * holds, but nothing waits for the others: tasks are evaluated while the rest of the trip is under way. Where a
   * prefetch was refused the login or become, and nothing has changed since, that error is thrown without asking again.
   */
  async ensure(tasks: readonly PlannedTask[]): Promise<void> {
    const first = tasks[0]!
    for (;;) {
      const { results, run } = this.#entryAt(first.target)
      if (isAnswered(first, results)) return
      if (run && !run.isDone()) {
        await run.next().catch((thrown) => {
          if (!this.#setAside(thrown, first)) throw thrown
        })
        continue
      }
      const authError = run?.authError()
      if (authError) throw authError
      this.#prefetch(tasks)
    }
  }

  /** Files that hang are left to the tasks that read them; false: the task is one of these, or nothing of the kind. */
  #setAside(thrown: unknown, task: PlannedTask): boolean {
    if (!(thrown instanceof ProbeTimeout) || thrown.hanging.length === 0) return false
    for (const path of thrown.hanging) this.#hanging.add(path)
    return !this.#isHanging(task)
  }

  #isHanging(task: PlannedTask): boolean {
    return filePaths(task).some((path) => this.#hanging.has(path))
  }

  /** Resolves once nothing is being probed on the target's host: a change there must not come in between. */
  async idle({ host }: Target): Promise<void> {
    const there = [...this.#entries].filter(([key]) => isOnHost(key, host))
    await Promise.all(there.map(([, { run }]) => run?.settled))
  }

  #prefetch(tasks: readonly PlannedTask[]): void {
    const { host, run, laterTasks } = this.#options
    const isFirst = this.#window === firstWindow
    if (isFirst) host.prefetched = { entries: this.#entries, revision: run.revision }
    else this.#window = windowAfterNoChange(this.#window)
    const now = targetKey(tasks[0]!.target)
    const own = this.#own(tasks)
    const later = laterTasks.filter((task) => !this.#isHanging(task))
    const all = isFirst ? [...own, ...later] : this.#within(own)
    // Where a look gave tasks, those after it may have been probed already.
    const unanswered = all.filter((task) => !isAnswered(task, this.get(task)))
    for (const [target, batch] of batchesByTarget(unanswered)) {
      this.#start(target, batch, { isEarly: targetKey(target) !== now })
    }
  }

  /** Forgets all results, for a change is about to be made at a target, and says what to probe along with it. */
  invalidate(changed: Target, tasks: readonly PlannedTask[]): FollowUp {
    this.#window = windowAfterChange(this.#window)
    this.clear()
    const batches = batchesByTarget(this.#within(this.#own(tasks)))
    const isHere = ([target]: (typeof batches)[number]) => targetKey(target) === targetKey(changed)
    const [, own] = batches.find(isHere) ?? []
    return {
      entries: own?.entries ?? [],
      read: async (outputs) => {
        if (own) recordAll(own, outputs, this.#entryAt(changed).results)
        const others = batches.filter((batch) => !isHere(batch))
        for (const [target, batch] of others) this.#start(target, batch, { isEarly: true })
      },
    }
  }

  clear(): void {
    this.#entries = new Map()
  }

  #within(tasks: readonly PlannedTask[]): readonly PlannedTask[] {
    return tasks.slice(0, Math.min(this.#window.size, tasks.length))
  }

  /** Without what another host is expected to probe, and what hangs; the first is probed in any case. */
  #own(tasks: readonly PlannedTask[]): readonly PlannedTask[] {
    return tasks.filter((task, index) => index === 0 || (this.#options.isOwn(task) && !this.#isHanging(task)))
  }

  /** Early: no task's turn has come at the target, and an earlier task may yet create that user or start that host. */
  #start(target: Target, batch: ProbeBatch, { isEarly }: { readonly isEarly: boolean }): void {
    const key = targetKey(target)
    if (isEarly && this.#unreachable.has(key)) return
    const host = this.#options.hostAt(target)
    const probe: RunProbes = (...request) =>
      host.probe(...request).catch((thrown) => {
        if (target.host === undefined) throw thrown
        if (isEarly) this.#unreachable.add(key)
        throw otherHostError(thrown, target.host)
      })
    const entry = this.#entryAt(target)
    entry.run = startProbeRun(probe, target.user, batch, entry.results)
  }

  #entryAt(target: Target): CacheEntry {
    const { revision } = this.#options.hostAt(target)
    const key = targetKey(target)
    const known = this.#entries.get(key)
    if (known?.revision === revision) return known
    const entry: CacheEntry = { results: emptyResults(), revision }
    this.#entries.set(key, entry)
    return entry
  }
}
