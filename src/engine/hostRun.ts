// Brings one host to the state its tasks describe: goes through them in order, and through its handlers.

import { isFlush } from '../model/flushHandlers.ts'
import type { HostRecap } from '../model/run/outcome.ts'
import type { PendingHandlers } from '../model/run/pendingHandlers.ts'
import { afterFailure, afterSuccess, type FailedBlocks } from './blockFlow.ts'
import { DryRun } from './checkMode/dryRun.ts'
import { HostGate } from './coordination/hostGate.ts'
import { HandlerItems } from './handlers/handlerItems.ts'
import type { PlannedTask } from './plan/plannedTask.ts'
import type { PlanTask } from './plan/planPlays.ts'
import { ProbeCache } from './probing/probeCache.ts'
import { HostRecorder } from './results/hostRecorder.ts'
import { hasFailed, isIgnored, type UntimedResult } from './results/taskResult.ts'
import { type HostPass, type HostState, runTask, type TaskRunOptions } from './taskRun.ts'

export type HostRunOptions = TaskRunOptions & {
  readonly items: readonly PlannedTask[]
  /** The index of the task to begin at; of those before it only the handlers that are owed are looked after. */
  readonly start: number
  /** The host's tasks in later plays. */
  readonly laterTasks: readonly PlannedTask[]
  /** Makes a handler ready. */
  readonly prepare: PlanTask
  /** true: a host that fails runs its notified handlers before it stops. */
  readonly forcesHandlers: boolean
  /** Handlers that are owed from run to run. */
  readonly pendingHandlers?: PendingHandlers
}

/** How a host ended in a play. */
export type HostEnd = {
  readonly recap: HostRecap
  readonly isFailed: boolean
  readonly isUnreachable: boolean
  /** true: it was stopped before its end, because the play was over. */
  readonly isCutShort: boolean
}

export async function runHostTasks(options: HostRunOptions): Promise<HostEnd> {
  return new HostRun(options).run()
}

class HostRun {
  readonly #options: HostRunOptions
  readonly #state: HostState
  #pass: HostPass
  /** Blocks that have failed, whose `always` still has to run. */
  #failedBlocks: FailedBlocks = new Set()
  #isComplete = false
  #hasForcedHandlers = false

  constructor(options: HostRunOptions) {
    const { play, session, items, start, gate, runOnce, emit, signal } = options
    const { host } = session
    this.#options = options
    const tasks = items.slice(start).filter(({ task }) => !isFlush(task)).length
    const recorder = new HostRecorder({ play, host, tasks, emit, signal })
    const hostTurn = new HostGate({ gate, play, host, recorder, runOnce, emit })
    this.#state = { recorder, gate: hostTurn, dryRun: new DryRun(options) }
    this.#pass = this.#newRound()
  }

  async run(): Promise<HostEnd> {
    const { play, gate, session, emit } = this.#options
    const { recorder } = this.#state
    try {
      this.#begin()
      if (gate.isFirst) await this.#state.gate.enter()
      await this.#walk()
    } catch (thrown) {
      const { item, changing: what = [] } = recorder.current ?? {}
      const error = recorder.fail(thrown)
      // Where nothing was being changed yet, the next host carries it out instead.
      if (item?.task.options.runOnce && what.length > 0)
        this.#state.gate.publish(item, { status: 'unreachable', changes: [], error })
    } finally {
      recorder.release()
      gate.done()
    }
    const { isFailed, isUnreachable } = recorder
    const isCutShort = !(this.#isComplete || isFailed || isUnreachable)
    const recap = { ...recorder.recap(session.takeTrips()), ...(isCutShort ? { isCutShort } : {}) }
    emit({ kind: 'hostEnd', play, recap })
    return { recap, isFailed, isUnreachable, isCutShort }
  }

  /** Begins from the first task, forgetting what was seen and planned before. */
  #begin(): void {
    const { recorder, gate } = this.#state
    this.#pass = this.#newRound()
    this.#failedBlocks = new Set()
    gate.begin()
    recorder.begin()
    const pendingHandlers = this.#pass.handlers.notifications.resume(this.#pass.items.map(({ task }) => task))
    if (pendingHandlers.length > 0) {
      const message = `${this.#options.session.host}: an earlier run ended before ${pendingHandlers.join(', ')} could run; that is made up for now.`
      recorder.emit({ kind: 'warning', message })
    }
  }

  #newRound(): HostPass {
    const { play, session, items, runOnce, isCheck, pendingHandlers, prepare } = this.#options
    const { host } = session
    const isOwn = (item: PlannedTask) => !item.task.options.runOnce || runOnce.isRunner(host, item)
    return {
      items: [...items],
      cache: new ProbeCache({ ...this.#options, isOwn }),
      handlers: new HandlerItems({ play, host, prepare, ...(isCheck ? {} : { pendingHandlers }) }),
    }
  }

  async #walk(): Promise<void> {
    const { start, isPlayOver, signal } = this.#options
    let index: number | undefined = start
    while (index !== undefined && !this.#isComplete && !isPlayOver() && !signal?.aborted) {
      const item: PlannedTask | undefined = this.#pass.items[index]
      index = item && !isFlush(item.task) ? await this.#runTask(index) : await this.#flush(index)
    }
  }

  /** Handles the task at `index`; gives the place where the host goes on, or undefined where it stops. */
  async #runTask(index: number): Promise<number | undefined> {
    const outcome = await runTask(index, this.#pass, this.#state, this.#options)
    if (outcome === 'stop') return undefined
    if (outcome === 'restart') return this.#restart()
    return this.#next(index, outcome) ?? (await this.#forceHandlers())
  }

  #restart(): number {
    this.#begin()
    return this.#options.start
  }

  /** Where the host goes when the task at `index` has ended. */
  #next(index: number, result: UntimedResult): number | undefined {
    const { items } = this.#pass
    const item = items[index]!
    const isFailure = hasFailed(result) && !isIgnored(item, result) && !this.#options.signal?.aborted
    const target = isFailure ? afterFailure(items, index, this.#failedBlocks) : undefined
    const { isRescued = false } = target ?? {}
    const goesOn = this.#state.recorder.record(item, result, { isRescued })
    return goesOn && !target ? afterSuccess(items, index, this.#failedBlocks) : target?.index
  }

  /** Runs the handlers that were notified, at a place that says so or at the end, where the host may be done. */
  async #flush(index: number): Promise<number> {
    const { items } = this.#pass
    const isEnd = index >= items.length
    const hasMore = await this.#insertHandlers(index)
    if (!isEnd) return afterSuccess(items, index, this.#failedBlocks) ?? items.length
    if (hasMore) return index
    this.#isComplete = await this.#state.gate.enter()
    return this.#isComplete ? index : this.#restart()
  }

  /** Puts the handlers that were notified behind the item at `index`, or at the end; false where there are none. */
  async #insertHandlers(index: number): Promise<boolean> {
    const { items, handlers } = this.#pass
    const notified = await handlers.takeNotified(index, items[index]?.blocks ?? [])
    items.splice(index + 1, 0, ...notified)
    return notified.length > 0
  }

  /** The place of the handlers that run although the host has failed; undefined where it stops. */
  async #forceHandlers(): Promise<number | undefined> {
    const { forcesHandlers, signal } = this.#options
    if (!forcesHandlers || this.#hasForcedHandlers || signal?.aborted) return undefined
    this.#hasForcedHandlers = true
    const end = this.#pass.items.length
    return (await this.#insertHandlers(end)) ? end : undefined
  }
}
