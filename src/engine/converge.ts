// Brings one host to the state its tasks describe: look, compare, act, look again.

import type { Change } from '../model/change.ts'
import { PlaybookError, toPlaybookError, UnreachableError } from '../model/error.ts'
import type { RunEvent } from '../model/event.ts'
import { isFlush } from '../model/flushHandlers.ts'
import type { HostRecap, ReportedChange } from '../model/outcome.ts'
import type { OwedHandlers } from '../model/owed.ts'
import { Account } from './account.ts'
import { type ActOptions, act } from './act.ts'
import type { Consent } from './consent.ts'
import { afterFailure, afterSuccess, type Failing, type Turnoff } from './flow.ts'
import { failedVerdict, type Item, judge, stateAt, type Verdict } from './item.ts'
import { Lookout } from './lookout.ts'
import { Notifications } from './notifications.ts'
import { pause } from './pause.ts'
import type { Prepare } from './plan.ts'
import { noPrediction, type Prediction, predict } from './prediction.ts'
import type { HostSession } from './session.ts'
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
  /** Trips of the host before this play. */
  readonly tripsBefore: number
  /** Makes a handler ready. */
  readonly prepare: Prepare
  readonly turn: Turn
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

/** `stop`: the task failed; the host goes on where a block takes over. */
type Next = 'next' | 'restart' | 'stop'

class Convergence {
  readonly #options: ConvergeOptions
  readonly #account: Account
  readonly #prediction: Prediction | undefined
  #items: Item[] = []
  #lookout: Lookout
  #notifications: Notifications
  /** Handlers of which nobody can know whether they will run, and why. */
  readonly #doubtful = new Map<Item, string>()
  /** How many changes other hosts had made when this one began to look. */
  #mark = 0
  #isComplete = false
  /** Whether all steps of the last attempt ran, as far as is known, and only the look after them went wrong. */
  #wasCarriedOut = false
  #hasTurn = false
  /** Blocks that have failed, whose `always` still has to run. */
  #failing: Failing = new Set()
  /** Where the last failure leads. */
  #turnoff: Turnoff | undefined

  constructor(options: ConvergeOptions) {
    const { play, session, items, start, emit, signal, isCheck } = options
    this.#options = options
    this.#account = new Account({
      play,
      host: session.host,
      tasks: items.slice(start).filter(({ task }) => !isFlush(task)).length,
      emit,
      signal,
    })
    this.#lookout = new Lookout(options)
    this.#notifications = this.#newNotifications()
    if (isCheck) {
      session.prediction ??= noPrediction()
      this.#prediction = session.prediction
    }
  }

  async run(): Promise<HostEnd> {
    const { play, turn, session, emit, tripsBefore } = this.#options
    const account = this.#account
    try {
      this.#begin()
      if (turn.isOpen) await this.#takeTurn()
      await this.#walk()
    } catch (thrown) {
      account.fail(thrown)
    } finally {
      account.release()
      turn.done()
    }
    const { isFailed, isUnreachable } = account
    const isCutShort = !(this.#isComplete || isFailed || isUnreachable)
    const recap = { ...account.recap(session.trips - tripsBefore), ...(isCutShort ? { isCutShort } : {}) }
    emit({ kind: 'hostEnd', play, recap })
    return { recap, isFailed, isUnreachable, isCutShort }
  }

  #begin(): void {
    this.#items = [...this.#options.items]
    this.#failing = new Set()
    this.#lookout = new Lookout(this.#options)
    this.#notifications = this.#newNotifications()
    this.#mark = this.#options.turn.mark()
    this.#account.begin()
    const owed = this.#notifications.resume(this.#items.map(({ task }) => task))
    if (owed.length > 0) {
      const message = `${this.#options.session.host}: an earlier run ended before ${owed.join(', ')} could run; that is made up for now.`
      this.#account.emit({ kind: 'warning', message })
    }
  }

  #newNotifications(): Notifications {
    const { play, session, isCheck, owed } = this.#options
    return new Notifications({ play, host: session.host, ...(isCheck ? {} : { owed }) })
  }

  async #walk(): Promise<void> {
    const { start } = this.#options
    let index = start
    while (!this.#options.isPlayOver() && !this.#options.signal?.aborted) {
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
        if (ahead === undefined) return
        index = ahead
      }
    }
  }

  async #handle(index: number): Promise<Next> {
    const item = this.#items[index]!
    if (!(await this.#isConsented(index))) return this.#leaveOut(item)
    this.#account.current = { item, startedAt: performance.now(), what: [] }
    const verdict = await this.#look(index)
    if (verdict.kind === 'failed' && !(await this.#mayGoOn())) return 'restart'
    if (this.#willRun(item, verdict)) return this.#finish(item, { status: 'changed', changes: [] })
    if (verdict.kind !== 'changes') return this.#conclude(item, verdict)
    if (this.#prediction) return this.#foresee(item, verdict.changes, this.#prediction)
    if (!(await this.#mayGoOn())) return 'restart'
    return this.#change(index, verdict.changes)
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
    try {
      await this.#lookout.ensure(this.#items.slice(index))
    } catch (thrown) {
      if (thrown instanceof UnreachableError || this.#options.signal?.aborted) throw thrown
      return failedVerdict(thrown, item.task.name, this.#prediction)
    }
    return judge(item, this.#lookout.answersFor(item), this.#prediction)
  }

  /** A handler that is surely notified runs, though what it will find cannot be known. */
  #willRun(item: Item, { kind }: Verdict): boolean {
    return kind === 'unknown' && item.label.isHandler && !this.#doubtful.has(item)
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
    const { turn, play, session, emit } = this.#options
    if (!turn.isOpen) emit({ kind: 'hostWaiting', play, host: session.host, for: turn.waitsFor })
    await turn.come
    this.#hasTurn = true
    const isVoid = turn.hasOtherChangedSince(this.#mark)
    this.#account.release({ isVoid })
    return !isVoid
  }

  async #change(index: number, changes: readonly Change[]): Promise<Next> {
    const item = this.#items[index]!
    const { signal } = this.#options
    const { attempts, delay = 1 } = item.task.options.retry ?? { attempts: 1 }
    let pending = changes
    const takeBack = this.#notifications.expect(item.task)
    for (let attempt = 1; ; attempt += 1) {
      const error = await this.#attempt(index, pending)
      if (!error) {
        this.#notifications.notify(item.task, true)
        return this.#finish(item, { status: 'changed', changes: reported(item, changes) })
      }
      if (attempt >= attempts || signal?.aborted) {
        if (!this.#wasCarriedOut && !signal?.aborted) takeBack()
        return this.#finish(item, { status: 'failed', changes: reported(item, changes), error })
      }
      await pause(delay * 1000, signal)
      this.#lookout.forget()
      const verdict = await this.#look(index)
      if (verdict.kind !== 'ok' && verdict.kind !== 'changes') return this.#conclude(item, verdict)
      pending = verdict.kind === 'ok' ? [] : verdict.changes
    }
  }

  /** Acts once, with the next look in the same trip; gives the error if it failed or did not converge. */
  async #attempt(index: number, changes: readonly Change[]): Promise<PlaybookError | undefined> {
    const { session, emit, turn, fetch, artifacts, reach, site } = this.#options
    const item = this.#items[index]!
    const { task, label } = item
    this.#account.current = {
      ...this.#account.current!,
      what: reported(item, changes).map(({ what }) => what),
    }
    session.currentTask = task.title
    emit({ kind: 'taskStart', host: session.host, task: label, index: item.index })
    turn.noteChange()
    site.changes += 1
    const ahead = this.#lookout.changing(item.as, this.#items.slice(item.isVerified ? index : index + 1))
    const steps = changes.flatMap((change) => change.steps)
    this.#wasCarriedOut = false
    const onLine = (stream: 'stdout' | 'stderr', line: string) => {
      if (!task.options.noLog) emit({ kind: 'output', host: session.host, task: label, stream, line })
    }
    try {
      const outputs = await act({
        ...{ session, item, fetch, artifacts, reach, steps, onLine },
        probes: ahead.entries,
      })
      this.#wasCarriedOut = true
      await ahead.read(outputs)
    } catch (thrown) {
      this.#lookout.forget()
      if (thrown instanceof UnreachableError) throw thrown
      const error = toPlaybookError(thrown)
      // Probes come after the steps: where one was given up, the steps have run.
      this.#wasCarriedOut ||= error.code === 'E_PROBE_TIMEOUT'
      return error
    }
    return item.isVerified ? this.#secondLook(item) : undefined
  }

  /** The second look: a task that still differs after its steps has not converged. */
  #secondLook(item: Item): PlaybookError | undefined {
    const verdict = judge(item, this.#lookout.answersFor(item), undefined)
    if (verdict.kind === 'failed') return verdict.error
    if (verdict.kind !== 'changes') return undefined
    const details = verdict.changes.map(({ what, from, to }) => `${what}   is still ${from}, not ${to}`)
    const message = `${item.task.title} was carried out, and its host still differs.`
    return new PlaybookError('E_NOT_CONVERGED', message, { details })
  }

  #foresee(item: Item, changes: readonly Change[], prediction: Prediction): Next {
    const doubtfulBy = this.#doubtful.get(item)
    if (doubtfulBy !== undefined) {
      return this.#conclude(item, { kind: 'unknown', reason: `runs only if ${doubtfulBy} changes something` })
    }
    predict(prediction, item.task.title, changes, stateAt(item, this.#lookout.answersFor(item), prediction))
    this.#notifications.notify(item.task, true)
    return this.#finish(item, { status: 'changed', changes: reported(item, changes) })
  }

  #conclude(item: Item, verdict: Exclude<Verdict, { kind: 'changes' }>): Next {
    if (verdict.kind === 'failed')
      return this.#finish(item, { status: 'failed', changes: [], error: verdict.error })
    if (verdict.kind === 'ok') return this.#finish(item, { status: 'ok', changes: [] })
    if (verdict.kind === 'unknown') {
      this.#prediction?.pending.push(item.task.title)
      this.#notifications.notify(item.task, false)
    }
    return this.#finish(item, { status: verdict.kind, changes: [], reason: verdict.reason })
  }

  #finish(item: Item, result: Parameters<Account['finish']>[1]): Next {
    if (item.label.isHandler && result.status !== 'failed') this.#notifications.settle(item.task)
    const isFailure =
      result.status === 'failed' && !item.task.options.ignoreErrors && !this.#options.signal?.aborted
    this.#turnoff = isFailure
      ? afterFailure(this.#items, this.#items.indexOf(item), this.#failing)
      : undefined
    const { isRescued = false } = this.#turnoff ?? {}
    const goesOn = this.#account.finish(item, told(item, result), { isRescued })
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
}

function reported({ task }: Item, changes: readonly Change[]): ReportedChange[] {
  if (task.options.noLog) return [{ what: task.name, from: 'hidden', to: 'hidden (noLog)' }]
  return changes.map(({ what, from, to, diff }) => ({ what, from, to, ...(diff ? { diff } : {}) }))
}

/** A failure of a task with noLog names it, and no more: what it said may be what must not be seen. */
function told<R extends Parameters<Account['finish']>[1]>({ task }: Item, result: R): R {
  if (!task.options.noLog || !result.error) return result
  const { code, where } = result.error
  const message = `${task.title} failed; what it said is hidden (noLog).`
  return { ...result, error: new PlaybookError(code, message, { where }) }
}
