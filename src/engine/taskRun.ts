// Handles one task on a host: what its turn finds, what is done about it, and how it ended.

import type { Change } from '../model/change.ts'
import { UnreachableError } from '../model/errors/error.ts'
import type { Output } from '../model/probe.ts'
import type { RunEvent } from '../model/run/event.ts'
import type { ScriptEntry } from '../wire/script.ts'
import type { ApplyOptions } from './apply/applySteps.ts'
import type { DryRun, PlannedRestarts } from './checkMode/dryRun.ts'
import { rehearse } from './checkMode/rehearse.ts'
import type { BatchGate } from './coordination/batchGates.ts'
import type { ConfirmTask } from './coordination/confirmTask.ts'
import type { HostGate } from './coordination/hostGate.ts'
import { type OnceOutcome, type RunOnce, runOnceError } from './coordination/runOnce.ts'
import type { Throttle } from './coordination/throttle.ts'
import { type Evaluation, evaluateTask, failedEvaluation } from './evaluateTask.ts'
import type { HandlerItems } from './handlers/handlerItems.ts'
import type { PlannedTask } from './plan/plannedTask.ts'
import type { Target } from './plan/target.ts'
import type { ProbeCache } from './probing/probeCache.ts'
import type { HostRecorder } from './results/hostRecorder.ts'
import { lostHostError, otherHostError } from './results/lostHost.ts'
import { hasFailed, reportable, type UntimedResult } from './results/taskResult.ts'
import type { HostSession } from './session/hostSession.ts'
import { applyWithRetries, reportedChanges } from './taskAttempts.ts'

/** What handling a task takes of the run, the play and the host. */
export type TaskRunOptions = Pick<ApplyOptions, 'fetch' | 'artifacts' | 'reach'> & {
  readonly play: string
  readonly session: HostSession
  /** The session of the host on which a task is carried out. */
  readonly sessionAt: (place: Target) => HostSession
  /** How many changes the run has made so far, on all hosts. */
  readonly site: { changes: number } & PlannedRestarts
  readonly gate: BatchGate
  /** What the hosts of the play share: how many may carry out a task at once. */
  readonly throttle: Throttle
  /** What the hosts of the batch share: tasks that one of them carries out for all. */
  readonly runOnce: RunOnce
  readonly isCheck: boolean
  readonly emit: (event: RunEvent) => void
  readonly confirmTask?: ConfirmTask
  /** true: another host failed in a way that ends the play; start nothing more. */
  readonly isPlayOver: () => boolean
  readonly signal?: AbortSignal
}

/** What a host has seen and done since it began to look, for the first time or anew. */
export type HostPass = {
  /** Its tasks, and the handlers that were put among them. */
  readonly items: PlannedTask[]
  readonly cache: ProbeCache
  readonly handlers: HandlerItems
}

/** What goes on through all rounds. */
export type HostState = {
  readonly recorder: HostRecorder
  readonly gate: HostGate
  readonly dryRun: DryRun
}

/** How the task ended; `restart`: others have changed what was seen; `stop`: the play is over. */
export type TaskOutcome = UntimedResult | 'restart' | 'stop'

export function runTask(
  index: number,
  pass: HostPass,
  state: HostState,
  options: TaskRunOptions,
): Promise<TaskOutcome> {
  return new TaskRun(index, pass, state, options).run()
}

class TaskRun {
  readonly #index: number
  readonly #item: PlannedTask
  readonly #pass: HostPass
  readonly #state: HostState
  readonly #options: TaskRunOptions

  constructor(index: number, pass: HostPass, state: HostState, options: TaskRunOptions) {
    this.#index = index
    this.#item = pass.items[index]!
    this.#pass = pass
    this.#state = state
    this.#options = options
  }

  async run(): Promise<TaskOutcome> {
    const { task } = this.#item
    const { recorder } = this.#state
    const isConfirmed = await this.#isConfirmed()
    if (this.#isOver()) return 'stop'
    // A handler that is left out stays owed.
    if (!isConfirmed) return { status: 'skipped', changes: [], reason: 'left out by who was asked' }
    recorder.current = { item: this.#item, startedAt: performance.now(), changing: [] }
    try {
      const outcome = await this.#outcomeElsewhere()
      if (this.#isOver()) return 'stop'
      return outcome ? await this.#follow(outcome) : await this.#compare()
    } catch (thrown) {
      const isForgivable = thrown instanceof UnreachableError && task.options.ignoreUnreachable
      if (!isForgivable || this.#options.signal?.aborted) throw thrown
      this.#pass.cache.clear()
      const error = lostHostError(thrown, task.title, recorder.current?.changing ?? [])
      return this.#finish({ status: 'unreachable', changes: [], error })
    }
  }

  async #isConfirmed(): Promise<boolean> {
    const { play, session, confirmTask: consent } = this.#options
    if (!consent) return true
    const { title } = this.#item.task
    const before = this.#pass.items.slice(0, this.#index)
    const occurrence = before.filter(({ task }) => task.title === title).length
    return consent({ play, host: session.host, title, occurrence })
  }

  #isOver(): boolean {
    return this.#options.isPlayOver() || this.#options.signal?.aborted === true
  }

  /** How a task ended that another host carries out for all; undefined: this one does, or every host for itself. */
  async #outcomeElsewhere(): Promise<OnceOutcome | undefined> {
    const { runOnce, session } = this.#options
    if (!this.#item.task.options.runOnce) return undefined
    return runOnce.claim(session.host, this.#item, (runner) => this.#state.gate.emitWaiting([runner]))
  }

  /** Goes on as a task ended elsewhere. What was seen before is void where it has changed something. */
  async #follow(outcome: OnceOutcome): Promise<TaskOutcome> {
    const { status, by } = outcome
    const { gate, dryRun } = this.#state
    if (status === 'failed' || status === 'unreachable') {
      if (!(await gate.enter())) return 'restart'
      const isIgnored = status === 'unreachable' && this.#item.task.options.ignoreUnreachable
      const error = runOnceError(this.#item, outcome)
      return { status: isIgnored ? 'unreachable' : 'failed', changes: [], error }
    }
    if (status === 'changed' || status === 'unknown') {
      this.#pass.cache.clear()
      dryRun.markUnknown(this.#item)
    }
    return this.#settled({ status: 'skipped', changes: [], reason: `${by} carries it out for all` })
  }

  async #compare(): Promise<TaskOutcome> {
    const { gate } = this.#state
    const evaluation = await this.#look()
    if (evaluation.kind === 'failed' && !(await gate.enter())) return 'restart'
    if (this.#willRun(evaluation)) return this.#finish({ status: 'changed', changes: [] })
    if (this.#options.isCheck && evaluation.kind === 'changes') return this.#predict(evaluation.changes)
    if (this.#options.isCheck || !isToBeTried(this.#item, evaluation))
      return this.#conclude(evaluation as Exclude<Evaluation, { kind: 'changes' }>)
    if (!(await gate.enter())) return 'restart'
    return this.#throttled(evaluation)
  }

  /** What the item's turn finds. That one cannot become its user is a failure of the task, as any other. */
  async #look(): Promise<Evaluation> {
    const { items, cache: lookout } = this.#pass
    const predictedState = this.#state.dryRun.predicted(this.#item)
    try {
      await lookout.ensure(items.slice(this.#index))
    } catch (thrown) {
      if (thrown instanceof UnreachableError || this.#options.signal?.aborted) throw thrown
      return failedEvaluation(thrown, this.#item.task.name, predictedState)
    }
    return evaluateTask(this.#item, lookout.get(this.#item), predictedState)
  }

  /** A handler that is surely notified runs, though what it will find cannot be known. */
  #willRun({ kind }: Evaluation): boolean {
    const isSure = this.#pass.handlers.dependsOn(this.#item) === undefined
    return kind === 'unknown' && this.#item.label.isHandler && isSure
  }

  /** Tries the task when fewer hosts than its `throttle` do; who had to wait looks again, as in a turn of its own. */
  #throttled(evaluation: Evaluation): Promise<TaskOutcome> {
    const { throttle, session } = this.#options
    let hasWaited = false
    const work = async () => {
      if (this.#isOver()) return 'stop'
      if (hasWaited) this.#pass.cache.clear()
      return this.#change(hasWaited ? await this.#look() : evaluation)
    }
    return throttle(this.#item, session.host, work, (hosts) => {
      hasWaited = true
      this.#state.gate.emitWaiting(hosts)
    })
  }

  async #change(found: Evaluation): Promise<TaskOutcome> {
    const { signal, sessionAt } = this.#options
    const { notifications } = this.#pass.handlers
    const takeBack = notifications.expect(this.#item.task)
    const applied = await applyWithRetries(found, {
      ...this.#options,
      ...{ item: this.#item, ahead: this.#pass.items.slice(this.#index), target: sessionAt(this.#item) },
      ...{ cache: this.#pass.cache, recorder: this.#state.recorder, probe: () => this.#look() },
      isOver: () => this.#isOver(),
    })
    if (!applied) {
      takeBack()
      return 'stop'
    }
    const { changes, evaluation, wasCarriedOut } = applied
    const told = reportedChanges(this.#item, changes)
    if (evaluation.kind === 'failed') {
      if (!wasCarriedOut && !signal?.aborted) takeBack()
      return this.#finish({ status: 'failed', changes: told, error: evaluation.error })
    }
    if (evaluation.kind === 'skipped' || evaluation.kind === 'unknown' || changes.length === 0) {
      if (changes.length === 0) takeBack()
      return this.#conclude(evaluation as Exclude<Evaluation, { kind: 'changes' }>)
    }
    notifications.notify(this.#item.task, true)
    return this.#finish({ status: 'changed', changes: told })
  }

  /** What is found is the end of the task: there is nothing to carry out. */
  #conclude(evaluation: Exclude<Evaluation, { kind: 'changes' }>): UntimedResult {
    if (evaluation.kind === 'failed')
      return this.#finish({ status: 'failed', changes: [], error: evaluation.error })
    if (evaluation.kind === 'ok') return this.#finish({ status: 'ok', changes: [] })
    if (evaluation.kind === 'unknown') {
      this.#state.dryRun.markUnknown(this.#item)
      this.#pass.handlers.notifications.notify(this.#item.task, false)
    }
    return this.#finish({ status: evaluation.kind, changes: [], reason: evaluation.reason })
  }

  /** Check mode: what would change is taken as changed, unless a rehearsal of its steps says that it would fail. */
  async #predict(changes: readonly Change[]): Promise<TaskOutcome> {
    const { handlers, cache: lookout } = this.#pass
    const { dryRun, gate } = this.#state
    const dependsOn = handlers.dependsOn(this.#item)
    if (dependsOn !== undefined) {
      return this.#conclude({ kind: 'unknown', reason: `runs only if ${dependsOn} changes something` })
    }
    const error = await rehearse(this.#item, changes, (entries) => this.#trip(entries))
    if (error) {
      const evaluation = failedEvaluation(error, this.#item.task.name, dryRun.predicted(this.#item))
      if (evaluation.kind === 'failed' && !(await gate.enter())) return 'restart'
      return this.#conclude(evaluation)
    }
    dryRun.record(this.#item, changes, lookout.get(this.#item))
    handlers.notifications.notify(this.#item.task, true)
    return this.#finish({ status: 'changed', changes: reportedChanges(this.#item, changes) })
  }

  #trip(entries: readonly ScriptEntry[]): Promise<(Output | undefined)[]> {
    const { host: on, user: as } = this.#item
    const asked = this.#options.sessionAt(this.#item).trip(as, entries)
    return on === undefined
      ? asked
      : asked.catch((thrown) => {
          throw otherHostError(thrown, on)
        })
  }

  /** The task ended that this host carried out itself, perhaps for others too. */
  #finish(found: UntimedResult): UntimedResult {
    const result = reportable(this.#item, found)
    if (this.#item.task.options.runOnce) this.#state.gate.publish(this.#item, result)
    return this.#settled(result)
  }

  #settled(result: UntimedResult): UntimedResult {
    const { label, task } = this.#item
    if (label.isHandler && !hasFailed(result)) this.#pass.handlers.notifications.settle(task)
    return result
  }
}

/** What differs is changed; what failed is looked at again, if the task is to be tried again. */
function isToBeTried({ task }: PlannedTask, { kind }: Evaluation): boolean {
  return kind === 'changes' || (kind === 'failed' && task.options.retry !== undefined)
}
