// What a host and its delegates have said since the last change, and how far ahead they are asked.

import { UnreachableError } from '../model/error.ts'
import type { Output } from '../model/probe.ts'
import { type Answers, emptyAnswers, inquiry } from './answers.ts'
import { type Item, isAnswered, questionsOf } from './item.ts'
import { otherHostLost } from './loss.ts'
import { type Place, placeKey, type Seen } from './place.ts'
import type { HostSession } from './session.ts'
import { firstWindow, type Window, windowAfterChange, windowAfterQuiet } from './window.ts'

export type LookoutOptions = {
  readonly session: HostSession
  /** The session of a host that tasks are delegated to. */
  readonly sessionOf: (delegate: string) => HostSession
  /** The host's tasks in later plays: looked at in the first trip too, for as long as nothing changes. */
  readonly later: readonly Item[]
  /** How many changes the run has made so far, on all hosts. */
  readonly site: { changes: number }
  /** Whether the host will look at a task itself, as far as is known: not at one that another carries out for all. */
  readonly isOwn: (item: Item) => boolean
}

/** Probes to send with the steps of a change, and what to do with their outputs. */
export type Ahead = {
  readonly entries: ReturnType<typeof inquiry>['entries']
  /** Takes the outputs of `entries`, and asks in the other places. */
  readonly read: (outputs: readonly (Output | undefined)[]) => Promise<void>
}

export class Lookout {
  readonly #options: LookoutOptions
  #answers: Map<string, Seen>
  #window: Window = firstWindow
  /** Delegates that could not be reached when they were asked early: not asked again before a task's turn has come. */
  readonly #silent = new Set<string>()

  /** Begins with what a look in an earlier play saw, if nothing has changed anywhere since. */
  constructor(options: LookoutOptions) {
    this.#options = options
    const { lookahead } = options.session
    this.#answers = lookahead?.mark === options.site.changes ? lookahead.answers : new Map()
  }

  /** What has been said in the item's place since that host was last changed, by whomever. */
  answersFor({ on, as }: Item): Answers {
    return this.#answersAt({ on, as })
  }

  /** Makes sure that the first of the items is answered: by one trip per place for as many as the window holds. */
  async ensure(items: readonly Item[]): Promise<void> {
    while (!isAnswered(items[0]!, this.answersFor(items[0]!))) await this.look(items)
  }

  async look(items: readonly Item[]): Promise<void> {
    const { session, site, later } = this.#options
    const isFirst = this.#window === firstWindow
    if (isFirst) session.lookahead = { answers: this.#answers, mark: site.changes }
    else this.#window = windowAfterQuiet(this.#window)
    const now = placeKey(items[0]!)
    const own = this.#own(items)
    const inquiries = this.#inquiries(isFirst ? [...own, ...later] : this.#within(own))
    await Promise.all(
      inquiries.map(([place, ask]) =>
        placeKey(place) === now ? this.#askAt(place, ask) : this.#askEarlyAt(place, ask),
      ),
    )
  }

  /** Forgets all answers, for a change is about to be made in a place, and says what to ask with it. */
  changing(here: Place, items: readonly Item[]): Ahead {
    this.#window = windowAfterChange(this.#window)
    this.#answers = new Map()
    const inquiries = this.#inquiries(this.#within(this.#own(items)))
    const isHere = ([place]: (typeof inquiries)[number]) => placeKey(place) === placeKey(here)
    const [, own] = inquiries.find(isHere) ?? []
    return {
      entries: own?.entries ?? [],
      read: async (outputs) => {
        own?.read(outputs, this.#answersAt(here))
        const others = inquiries.filter((inquiry) => !isHere(inquiry))
        await Promise.all(others.map(([place, ask]) => this.#askEarlyAt(place, ask)))
      },
    }
  }

  forget(): void {
    this.#answers = new Map()
  }

  #within(items: readonly Item[]): readonly Item[] {
    return items.slice(0, Math.min(this.#window.size, items.length))
  }

  /** Without what another host is expected to look at for all; the first is asked in any case. */
  #own(items: readonly Item[]): readonly Item[] {
    return items.filter((item, index) => index === 0 || this.#options.isOwn(item))
  }

  #inquiries(items: readonly Item[]): [Place, ReturnType<typeof inquiry>][] {
    const places = new Map(items.map(({ on, as }) => [placeKey({ on, as }), { on, as }]))
    return [...places].map(([key, place]) => [
      place,
      inquiry(items.filter((item) => placeKey(item) === key).flatMap(questionsOf)),
    ])
  }

  async #askAt(place: Place, ask: ReturnType<typeof inquiry>): Promise<void> {
    const answers = this.#answersAt(place)
    const session = this.#sessionAt(place)
    const outputs = await session.look(place.as, ask.entries).catch((thrown) => {
      throw place.on === undefined ? thrown : otherHostLost(thrown, place.on)
    })
    ask.read(outputs, answers)
  }

  /** Asks where no task's turn has come: an earlier one may have yet to make that account, or start that host. */
  async #askEarlyAt(place: Place, ask: ReturnType<typeof inquiry>): Promise<void> {
    const key = placeKey(place)
    if (this.#silent.has(key)) return
    await this.#askAt(place, ask).catch((thrown) => {
      if (thrown instanceof UnreachableError) throw thrown
      if (place.on !== undefined) this.#silent.add(key)
    })
  }

  #sessionAt({ on }: Place): HostSession {
    return on === undefined ? this.#options.session : this.#options.sessionOf(on)
  }

  #answersAt(place: Place): Answers {
    const { changes: mark } = this.#sessionAt(place)
    const key = placeKey(place)
    const known = this.#answers.get(key)
    if (known?.mark === mark) return known.answers
    const answers = emptyAnswers()
    this.#answers.set(key, { answers, mark })
    return answers
  }
}
