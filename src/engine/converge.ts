// Brings one host to the state its tasks describe: look, compare, act, look again.

import type { Change } from '../model/change.ts'
import { PlaybookError, UnreachableError } from '../model/error.ts'
import type { RunEvent } from '../model/event.ts'
import { isFlush } from '../model/flushHandlers.ts'
import type { HostRecap } from '../model/outcome.ts'
import type { OwedHandlers } from '../model/owed.ts'
import { Account, type Ended, isForgiven } from './account.ts'
import type { ActOptions } from './act.ts'
import { reported, tryUntilDone } from './attempt.ts'
import type { Consent } from './consent.ts'
import { afterFailure, afterSuccess, type Failing, type Turnoff } from './flow.ts'
import { failedVerdict, type Item, judge, stateAt, type Verdict } from './item.ts'
import { Lookout } from './lookout.ts'
import { lossOf } from './loss.ts'
import { Notifications } from './notifications.ts'
import type { Prepare } from './plan.ts'
import { noPrediction, type Prediction, predict } from './prediction.ts'
import { rehearse } from './rehearse.ts'
import { type OnceForAll, type OnceOutcome, onceFailed } from './runOnce.ts'
import type { HostSession } from './session.ts'
import type { Throttle } from './throttle.ts'
import type { Turn } from './turns.ts'

export type ConvergeOptions = {
  readonly play: string
  readonly session: HostSession
  readonly items: readonly Item[]
  /** The index of the task to begin at; of those before it only the handlers that are owed are looked after. */
  readonly start: number
  /** The host's tasks in later plays. */
  readonly later: readonly Item[]
  /** How many changes the run has made so far, on all hosts. */
  readonly site: { changes: number }
  /** Makes a handler ready. */
  readonly prepare: Prepare
  readonly turn: Turn
  /** The session of a host that tasks are delegated to. */
  readonly sessionOf: (delegate: string) => HostSession
  /** What the hosts of the play share: how many may carry out a task at once. */
  readonly throttle: Throttle
  /** What the hosts of the batch share: tasks that one of them carries out for all. */
  readonly once: OnceForAll
  /** true: a host that fails runs its notified handlers before it stops. */
  readonly forcesHandlers: boolean
  readonly isCheck: boolean
  readonly emit: (event: RunEvent) => void
  readonly consent?: Consent
  readonly fetch: ActOptions['fetch']
  /** Handlers that are owed from run to run. */
  readonly owed?: OwedHandlers
  readonly artifacts: ActOptions['artifacts']
  readonly reach: ActOptions['reach']
  /** true: another host failed in a way that ends the play; start nothing more. */
  readonly isPlayOver: () => boolean
  readonly signal?: AbortSignal
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

/** `stop`: the task failed, or the play is over; the host goes on where a block takes over. */
type Next = 'next' | 'restart' | 'stop'

class Convergence {
  readonly #options: ConvergeOptions
  readonly #account: Account
  #items: Item[] = []
  #lookout: Lookout
  #notifications: Notifications
  /** Handlers of which nobody can know whether they will run, and why. */
  readonly #doubtful = new Map<Item, string>()
  /** How many changes other hosts had made when this one began to look. */
  #mark = 0
  #isComplete = false
  #hasTurn = false
  /** Blocks that have failed, whose `always` still has to run. */
  #failing: Failing = new Set()
  /** Where the last failure leads. */
  #turnoff: Turnoff | undefined
  /** How tasks ended that this host carried out for all, before its turn had come: told when it does. */
  #untold: [key: string, outcome: OnceOutcome][] = []
  #hasForcedHandlers = false

  constructor(options: ConvergeOptions) {
    const { play, session, items, start, emit, signal } = options
    this.#options = options
    this.#account = new Account({
      play,
      host: session.host,
      tasks: items.slice(start).filter(({ task }) => !isFlush(task)).length,
      emit,
      signal,
    })
    this.#lookout = this.#newLookout()
    this.#notifications = this.#newNotifications()
  }

  async run(): Promise<HostEnd> {
    const { play, turn, session, emit } = this.#options
    const account = this.#account
    try {
      this.#begin()
      if (turn.isOpen) await this.#takeTurn()
      await this.#walk()
    } catch (thrown) {
      const { item, what = [] } = account.current ?? {}
      const error = account.fail(thrown)
      // Where nothing was being changed yet, the next host carries it out instead.
      if (item?.task.options.runOnce && what.length > 0)
        this.#publish(item, { status: 'unreachable', changes: [], error })
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

  #begin(): void {
    this.#items = [...this.#options.items]
    this.#failing = new Set()
    this.#untold = []
    this.#lookout = this.#newLookout()
    this.#notifications = this.#newNotifications()
    this.#mark = this.#options.turn.mark()
    this.#account.begin()
    const owed = this.#notifications.resume(this.#items.map(({ task }) => task))
    if (owed.length > 0) {
      const message = `${this.#options.session.host}: an earlier run ended before ${owed.join(', ')} could run; that is made up for now.`
      this.#account.emit({ kind: 'warning', message })
    }
  }

  #newLookout(): Lookout {
    const { once, session } = this.#options
    const isOwn = (item: Item) => !item.task.options.runOnce || once.isFirst(session.host, item)
    return new Lookout({ ...this.#options, isOwn })
  }

  #newNotifications(): Notifications {
    const { play, session, isCheck, owed } = this.#options
    return new Notifications({ play, host: session.host, ...(isCheck ? {} : { owed }) })
  }

  async #walk(): Promise<void> {
    const { start } = this.#options
    let index = start
    while (!this.#isOver()) {
      const item = this.#items[index]
      if (!item || isFlush(item.task)) {
        const hasMore = await this.#insertHandlers(index)
        if (item) index = afterSuccess(this.#items, index, this.#failing) ?? this.#items.length
        else if (!hasMore) {
          this.#isComplete = await this.#mayGoOn()
          if (this.#isComplete) return
          index = start
        }
        continue
      }
      const next = await this.#handle(index)
      if (next === 'restart') index = start
      else {
        const ahead = next === 'next' ? afterSuccess(this.#items, index, this.#failing) : this.#turnoff?.index
        const further = ahead ?? (await this.#forcedHandlers())
        if (further === undefined) return
        index = further
      }
    }
  }

  #isOver(): boolean {
    return this.#options.isPlayOver() || this.#options.signal?.aborted === true
  }

  async #handle(index: number): Promise<Next> {
    const item = this.#items[index]!
    if (!(await this.#isConsented(index))) return this.#leaveOut(item)
    const { signal } = this.#options
    this.#account.current = { item, startedAt: performance.now(), what: [] }
    this.#turnoff = undefined
    try {
      const outcome = await this.#outcomeElsewhere(item)
      if (this.#isOver()) return 'stop'
      return outcome ? await this.#follow(item, outcome) : await this.#compare(index)
    } catch (thrown) {
      const isForgivable = thrown instanceof UnreachableError && item.task.options.ignoreUnreachable
      if (!isForgivable || signal?.aborted) throw thrown
      this.#lookout.forget()
      const error = lossOf(thrown, item.task.title, this.#account.current?.what ?? [])
      return this.#finish(item, { status: 'unreachable', changes: [], error })
    }
  }

  /** How a task ended that another host carries out for all; undefined: this one does, or every host for itself. */
  async #outcomeElsewhere(item: Item): Promise<OnceOutcome | undefined> {
    const { once, session } = this.#options
    if (!item.task.options.runOnce) return undefined
    return once.claim(session.host, item, (runner) => this.#tellWaiting([runner]))
  }

  /** Goes on as a task ended elsewhere. What was seen before is void where it has changed something. */
  async #follow(item: Item, outcome: OnceOutcome): Promise<Next> {
    const { status, by } = outcome
    if (status === 'failed' || status === 'unreachable') {
      if (!(await this.#mayGoOn())) return 'restart'
      const isLost = status === 'unreachable' && item.task.options.ignoreUnreachable
      return this.#end(item, {
        status: isLost ? 'unreachable' : 'failed',
        changes: [],
        error: onceFailed(item, outcome),
      })
    }
    if (status === 'changed' || status === 'unknown') {
      this.#lookout.forget()
      this.#predictionFor(item)?.pending.push(item.task.title)
    }
    return this.#end(item, { status: 'skipped', changes: [], reason: `${by} carries it out for all` })
  }

  async #compare(index: number): Promise<Next> {
    const item = this.#items[index]!
    const verdict = await this.#look(index)
    if (verdict.kind === 'failed' && !(await this.#mayGoOn())) return 'restart'
    if (this.#willRun(item, verdict)) return this.#finish(item, { status: 'changed', changes: [] })
    const prediction = this.#predictionFor(item)
    if (prediction && verdict.kind === 'changes') return this.#foresee(item, verdict.changes, prediction)
    if (prediction || !isToBeTried(item, verdict))
      return this.#conclude(item, verdict as Exclude<Verdict, { kind: 'changes' }>)
    if (!(await this.#mayGoOn())) return 'restart'
    return this.#throttled(index, verdict)
  }

  async #isConsented(index: number): Promise<boolean> {
    const { play, session, consent } = this.#options
    const { title } = this.#items[index]!.task
    const occurrence = this.#items.slice(0, index).filter(({ task }) => task.title === title).length
    return consent ? consent({ play, host: session.host, title, occurrence }) : true
  }

  /** A handler that is left out stays owed. */
  #leaveOut(item: Item): Next {
    if (this.#options.signal?.aborted) return 'stop'
    this.#account.finish(item, { status: 'skipped', changes: [], reason: 'left out by who was asked' })
    return 'next'
  }

  /** What the item's turn finds. That one cannot become its user is a failure of the task, as any other. */
  async #look(index: number): Promise<Verdict> {
    const item = this.#items[index]!
    const prediction = this.#predictionFor(item)
    try {
      await this.#lookout.ensure(this.#items.slice(index))
    } catch (thrown) {
      if (thrown instanceof UnreachableError || this.#options.signal?.aborted) throw thrown
      return failedVerdict(thrown, item.task.name, prediction)
    }
    return judge(item, this.#lookout.answersFor(item), prediction)
  }

  /** A handler that is surely notified runs, though what it will find cannot be known. */
  #willRun(item: Item, { kind }: Verdict): boolean {
    return kind === 'unknown' && item.label.isHandler && !this.#doubtful.has(item)
  }

  #targetOf({ on }: Item): HostSession {
    return on === undefined ? this.#options.session : this.#options.sessionOf(on)
  }

  #predictionFor(item: Item): Prediction | undefined {
    if (!this.#options.isCheck) return undefined
    const target = this.#targetOf(item)
    target.prediction ??= noPrediction()
    return target.prediction
  }

  /** Waits for the host's turn; false: others have changed meanwhile, so everything is looked at again. */
  async #mayGoOn(): Promise<boolean> {
    if (this.#hasTurn) return true
    const isCurrent = await this.#takeTurn()
    if (!isCurrent) this.#begin()
    return isCurrent
  }

  /** Waits for the host's turn; false: what was seen before is void. */
  async #takeTurn(): Promise<boolean> {
    const { turn, once } = this.#options
    if (!turn.isOpen) this.#tellWaiting(turn.waitsFor)
    await turn.come
    this.#hasTurn = true
    const isVoid = turn.hasOtherChangedSince(this.#mark)
    this.#account.release({ isVoid })
    if (!isVoid) for (const [key, outcome] of this.#untold) once.publish(key, outcome)
    return !isVoid
  }

  /** Tries the task when fewer hosts than its `throttle` do; who had to wait looks again, as in a turn of its own. */
  #throttled(index: number, verdict: Verdict): Promise<Next> {
    const item = this.#items[index]!
    let hasWaited = false
    return this.#options.throttle(
      item,
      this.#options.session.host,
      async () => {
        if (this.#isOver()) return 'stop'
        if (hasWaited) this.#lookout.forget()
        return this.#change(index, hasWaited ? await this.#look(index) : verdict)
      },
      (hosts) => {
        hasWaited = true
        this.#tellWaiting(hosts)
      },
    )
  }

  #tellWaiting(hosts: readonly string[]): void {
    const { play, session, emit } = this.#options
    emit({ kind: 'hostWaiting', play, host: session.host, for: hosts })
  }

  async #change(index: number, found: Verdict): Promise<Next> {
    const item = this.#items[index]!
    const { signal } = this.#options
    const takeBack = this.#notifications.expect(item.task)
    const { changes, verdict, wasCarriedOut } = await tryUntilDone(found, {
      ...this.#options,
      ...{ item, ahead: this.#items.slice(index), target: this.#targetOf(item) },
      ...{ lookout: this.#lookout, account: this.#account, look: () => this.#look(index) },
    })
    if (verdict.kind === 'failed') {
      if (!wasCarriedOut && !signal?.aborted) takeBack()
      return this.#finish(item, { status: 'failed', changes: reported(item, changes), error: verdict.error })
    }
    if (changes.length === 0 || verdict.kind === 'skipped' || verdict.kind === 'unknown') {
      if (changes.length === 0) takeBack()
      return this.#conclude(item, verdict as Exclude<Verdict, { kind: 'changes' }>)
    }
    this.#notifications.notify(item.task, true)
    return this.#finish(item, { status: 'changed', changes: reported(item, changes) })
  }

  async #foresee(item: Item, changes: readonly Change[], prediction: Prediction): Promise<Next> {
    const doubtfulBy = this.#doubtful.get(item)
    if (doubtfulBy !== undefined) {
      return this.#conclude(item, { kind: 'unknown', reason: `runs only if ${doubtfulBy} changes something` })
    }
    const error = await rehearse(item, changes, (entries) => this.#targetOf(item).trip(item.as, entries))
    if (error) {
      const verdict = failedVerdict(error, item.task.name, prediction)
      const isCurrent = verdict.kind === 'unknown' || (await this.#mayGoOn())
      return isCurrent ? this.#conclude(item, verdict) : 'restart'
    }
    predict(prediction, item.task.title, changes, stateAt(item, this.#lookout.answersFor(item), prediction))
    this.#awaitElsewhere(item)
    this.#notifications.notify(item.task, true)
    return this.#finish(item, { status: 'changed', changes: reported(item, changes) })
  }

  /** What is planned on a delegate may be what a later task of the host itself waits for. */
  #awaitElsewhere(item: Item): void {
    if (item.on !== undefined) this.#options.session.prediction?.pending.push(item.task.title)
  }

  #conclude(item: Item, verdict: Exclude<Verdict, { kind: 'changes' }>): Next {
    if (verdict.kind === 'failed')
      return this.#finish(item, { status: 'failed', changes: [], error: verdict.error })
    if (verdict.kind === 'ok') return this.#finish(item, { status: 'ok', changes: [] })
    if (verdict.kind === 'unknown') {
      this.#predictionFor(item)?.pending.push(item.task.title)
      this.#awaitElsewhere(item)
      this.#notifications.notify(item.task, false)
    }
    return this.#finish(item, { status: verdict.kind, changes: [], reason: verdict.reason })
  }

  /** A task ended that this host carried out itself, perhaps for others too. */
  #finish(item: Item, result: Ended): Next {
    const ended = told(item, lostDelegate(item, result))
    if (item.task.options.runOnce) this.#publish(item, ended)
    return this.#end(item, ended)
  }

  #publish({ key }: Item, { status, error }: Ended): void {
    const { once, session } = this.#options
    const outcome = { by: session.host, status, ...(error ? { error } : {}) }
    if (this.#hasTurn) once.publish(key, outcome)
    else this.#untold.push([key, outcome])
  }

  #end(item: Item, ended: Ended): Next {
    const isBad = ended.status === 'failed' || ended.status === 'unreachable'
    if (item.label.isHandler && !isBad) this.#notifications.settle(item.task)
    const isFailure = isBad && !isForgiven(item, ended) && !this.#options.signal?.aborted
    this.#turnoff = isFailure
      ? afterFailure(this.#items, this.#items.indexOf(item), this.#failing)
      : undefined
    const { isRescued = false } = this.#turnoff ?? {}
    const goesOn = this.#account.finish(item, ended, { isRescued })
    return goesOn && !this.#turnoff ? 'next' : 'stop'
  }

  /** Puts the handlers that were notified behind the item at `index`, or at the end; false where there are none. */
  async #insertHandlers(index: number): Promise<boolean> {
    const handlers = this.#notifications.take()
    const items: Item[] = []
    const places = this.#items[index]?.places ?? []
    for (const { task, doubtfulBy } of handlers) {
      const place = { index: index + items.length, isHandler: true }
      const item = await this.#options.prepare({ task, places }, place)
      if (doubtfulBy !== undefined) this.#doubtful.set(item, doubtfulBy)
      items.push(item)
    }
    this.#items.splice(index + 1, 0, ...items)
    return handlers.length > 0
  }

  /** The place of the handlers that run although the host has failed; undefined where it stops. */
  async #forcedHandlers(): Promise<number | undefined> {
    if (!this.#options.forcesHandlers || this.#hasForcedHandlers || this.#isOver()) return undefined
    this.#hasForcedHandlers = true
    const first = this.#items.length
    return (await this.#insertHandlers(first)) ? first : undefined
  }
}

/** What differs is changed; what failed is looked at again, if the task is to be tried again. */
function isToBeTried({ task }: Item, { kind }: Verdict): boolean {
  return kind === 'changes' || (kind === 'failed' && task.options.retry !== undefined)
}

/** The loss of a delegate is a failure of the task, unless it was told to ignore what is lost. */
function lostDelegate({ on, task }: Item, result: Ended): Ended {
  const isLost = on !== undefined && result.error?.code === 'E_OTHER_HOST'
  return isLost && task.options.ignoreUnreachable ? { ...result, status: 'unreachable' } : result
}

/** A failure of a task with noLog names it, and no more: what it said may be what must not be seen. */
function told({ task }: Item, result: Ended): Ended {
  if (!task.options.noLog || !result.error) return result
  const { code, where } = result.error
  const message = `${task.title} failed; what it said is hidden (noLog).`
  return { ...result, error: new PlaybookError(code, message, { where }) }
}
