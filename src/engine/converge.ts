// Brings one host to the state its tasks describe: goes through them in order, and through its handlers.

import { isFlush } from '../model/flushHandlers.ts'
import type { HostRecap } from '../model/run/outcome.ts'
import type { PendingHandlers } from '../model/run/pendingHandlers.ts'
import { Account } from './account.ts'
import { type Ended, isBad, isForgiven } from './ended.ts'
import { afterFailure, afterSuccess, type Failing } from './flow.ts'
import { Foresight } from './foresight.ts'
import { HandlerItems } from './handlerItems.ts'
import { type HandlingOptions, handleTask, type Round, type Standing } from './handling.ts'
import { HostTurn } from './hostTurn.ts'
import type { Item } from './item.ts'
import { Lookout } from './lookout.ts'
import type { Prepare } from './plan.ts'

export type ConvergeOptions = HandlingOptions & {
  readonly items: readonly Item[]
  /** The index of the task to begin at; of those before it only the handlers that are owed are looked after. */
  readonly start: number
  /** The host's tasks in later plays. */
  readonly later: readonly Item[]
  /** Makes a handler ready. */
  readonly prepare: Prepare
  /** true: a host that fails runs its notified handlers before it stops. */
  readonly forcesHandlers: boolean
  /** Handlers that are owed from run to run. */
  readonly owed?: PendingHandlers
}

/** How a host ended in a play. */
export type HostEnd = {
  readonly recap: HostRecap
  readonly isFailed: boolean
  readonly isUnreachable: boolean
  /** true: it was stopped before its end, because the play was over. */
  readonly isCutShort: boolean
}

export async function converge(options: ConvergeOptions): Promise<HostEnd> {
  return new Convergence(options).run()
}

class Convergence {
  readonly #options: ConvergeOptions
  readonly #standing: Standing
  #round: Round
  /** Blocks that have failed, whose `always` still has to run. */
  #failing: Failing = new Set()
  #isComplete = false
  #hasForcedHandlers = false

  constructor(options: ConvergeOptions) {
    const { play, session, items, start, turn, once, emit, signal } = options
    const { host } = session
    this.#options = options
    const tasks = items.slice(start).filter(({ task }) => !isFlush(task)).length
    const account = new Account({ play, host, tasks, emit, signal })
    const hostTurn = new HostTurn({ turn, play, host, account, once, emit })
    this.#standing = { account, turn: hostTurn, foresight: new Foresight(options) }
    this.#round = this.#newRound()
  }

  async run(): Promise<HostEnd> {
    const { play, turn, session, emit } = this.#options
    const { account } = this.#standing
    try {
      this.#begin()
      if (turn.isOpen) await this.#standing.turn.come()
      await this.#walk()
    } catch (thrown) {
      const { item, what = [] } = account.current ?? {}
      const error = account.fail(thrown)
      // Where nothing was being changed yet, the next host carries it out instead.
      if (item?.task.options.runOnce && what.length > 0)
        this.#standing.turn.publish(item, { status: 'unreachable', changes: [], error })
    } finally {
      account.release()
      turn.done()
    }
    const { isFailed, isUnreachable } = account
    const isCutShort = !(this.#isComplete || isFailed || isUnreachable)
    const recap = { ...account.recap(session.takeTrips()), ...(isCutShort ? { isCutShort } : {}) }
    emit({ kind: 'hostEnd', play, recap })
    return { recap, isFailed, isUnreachable, isCutShort }
  }

  /** Begins from the first task, forgetting what was seen and planned before. */
  #begin(): void {
    const { account, turn } = this.#standing
    this.#round = this.#newRound()
    this.#failing = new Set()
    turn.begin()
    account.begin()
    const owed = this.#round.handlers.notifications.resume(this.#round.items.map(({ task }) => task))
    if (owed.length > 0) {
      const message = `${this.#options.session.host}: an earlier run ended before ${owed.join(', ')} could run; that is made up for now.`
      account.emit({ kind: 'warning', message })
    }
  }

  #newRound(): Round {
    const { play, session, items, once, isCheck, owed, prepare } = this.#options
    const { host } = session
    const isOwn = (item: Item) => !item.task.options.runOnce || once.isFirst(host, item)
    return {
      items: [...items],
      lookout: new Lookout({ ...this.#options, isOwn }),
      handlers: new HandlerItems({ play, host, prepare, ...(isCheck ? {} : { owed }) }),
    }
  }

  async #walk(): Promise<void> {
    const { start, isPlayOver, signal } = this.#options
    let index: number | undefined = start
    while (index !== undefined && !this.#isComplete && !isPlayOver() && !signal?.aborted) {
      const item: Item | undefined = this.#round.items[index]
      index = item && !isFlush(item.task) ? await this.#pass(index) : await this.#flush(index)
    }
  }

  /** Handles the task at `index`; gives the place where the host goes on, or undefined where it stops. */
  async #pass(index: number): Promise<number | undefined> {
    const handled = await handleTask(index, this.#round, this.#standing, this.#options)
    if (handled === 'stop') return undefined
    if (handled === 'restart') return this.#restart()
    return this.#next(index, handled) ?? (await this.#forceHandlers())
  }

  #restart(): number {
    this.#begin()
    return this.#options.start
  }

  /** Where the host goes when the task at `index` has ended. */
  #next(index: number, ended: Ended): number | undefined {
    const { items } = this.#round
    const item = items[index]!
    const isFailure = isBad(ended) && !isForgiven(item, ended) && !this.#options.signal?.aborted
    const turnoff = isFailure ? afterFailure(items, index, this.#failing) : undefined
    const { isRescued = false } = turnoff ?? {}
    const goesOn = this.#standing.account.finish(item, ended, { isRescued })
    return goesOn && !turnoff ? afterSuccess(items, index, this.#failing) : turnoff?.index
  }

  /** Runs the handlers that were notified, at a place that says so or at the end, where the host may be done. */
  async #flush(index: number): Promise<number> {
    const { items } = this.#round
    const isEnd = index >= items.length
    const hasMore = await this.#insertHandlers(index)
    if (!isEnd) return afterSuccess(items, index, this.#failing) ?? items.length
    if (hasMore) return index
    this.#isComplete = await this.#standing.turn.come()
    return this.#isComplete ? index : this.#restart()
  }

  /** Puts the handlers that were notified behind the item at `index`, or at the end; false where there are none. */
  async #insertHandlers(index: number): Promise<boolean> {
    const { items, handlers } = this.#round
    const notified = await handlers.take(index, items[index]?.places ?? [])
    items.splice(index + 1, 0, ...notified)
    return notified.length > 0
  }

  /** The place of the handlers that run although the host has failed; undefined where it stops. */
  async #forceHandlers(): Promise<number | undefined> {
    const { forcesHandlers, signal } = this.#options
    if (!forcesHandlers || this.#hasForcedHandlers || signal?.aborted) return undefined
    this.#hasForcedHandlers = true
    const end = this.#round.items.length
    return (await this.#insertHandlers(end)) ? end : undefined
  }
}
