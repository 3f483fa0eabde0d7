// Brings one host to the state its tasks describe: look, compare, act, look again.

import type { Change } from '../model/change.ts'
import { PlaybookError, toPlaybookError, UnreachableError } from '../model/error.ts'
import type { RunEvent } from '../model/event.ts'
import { emptyCounts, type HostRecap, type ReportedChange, type TaskResult } from '../model/outcome.ts'
import type { Output } from '../model/probe.ts'
import type { Task } from '../model/task.ts'
import { type ActOptions, act } from './act.ts'
import { type Answers, emptyAnswers, inquiry } from './answers.ts'
import { type Item, isAnswered, judge, prepareItem, questionsOf, stateAt, type Verdict } from './item.ts'
import { Notifications } from './notifications.ts'
import { noPrediction, type Prediction, predict } from './prediction.ts'
import { describeLoss, type HostSession } from './session.ts'
import type { Turn } from './turns.ts'
import { firstWindow, type Window, windowAfterChange, windowAfterQuiet } from './window.ts'

export type ConvergeOptions = {
  readonly play: string
  readonly session: HostSession
  readonly items: readonly Item[]
  /** The host's tasks in later plays: looked at in the first trip too, for as long as nothing changes. */
  readonly later: readonly Item[]
  /** How many changes the run has made so far, on all hosts. */
  readonly site: { changes: number }
  /** Trips of the host before this play. */
  readonly tripsBefore: number
  /** Whom a handler becomes on this host. */
  readonly userOf: (task: Task) => string | undefined
  readonly turn: Turn
  readonly isCheck: boolean
  readonly emit: (event: RunEvent) => void
  readonly fetch: ActOptions['fetch']
  /** true: another host failed in a way that ends the play; start nothing more. */
  readonly isPlayOver: () => boolean
  readonly signal?: AbortSignal
}

/** How a host ended in a play. */
export type HostEnd = {
  readonly recap: HostRecap
  readonly isFailed: boolean
  readonly isUnreachable: boolean
}

export async function converge(options: ConvergeOptions): Promise<HostEnd> {
  const host = new Convergence(options)
  return host.run()
}

class Convergence {
  readonly #options: ConvergeOptions
  readonly #startedAt = performance.now()
  #items: Item[] = []
  #answers = new Map<string, Answers>()
  #window: Window = firstWindow
  #prediction: Prediction | undefined
  #counts = emptyCounts()
  #notifications = new Notifications()
  /** Handlers of which nobody can know whether they will run, and why. */
  readonly #doubtful = new Map<Task, string>()
  #held: RunEvent[] | undefined
  #mark = 0
  #hasTurn = false
  #current: { readonly item: Item; what: readonly string[]; startedAt: number } | undefined
  #isFailed = false
  #isUnreachable = false

  constructor(options: ConvergeOptions) {
    this.#options = options
  }

  async run(): Promise<HostEnd> {
    const { play, turn } = this.#options
    try {
      this.#begin()
      if (turn.isOpen) await this.#takeTurn()
      await this.#walk()
    } catch (thrown) {
      this.#fail(thrown)
    } finally {
      this.#release()
      turn.done()
    }
    const recap = this.#recap()
    this.#options.emit({ kind: 'hostEnd', play, recap })
    return { recap, isFailed: this.#isFailed, isUnreachable: this.#isUnreachable }
  }

  /** Begins from the first task with nothing known. Events are held until the host's turn has come. */
  #begin(): void {
    const { play, session, items } = this.#options
    this.#answers = this.#knownAnswers()
    this.#items = [...items]
    this.#window = firstWindow
    session.prediction ??= noPrediction()
    this.#prediction = this.#options.isCheck ? session.prediction : undefined
    this.#counts = emptyCounts()
    this.#notifications = new Notifications()
    this.#held = this.#hasTurn ? undefined : []
    this.#mark = this.#options.turn.mark()
    this.#emit({ kind: 'hostStart', play, host: session.host, tasks: items.length })
  }

  /** What a look in an earlier play saw, if nothing has changed anywhere since. */
  #knownAnswers(): Map<string, Answers> {
    const { session, site } = this.#options
    const { lookahead } = session
    return lookahead?.mark === site.changes ? lookahead.answers : new Map()
  }

  async #walk(): Promise<void> {
    let index = 0
    for (;;) {
      if (index === this.#items.length && !(await this.#appendHandlers())) {
        if (await this.#mayGoOn()) return
        index = 0
        continue
      }
      if (this.#options.isPlayOver() || this.#options.signal?.aborted) return
      const item = this.#items[index]!
      const next = await this.#handle(item)
      index = next === 'restart' ? 0 : index + 1
      if (next === 'stop') return
    }
  }

  async #handle(item: Item): Promise<'next' | 'restart' | 'stop'> {
    this.#current = { item, what: [], startedAt: performance.now() }
    if (!isAnswered(item, this.#answersFor(item))) await this.#look(item.index)
    const verdict = judge(item, this.#answersFor(item), this.#prediction)
    if (verdict.kind !== 'changes') return this.#conclude(item, verdict)
    if (this.#prediction) return this.#foresee(item, verdict.changes)
    if (!(await this.#mayGoOn())) return 'restart'
    return this.#change(item, verdict.changes)
  }

  /** Waits for the host's turn; false: others have changed meanwhile, so everything is looked at again. */
  async #mayGoOn(): Promise<boolean> {
    const { turn } = this.#options
    if (this.#hasTurn) return true
    const mark = this.#mark
    await this.#takeTurn()
    if (!turn.hasOtherChangedSince(mark)) return true
    this.#begin()
    return false
  }

  async #takeTurn(): Promise<void> {
    const { turn, play, session } = this.#options
    if (!turn.isOpen)
      this.#options.emit({ kind: 'hostWaiting', play, host: session.host, for: turn.waitsFor })
    await turn.come
    this.#hasTurn = true
    if (!turn.hasOtherChangedSince(this.#mark)) this.#release()
  }

  /** One trip per user for the tasks from `from` on, as far as the window reaches. */
  async #look(from: number): Promise<void> {
    const { session, site } = this.#options
    if (this.#window === firstWindow) session.lookahead = { answers: this.#answers, mark: site.changes }
    else this.#window = windowAfterQuiet(this.#window)
    await Promise.all([...this.#inquiries(from)].map(([as, ask]) => this.#askAs(as, ask)))
  }

  async #askAs(as: string | undefined, ask: ReturnType<typeof inquiry>): Promise<void> {
    const outputs = await this.#options.session.trip(as, ask.entries)
    ask.read(outputs, this.#answersAs(as))
  }

  #inquiries(from: number): Map<string | undefined, ReturnType<typeof inquiry>> {
    const later = this.#window === firstWindow ? this.#options.later : []
    const items = [
      ...this.#items.slice(from, from + Math.min(this.#window.size, this.#items.length)),
      ...later,
    ]
    const users = new Set(items.map((item) => item.as))
    return new Map(
      [...users].map((as) => [as, inquiry(items.filter((item) => item.as === as).flatMap(questionsOf))]),
    )
  }

  async #change(item: Item, changes: readonly Change[]): Promise<'next' | 'stop'> {
    const { retry } = item.task.options
    let pending = changes
    for (let attempt = 1; ; attempt += 1) {
      const error = await this.#attempt(item, pending)
      if (!error) {
        this.#notifications.notify(item.task, true)
        return this.#finish(item, { status: 'changed', changes: reported(item, changes) })
      }
      if (!retry || attempt >= retry.attempts || this.#options.signal?.aborted) {
        return this.#finish(item, { status: 'failed', changes: reported(item, changes), error })
      }
      await pause((retry.delay ?? 1) * 1000, this.#options.signal)
      this.#answers.clear()
      await this.#look(item.index)
      const verdict = judge(item, this.#answersFor(item), undefined)
      if (verdict.kind === 'ok') pending = []
      else if (verdict.kind === 'changes') pending = verdict.changes
      else return this.#conclude(item, verdict)
    }
  }

  /** Acts once, with the next look in the same trip; gives the error if it failed or did not converge. */
  async #attempt(item: Item, changes: readonly Change[]): Promise<PlaybookError | undefined> {
    const { session, emit, turn, fetch } = this.#options
    const { host } = session
    this.#current = { item, what: changes.map(({ what }) => what), startedAt: this.#current!.startedAt }
    session.currentTask = item.task.title
    emit({ kind: 'taskStart', host, task: item.label, index: item.index })
    turn.noteChange()
    this.#options.site.changes += 1
    this.#window = windowAfterChange(this.#window)
    const ahead = this.#inquiries(item.isVerified ? item.index : item.index + 1)
    const own = ahead.get(item.as)
    ahead.delete(item.as)
    this.#answers = new Map()
    try {
      const outputs: (Output | undefined)[] = await act({
        session,
        item,
        fetch,
        steps: changes.flatMap(({ steps }) => steps),
        probes: own?.entries ?? [],
        onLine: (stream, line) => {
          if (!item.task.options.noLog) emit({ kind: 'output', host, task: item.label, stream, line })
        },
      })
      own?.read(outputs, this.#answersAs(item.as))
      await Promise.all([...ahead].map(([as, ask]) => this.#askAs(as, ask)))
    } catch (thrown) {
      if (thrown instanceof UnreachableError) throw thrown
      return toPlaybookError(thrown)
    }
    return item.isVerified ? this.#secondLook(item) : undefined
  }

  /** The second look: a task that still differs after its steps has not converged. */
  #secondLook(item: Item): PlaybookError | undefined {
    const verdict = judge(item, this.#answersFor(item), undefined)
    if (verdict.kind === 'failed') return verdict.error
    if (verdict.kind !== 'changes') return undefined
    const details = verdict.changes.map(({ what, from, to }) => `${what}   is still ${from}, not ${to}`)
    return new PlaybookError(
      'E_NOT_CONVERGED',
      `${item.task.title} was carried out, and its host still differs.`,
      { details },
    )
  }

  #foresee(item: Item, changes: readonly Change[]): 'next' | 'stop' {
    const doubtfulBy = this.#doubtful.get(item.task)
    if (doubtfulBy !== undefined) {
      return this.#conclude(item, { kind: 'unknown', reason: `runs only if ${doubtfulBy} changes something` })
    }
    predict(
      this.#prediction!,
      item.task.title,
      changes,
      stateAt(item, this.#answersFor(item), this.#prediction!),
    )
    this.#notifications.notify(item.task, true)
    return this.#finish(item, { status: 'changed', changes: reported(item, changes) })
  }

  #conclude(item: Item, verdict: Exclude<Verdict, { kind: 'changes' }>): 'next' | 'stop' {
    if (verdict.kind === 'failed')
      return this.#finish(item, { status: 'failed', changes: [], error: verdict.error })
    if (verdict.kind === 'ok') return this.#finish(item, { status: 'ok', changes: [] })
    if (verdict.kind === 'unknown') {
      this.#prediction?.pending.push(item.task.title)
      this.#notifications.notify(item.task, false)
    }
    return this.#finish(item, { status: verdict.kind, changes: [], reason: verdict.reason })
  }

  #finish(item: Item, result: Omit<TaskResult, 'durationMs'>): 'next' | 'stop' {
    const { play, session, signal } = this.#options
    const durationMs = performance.now() - (this.#current?.startedAt ?? performance.now())
    const isInterrupted = signal?.aborted === true && result.status === 'failed'
    const isIgnored = result.status === 'failed' && item.task.options.ignoreErrors === true && !isInterrupted
    this.#counts[result.status] += 1
    this.#emit({
      kind: 'taskEnd',
      play,
      host: session.host,
      task: item.label,
      index: item.index,
      result: {
        ...result,
        durationMs,
        ...(isIgnored ? { isIgnored } : {}),
        ...(isInterrupted ? { error: interrupted(item.task.title, this.#current?.what ?? []) } : {}),
      },
    })
    this.#current = undefined
    if (result.status !== 'failed' || isIgnored) return 'next'
    this.#isFailed = true
    return 'stop'
  }

  /** Puts the handlers that were notified behind the tasks; false where there are none left. */
  async #appendHandlers(): Promise<boolean> {
    const handlers = this.#notifications.take()
    const { userOf } = this.#options
    for (const { task, doubtfulBy } of handlers) {
      if (doubtfulBy !== undefined) this.#doubtful.set(task, doubtfulBy)
      this.#items.push(
        await prepareItem(task, { index: this.#items.length, isHandler: true, as: userOf(task) }),
      )
    }
    return handlers.length > 0
  }

  /** The host is lost, or something went wrong outside a task. */
  #fail(thrown: unknown): void {
    const { play, session } = this.#options
    const current = this.#current
    const label = current?.item.label ?? { name: 'connect', title: 'connect', isHandler: false }
    const isInterrupted = this.#options.signal?.aborted === true
    const lost = isInterrupted
      ? interrupted(label.title, current?.what ?? [])
      : describeLoss(thrown, label.title, current?.what ?? [])
    const error = toPlaybookError(lost)
    this.#isUnreachable = thrown instanceof UnreachableError && !isInterrupted
    this.#isFailed = !this.#isUnreachable
    const status = this.#isUnreachable ? 'unreachable' : 'failed'
    this.#counts[status] += 1
    this.#release()
    this.#options.emit({
      kind: 'taskEnd',
      play,
      host: session.host,
      task: label,
      index: current?.item.index ?? -1,
      result: { status, changes: [], durationMs: performance.now() - this.#startedAt, error },
    })
  }

  #emit(event: RunEvent): void {
    if (this.#held) this.#held.push(event)
    else this.#options.emit(event)
  }

  #release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const event of held) this.#options.emit(event)
  }

  #answersFor(item: Item): Answers {
    return this.#answersAs(item.as)
  }

  #answersAs(as: string | undefined): Answers {
    const key = as ?? ''
    const known = this.#answers.get(key) ?? emptyAnswers()
    this.#answers.set(key, known)
    return known
  }

  #recap(): HostRecap {
    const { session, items, tripsBefore } = this.#options
    return {
      host: session.host,
      counts: this.#counts,
      tasks: items.length,
      trips: session.trips - tripsBefore,
      durationMs: performance.now() - this.#startedAt,
    }
  }
}

function interrupted(title: string, what: readonly string[]): PlaybookError {
  const details =
    what.length === 0
      ? ['Nothing was being changed.']
      : [`It was at: ${what.join(', ')}. Its step was told to stop.`]
  return new PlaybookError('E_INTERRUPTED', `Interrupted during ${title}.`, {
    details,
    hint: 'Run it again: what is done already will not be done twice.',
  })
}

function reported({ task }: Item, changes: readonly Change[]): ReportedChange[] {
  if (task.options.noLog) return [{ what: task.name, from: 'hidden', to: 'hidden (noLog)' }]
  return changes.map(({ what, from, to, diff }) => ({ what, from, to, ...(diff ? { diff } : {}) }))
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
