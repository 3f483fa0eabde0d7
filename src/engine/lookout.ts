// What a host and its delegates have said since the last change, and how far ahead they are asked.

import type { Output } from '../model/probe.ts'
import type { ScriptEntry } from '../wire/script.ts'
import { type Answers, emptyAnswers, type Inquiry, takeAll } from './answers.ts'
import { type Item, isAnswered } from './item.ts'
import { beginLook, inquiriesByPlace, type Seen } from './look.ts'
import type { Look } from './looks.ts'
import { otherHostLost } from './loss.ts'
import { isOnHost, type Place, placeKey } from './place.ts'
import type { HostSession } from './session.ts'
import { firstWindow, type Window, windowAfterChange, windowAfterQuiet } from './window.ts'

export type LookoutOptions = {
  readonly session: HostSession
  /** The session of the host on which a task is carried out. */
  readonly sessionAt: (place: Place) => HostSession
  /** The host's tasks in later plays: looked at in the first trip too, for as long as nothing changes. */
  readonly later: readonly Item[]
  /** How many changes the run has made so far, on all hosts. */
  readonly site: { changes: number }
  /** Whether the host will look at a task itself, as far as is known: not at one that another carries out for all. */
  readonly isOwn: (item: Item) => boolean
}

/** Probes to send with the steps of a change, and what to do with their outputs. */
export type Ahead = {
  readonly entries: readonly ScriptEntry[]
  /** Takes the outputs of `entries`, and asks in the other places. */
  readonly read: (outputs: readonly (Output | undefined)[]) => Promise<void>
}

export class Lookout {
  readonly #options: LookoutOptions
  #seen: Map<string, Seen>
  #window: Window = firstWindow
  /** Delegates that could not be reached when they were asked early: not asked again before a task's turn has come. */
  readonly #silent = new Set<string>()

  /** Begins with what a look in an earlier play saw, if nothing has changed anywhere since. */
  constructor(options: LookoutOptions) {
    this.#options = options
    const { lookahead } = options.session
    this.#seen = lookahead?.mark === options.site.changes ? lookahead.seen : new Map()
  }

  /** What has been said in the item's place since that host was last changed, by whomever. */
  answersFor({ on, as }: Item): Answers {
    return this.#seenAt({ on, as }).answers
  }

  /**
   * Makes sure that the first of the items is answered: by one trip per place for as many as the window holds. It waits
   * for no more than that: what follows is compared while the rest of the trip is under way. Who was refused in an early
   * look, and nothing has changed since, is refused still: nobody asks again.
   */
  async ensure(items: readonly Item[]): Promise<void> {
    const first = items[0]!
    for (;;) {
      const { answers, look } = this.#seenAt(first)
      if (isAnswered(first, answers)) return
      if (look && !look.isOver()) {
        await look.next()
        continue
      }
      const refusal = look?.refusal()
      if (refusal) throw refusal
      this.#look(items)
    }
  }

  /** Waits for what is being read on a host, however that ends: a change there must not get among it. */
  async looksOver({ on }: Place): Promise<void> {
    const there = [...this.#seen].filter(([key]) => isOnHost(key, on))
    await Promise.all(there.map(([, { look }]) => look?.settled))
  }

  #look(items: readonly Item[]): void {
    const { session, site, later } = this.#options
    const isFirst = this.#window === firstWindow
    if (isFirst) session.lookahead = { seen: this.#seen, mark: site.changes }
    else this.#window = windowAfterQuiet(this.#window)
    const now = placeKey(items[0]!)
    const own = this.#own(items)
    for (const [place, ask] of inquiriesByPlace(isFirst ? [...own, ...later] : this.#within(own))) {
      this.#ask(place, ask, { isEarly: placeKey(place) !== now })
    }
  }

  /** Forgets all answers, for a change is about to be made in a place, and says what to ask with it. */
  changing(here: Place, items: readonly Item[]): Ahead {
    this.#window = windowAfterChange(this.#window)
    this.#seen = new Map()
    const inquiries = inquiriesByPlace(this.#within(this.#own(items)))
    const isHere = ([place]: (typeof inquiries)[number]) => placeKey(place) === placeKey(here)
    const [, own] = inquiries.find(isHere) ?? []
    return {
      entries: own?.entries ?? [],
      read: async (outputs) => {
        if (own) takeAll(own, outputs, this.#seenAt(here).answers)
        const others = inquiries.filter((inquiry) => !isHere(inquiry))
        for (const [place, ask] of others) this.#ask(place, ask, { isEarly: true })
      },
    }
  }

  forget(): void {
    this.#seen = new Map()
  }

  #within(items: readonly Item[]): readonly Item[] {
    return items.slice(0, Math.min(this.#window.size, items.length))
  }

  /** Without what another host is expected to look at for all; the first is asked in any case. */
  #own(items: readonly Item[]): readonly Item[] {
    return items.filter((item, index) => index === 0 || this.#options.isOwn(item))
  }

  /** Early: no task's turn has come there, and an earlier one may have yet to make that account, or start that host. */
  #ask(place: Place, ask: Inquiry, { isEarly }: { readonly isEarly: boolean }): void {
    const key = placeKey(place)
    if (isEarly && this.#silent.has(key)) return
    const session = this.#options.sessionAt(place)
    const look: Look = (...question) =>
      session.look(...question).catch((thrown) => {
        if (place.on === undefined) throw thrown
        if (isEarly) this.#silent.add(key)
        throw otherHostLost(thrown, place.on)
      })
    const seen = this.#seenAt(place)
    seen.look = beginLook(look, place.as, ask, seen.answers)
  }

  #seenAt(place: Place): Seen {
    const { changes: mark } = this.#options.sessionAt(place)
    const key = placeKey(place)
    const known = this.#seen.get(key)
    if (known?.mark === mark) return known
    const seen = { answers: emptyAnswers(), mark }
    this.#seen.set(key, seen)
    return seen
  }
}
