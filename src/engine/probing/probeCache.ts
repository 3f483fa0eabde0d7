// What a host and its delegates have said since the last change, and how far ahead they are asked.

import type { Output } from '../../model/probe.ts'
import type { ScriptEntry } from '../../wire/script.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'
import { isOnHost, type Target, targetKey } from '../plan/target.ts'
import { otherHostError } from '../results/lostHost.ts'
import type { HostSession } from '../session/hostSession.ts'
import type { RunProbes } from './coalesceProbes.ts'
import { firstWindow, type PrefetchWindow, windowAfterChange, windowAfterNoChange } from './prefetchWindow.ts'
import { emptyResults, isAnswered, type ProbeBatch, type ProbeResults, recordAll } from './probeBatch.ts'
import { batchesByTarget, type CacheEntry, startProbeRun } from './probeRun.ts'

export type ProbeCacheOptions = {
  readonly session: HostSession
  /** The session of the host on which a task is carried out. */
  readonly sessionAt: (place: Target) => HostSession
  /** The host's tasks in later plays: looked at in the first trip too, for as long as nothing changes. */
  readonly laterTasks: readonly PlannedTask[]
  /** How many changes the run has made so far, on all hosts. */
  readonly site: { changes: number }
  /** Whether the host will look at a task itself, as far as is known: not at one that another carries out for all. */
  readonly isOwn: (item: PlannedTask) => boolean
}

/** Probes to send with the steps of a change, and what to do with their outputs. */
export type FollowUp = {
  readonly entries: readonly ScriptEntry[]
  /** Takes the outputs of `entries`, and asks in the other places. */
  readonly read: (outputs: readonly (Output | undefined)[]) => Promise<void>
}

export class ProbeCache {
  readonly #options: ProbeCacheOptions
  #cached: Map<string, CacheEntry>
  #window: PrefetchWindow = firstWindow
  /** Delegates that could not be reached when they were asked early: not asked again before a task's turn has come. */
  readonly #unreachable = new Set<string>()

  /** Begins with what a look in an earlier play saw, if nothing has changed anywhere since. */
  constructor(options: ProbeCacheOptions) {
    this.#options = options
    const { prefetched: lookahead } = options.session
    this.#cached = lookahead?.revision === options.site.changes ? lookahead.cached : new Map()
  }

  /** What has been said in the item's place since that host was last changed, by whomever. */
  get({ host: on, user: as }: PlannedTask): ProbeResults {
    return this.#entryAt({ host: on, user: as }).results
  }

  /**
   * Makes sure that the first of the items is answered: by one trip per place for as many as the window holds. It waits
   * for no more than that: what follows is compared while the rest of the trip is under way. Who was refused in an early
   * look, and nothing has changed since, is refused still: nobody asks again.
   */
  async ensure(items: readonly PlannedTask[]): Promise<void> {
    const first = items[0]!
    for (;;) {
      const { results, run: look } = this.#entryAt(first)
      if (isAnswered(first, results)) return
      if (look && !look.isDone()) {
        await look.next()
        continue
      }
      const refusal = look?.authError()
      if (refusal) throw refusal
      this.#look(items)
    }
  }

  /** Waits for what is being read on a host, however that ends: a change there must not get among it. */
  async idle({ host: on }: Target): Promise<void> {
    const there = [...this.#cached].filter(([key]) => isOnHost(key, on))
    await Promise.all(there.map(([, { run: look }]) => look?.settled))
  }

  #look(items: readonly PlannedTask[]): void {
    const { session, site, laterTasks: later } = this.#options
    const isFirst = this.#window === firstWindow
    if (isFirst) session.prefetched = { cached: this.#cached, revision: site.changes }
    else this.#window = windowAfterNoChange(this.#window)
    const now = targetKey(items[0]!)
    const own = this.#own(items)
    for (const [place, batch] of batchesByTarget(isFirst ? [...own, ...later] : this.#within(own))) {
      this.#batch(place, batch, { isEarly: targetKey(place) !== now })
    }
  }

  /** Forgets all answers, for a change is about to be made in a place, and says what to ask with it. */
  invalidate(here: Target, items: readonly PlannedTask[]): FollowUp {
    this.#window = windowAfterChange(this.#window)
    this.#cached = new Map()
    const inquiries = batchesByTarget(this.#within(this.#own(items)))
    const isHere = ([place]: (typeof inquiries)[number]) => targetKey(place) === targetKey(here)
    const [, own] = inquiries.find(isHere) ?? []
    return {
      entries: own?.entries ?? [],
      read: async (outputs) => {
        if (own) recordAll(own, outputs, this.#entryAt(here).results)
        const others = inquiries.filter((inquiry) => !isHere(inquiry))
        for (const [place, batch] of others) this.#batch(place, batch, { isEarly: true })
      },
    }
  }

  clear(): void {
    this.#cached = new Map()
  }

  #within(items: readonly PlannedTask[]): readonly PlannedTask[] {
    return items.slice(0, Math.min(this.#window.size, items.length))
  }

  /** Without what another host is expected to look at for all; the first is asked in any case. */
  #own(items: readonly PlannedTask[]): readonly PlannedTask[] {
    return items.filter((item, index) => index === 0 || this.#options.isOwn(item))
  }

  /** Early: no task's turn has come there, and an earlier one may have yet to make that account, or start that host. */
  #batch(place: Target, batch: ProbeBatch, { isEarly }: { readonly isEarly: boolean }): void {
    const key = targetKey(place)
    if (isEarly && this.#unreachable.has(key)) return
    const session = this.#options.sessionAt(place)
    const look: RunProbes = (...question) =>
      session.probe(...question).catch((thrown) => {
        if (place.host === undefined) throw thrown
        if (isEarly) this.#unreachable.add(key)
        throw otherHostError(thrown, place.host)
      })
    const cached = this.#entryAt(place)
    cached.run = startProbeRun(look, place.user, batch, cached.results)
  }

  #entryAt(place: Target): CacheEntry {
    const { revision } = this.#options.sessionAt(place)
    const key = targetKey(place)
    const known = this.#cached.get(key)
    if (known?.revision === revision) return known
    const cached = { results: emptyResults(), revision }
    this.#cached.set(key, cached)
    return cached
  }
}
