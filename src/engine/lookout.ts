// What a host has said since the last change, and how far ahead it is asked.

import { UnreachableError } from '../model/error.ts'
import type { Output } from '../model/probe.ts'
import { type Answers, emptyAnswers, inquiry } from './answers.ts'
import { type Item, isAnswered, questionsOf } from './item.ts'
import type { HostSession } from './session.ts'
import { firstWindow, type Window, windowAfterChange, windowAfterQuiet } from './window.ts'

export type LookoutOptions = {
  readonly session: HostSession
  /** The host's tasks in later plays: looked at in the first trip too, for as long as nothing changes. */
  readonly later: readonly Item[]
  /** How many changes the run has made so far, on all hosts. */
  readonly site: { changes: number }
}

/** Probes to send with the steps of a change, and what to do with their outputs. */
export type Ahead = {
  readonly entries: ReturnType<typeof inquiry>['entries']
  /** Takes the outputs of `entries`, and asks as the other users. */
  readonly read: (outputs: readonly (Output | undefined)[]) => Promise<void>
}

export class Lookout {
  readonly #options: LookoutOptions
  #answers: Map<string, Answers>
  #window: Window = firstWindow

  /** Begins with what a look in an earlier play saw, if nothing has changed anywhere since. */
  constructor(options: LookoutOptions) {
    this.#options = options
    const { lookahead } = options.session
    this.#answers = lookahead?.mark === options.site.changes ? lookahead.answers : new Map()
  }

  answersFor({ as }: Item): Answers {
    return this.#answersAs(as)
  }

  /** Makes sure that the first of the items is answered: by one trip per user for as many as the window holds. */
  async ensure(items: readonly Item[]): Promise<void> {
    if (isAnswered(items[0]!, this.answersFor(items[0]!))) return
    await this.look(items)
  }

  async look(items: readonly Item[]): Promise<void> {
    const { session, site } = this.#options
    const isFirst = this.#window === firstWindow
    if (isFirst) session.lookahead = { answers: this.#answers, mark: site.changes }
    else this.#window = windowAfterQuiet(this.#window)
    const inquiries = inquiriesByUser(isFirst ? [...items, ...this.#options.later] : this.#within(items))
    const now = items[0]?.as
    await Promise.all(
      [...inquiries].map(([as, ask]) => (as === now ? this.#askAs(as, ask) : this.#askEarlyAs(as, ask))),
    )
  }

  /** Forgets all answers, for a change is about to be made as `as`, and says what to ask with it. */
  changing(as: string | undefined, items: readonly Item[]): Ahead {
    this.#window = windowAfterChange(this.#window)
    this.#answers = new Map()
    const inquiries = inquiriesByUser(this.#within(items))
    const own = inquiries.get(as)
    inquiries.delete(as)
    return {
      entries: own?.entries ?? [],
      read: async (outputs) => {
        own?.read(outputs, this.#answersAs(as))
        await Promise.all([...inquiries].map(([other, ask]) => this.#askEarlyAs(other, ask)))
      },
    }
  }

  forget(): void {
    this.#answers = new Map()
  }

  #within(items: readonly Item[]): readonly Item[] {
    return items.slice(0, Math.min(this.#window.size, items.length))
  }

  async #askAs(as: string | undefined, ask: ReturnType<typeof inquiry>): Promise<void> {
    const outputs = await this.#options.session.trip(as, ask.entries)
    ask.read(outputs, this.#answersAs(as))
  }

  /** Asks as a user whose turn has not come: an earlier task may have yet to make that account. */
  async #askEarlyAs(as: string | undefined, ask: ReturnType<typeof inquiry>): Promise<void> {
    await this.#askAs(as, ask).catch((thrown) => {
      if (thrown instanceof UnreachableError) throw thrown
    })
  }

  #answersAs(as: string | undefined): Answers {
    const key = as ?? ''
    const known = this.#answers.get(key) ?? emptyAnswers()
    this.#answers.set(key, known)
    return known
  }
}

function inquiriesByUser(items: readonly Item[]): Map<string | undefined, ReturnType<typeof inquiry>> {
  const users = new Set(items.map((item) => item.as))
  return new Map(
    [...users].map((as) => [as, inquiry(items.filter((item) => item.as === as).flatMap(questionsOf))]),
  )
}
