// Handles one task on a host: what its turn finds, what is done about it, and how it ended.

import type { Change } from '../model/change.ts'
import { UnreachableError } from '../model/errors/error.ts'
import type { Output } from '../model/probe.ts'
import type { RunEvent } from '../model/run/event.ts'
import type { ScriptEntry } from '../wire/script.ts'
import type { Account } from './account.ts'
import type { ActOptions } from './act.ts'
import { reported, tryUntilDone } from './attempt.ts'
import type { Consent } from './consent.ts'
import { type Ended, isBad, toldEnd } from './ended.ts'
import type { Foresight, Planned } from './foresight.ts'
import type { HandlerItems } from './handlerItems.ts'
import type { HostTurn } from './hostTurn.ts'
import type { Item } from './item.ts'
import { failedVerdict, judge, type Verdict } from './judge.ts'
import type { Lookout } from './lookout.ts'
import { lossOf, otherHostLost } from './loss.ts'
import type { Place } from './place.ts'
import { rehearse } from './rehearse.ts'
import { type OnceForAll, type OnceOutcome, onceFailed } from './runOnce.ts'
import type { HostSession } from './session.ts'
import type { Throttle } from './throttle.ts'
import type { Turn } from './turns.ts'

/** What handling a task takes of the run, the play and the host. */
export type HandlingOptions = Pick<ActOptions, 'fetch' | 'artifacts' | 'reach'> & {
  readonly play: string
  readonly session: HostSession
  /** The session of the host on which a task is carried out. */
  readonly sessionAt: (place: Place) => HostSession
  /** How many changes the run has made so far, on all hosts. */
  readonly site: { changes: number } & Planned
  readonly turn: Turn
  /** What the hosts of the play share: how many may carry out a task at once. */
  readonly throttle: Throttle
  /** What the hosts of the batch share: tasks that one of them carries out for all. */
  readonly once: OnceForAll
  readonly isCheck: boolean
  readonly emit: (event: RunEvent) => void
  readonly consent?: Consent
  /** true: another host failed in a way that ends the play; start nothing more. */
  readonly isPlayOver: () => boolean
  readonly signal?: AbortSignal
}

/** What a host has seen and done since it began to look, for the first time or anew. */
export type Round = {
  /** Its tasks, and the handlers that were put among them. */
  readonly items: Item[]
  readonly lookout: Lookout
  readonly handlers: HandlerItems
}

/** What goes on through all rounds. */
export type Standing = {
  readonly account: Account
  readonly turn: HostTurn
  readonly foresight: Foresight
}

/** How the task ended; `restart`: others have changed what was seen; `stop`: the play is over. */
export type Handled = Ended | 'restart' | 'stop'

export function handleTask(
  index: number,
  round: Round,
  standing: Standing,
  options: HandlingOptions,
): Promise<Handled> {
  return new Handling(index, round, standing, options).handle()
}

class Handling {
  readonly #index: number
  readonly #item: Item
  readonly #round: Round
  readonly #standing: Standing
  readonly #options: HandlingOptions

  constructor(index: number, round: Round, standing: Standing, options: HandlingOptions) {
    this.#index = index
    this.#item = round.items[index]!
    this.#round = round
    this.#standing = standing
    this.#options = options
  }

  async handle(): Promise<Handled> {
    const { task } = this.#item
    const { account } = this.#standing
    const isConsented = await this.#isConsented()
    if (this.#isOver()) return 'stop'
    // A handler that is left out stays owed.
    if (!isConsented) return { status: 'skipped', changes: [], reason: 'left out by who was asked' }
    account.current = { item: this.#item, startedAt: performance.now(), what: [] }
    try {
      const outcome = await this.#outcomeElsewhere()
      if (this.#isOver()) return 'stop'
      return outcome ? await this.#follow(outcome) : await this.#compare()
    } catch (thrown) {
      const isForgivable = thrown instanceof UnreachableError && task.options.ignoreUnreachable
      if (!isForgivable || this.#options.signal?.aborted) throw thrown
      this.#round.lookout.forget()
      const error = lossOf(thrown, task.title, account.current?.what ?? [])
      return this.#finish({ status: 'unreachable', changes: [], error })
    }
  }

  async #isConsented(): Promise<boolean> {
    const { play, session, consent } = this.#options
    if (!consent) return true
    const { title } = this.#item.task
    const before = this.#round.items.slice(0, this.#index)
    const occurrence = before.filter(({ task }) => task.title === title).length
    return consent({ play, host: session.host, title, occurrence })
  }

  #isOver(): boolean {
    return this.#options.isPlayOver() || this.#options.signal?.aborted === true
  }

  /** How a task ended that another host carries out for all; undefined: this one does, or every host for itself. */
  async #outcomeElsewhere(): Promise<OnceOutcome | undefined> {
    const { once, session } = this.#options
    if (!this.#item.task.options.runOnce) return undefined
    return once.claim(session.host, this.#item, (runner) => this.#standing.turn.tellWaiting([runner]))
  }

  /** Goes on as a task ended elsewhere. What was seen before is void where it has changed something. */
  async #follow(outcome: OnceOutcome): Promise<Handled> {
    const { status, by } = outcome
    const { turn, foresight } = this.#standing
    if (status === 'failed' || status === 'unreachable') {
      if (!(await turn.come())) return 'restart'
      const isIgnored = status === 'unreachable' && this.#item.task.options.ignoreUnreachable
      const error = onceFailed(this.#item, outcome)
      return { status: isIgnored ? 'unreachable' : 'failed', changes: [], error }
    }
    if (status === 'changed' || status === 'unknown') {
      this.#round.lookout.forget()
      foresight.doubt(this.#item)
    }
    return this.#settled({ status: 'skipped', changes: [], reason: `${by} carries it out for all` })
  }

  async #compare(): Promise<Handled> {
    const { turn } = this.#standing
    const verdict = await this.#look()
    if (verdict.kind === 'failed' && !(await turn.come())) return 'restart'
    if (this.#willRun(verdict)) return this.#finish({ status: 'changed', changes: [] })
    if (this.#options.isCheck && verdict.kind === 'changes') return this.#foresee(verdict.changes)
    if (this.#options.isCheck || !isToBeTried(this.#item, verdict))
      return this.#conclude(verdict as Exclude<Verdict, { kind: 'changes' }>)
    if (!(await turn.come())) return 'restart'
    return this.#throttled(verdict)
  }

  /** What the item's turn finds. That one cannot become its user is a failure of the task, as any other. */
  async #look(): Promise<Verdict> {
    const { items, lookout } = this.#round
    const prediction = this.#standing.foresight.at(this.#item)
    try {
      await lookout.ensure(items.slice(this.#index))
    } catch (thrown) {
      if (thrown instanceof UnreachableError || this.#options.signal?.aborted) throw thrown
      return failedVerdict(thrown, this.#item.task.name, prediction)
    }
    return judge(this.#item, lookout.answersFor(this.#item), prediction)
  }

  /** A handler that is surely notified runs, though what it will find cannot be known. */
  #willRun({ kind }: Verdict): boolean {
    const isSure = this.#round.handlers.doubtfulBy(this.#item) === undefined
    return kind === 'unknown' && this.#item.label.isHandler && isSure
  }

  /** Tries the task when fewer hosts than its `throttle` do; who had to wait looks again, as in a turn of its own. */
  #throttled(verdict: Verdict): Promise<Handled> {
    const { throttle, session } = this.#options
    let hasWaited = false
    const work = async () => {
      if (this.#isOver()) return 'stop'
      if (hasWaited) this.#round.lookout.forget()
      return this.#change(hasWaited ? await this.#look() : verdict)
    }
    return throttle(this.#item, session.host, work, (hosts) => {
      hasWaited = true
      this.#standing.turn.tellWaiting(hosts)
    })
  }

  async #change(found: Verdict): Promise<Handled> {
    const { signal, sessionAt } = this.#options
    const { notifications } = this.#round.handlers
    const takeBack = notifications.expect(this.#item.task)
    const tried = await tryUntilDone(found, {
      ...this.#options,
      ...{ item: this.#item, ahead: this.#round.items.slice(this.#index), target: sessionAt(this.#item) },
      ...{ lookout: this.#round.lookout, account: this.#standing.account, look: () => this.#look() },
      isOver: () => this.#isOver(),
    })
    if (!tried) {
      takeBack()
      return 'stop'
    }
    const { changes, verdict, wasCarriedOut } = tried
    const told = reported(this.#item, changes)
    if (verdict.kind === 'failed') {
      if (!wasCarriedOut && !signal?.aborted) takeBack()
      return this.#finish({ status: 'failed', changes: told, error: verdict.error })
    }
    if (verdict.kind === 'skipped' || verdict.kind === 'unknown' || changes.length === 0) {
      if (changes.length === 0) takeBack()
      return this.#conclude(verdict as Exclude<Verdict, { kind: 'changes' }>)
    }
    notifications.notify(this.#item.task, true)
    return this.#finish({ status: 'changed', changes: told })
  }

  /** What is found is the end of the task: there is nothing to carry out. */
  #conclude(verdict: Exclude<Verdict, { kind: 'changes' }>): Ended {
    if (verdict.kind === 'failed')
      return this.#finish({ status: 'failed', changes: [], error: verdict.error })
    if (verdict.kind === 'ok') return this.#finish({ status: 'ok', changes: [] })
    if (verdict.kind === 'unknown') {
      this.#standing.foresight.doubt(this.#item)
      this.#round.handlers.notifications.notify(this.#item.task, false)
    }
    return this.#finish({ status: verdict.kind, changes: [], reason: verdict.reason })
  }

  /** Check mode: what would change is taken as changed, unless a rehearsal of its steps says that it would fail. */
  async #foresee(changes: readonly Change[]): Promise<Handled> {
    const { handlers, lookout } = this.#round
    const { foresight, turn } = this.#standing
    const doubtfulBy = handlers.doubtfulBy(this.#item)
    if (doubtfulBy !== undefined) {
      return this.#conclude({ kind: 'unknown', reason: `runs only if ${doubtfulBy} changes something` })
    }
    const error = await rehearse(this.#item, changes, (entries) => this.#trip(entries))
    if (error) {
      const verdict = failedVerdict(error, this.#item.task.name, foresight.at(this.#item))
      if (verdict.kind === 'failed' && !(await turn.come())) return 'restart'
      return this.#conclude(verdict)
    }
    foresight.foresee(this.#item, changes, lookout.answersFor(this.#item))
    handlers.notifications.notify(this.#item.task, true)
    return this.#finish({ status: 'changed', changes: reported(this.#item, changes) })
  }

  #trip(entries: readonly ScriptEntry[]): Promise<(Output | undefined)[]> {
    const { on, as } = this.#item
    const asked = this.#options.sessionAt(this.#item).trip(as, entries)
    return on === undefined
      ? asked
      : asked.catch((thrown) => {
          throw otherHostLost(thrown, on)
        })
  }

  /** The task ended that this host carried out itself, perhaps for others too. */
  #finish(result: Ended): Ended {
    const ended = toldEnd(this.#item, result)
    if (this.#item.task.options.runOnce) this.#standing.turn.publish(this.#item, ended)
    return this.#settled(ended)
  }

  #settled(ended: Ended): Ended {
    const { label, task } = this.#item
    if (label.isHandler && !isBad(ended)) this.#round.handlers.notifications.settle(task)
    return ended
  }
}

/** What differs is changed; what failed is looked at again, if the task is to be tried again. */
function isToBeTried({ task }: Item, { kind }: Verdict): boolean {
  return kind === 'changes' || (kind === 'failed' && task.options.retry !== undefined)
}
