// Runs the tasks of a play on one host, in order, with its handlers.

import { delay } from '../model/concurrency/delay.ts'
import { isFlush } from '../model/flushHandlers.ts'
import type { HostRecap } from '../model/run/outcome.ts'
import type { Block } from '../model/task.ts'
import { afterFailure, afterSuccess, type FailedBlocks } from './blockFlow.ts'
import { BlockRetries, innerBlocks } from './blockRetries.ts'
import { PassEnded } from './coordination/hostGate.ts'
import { HandlerItems } from './handlers/handlerItems.ts'
import { HostContext, type HostContextOptions } from './hostContext.ts'
import { type PlannedTask, runsOnce } from './plan/plannedTask.ts'
import { ProbeCache } from './probing/probeCache.ts'
import { secretsOfItems } from './results/masking.ts'
import { hasFailed, isIgnored, type UntimedResult } from './results/taskResult.ts'
import { retryDelay } from './session/retry.ts'
import { type HostPass, runTask } from './taskRun.ts'

type HostRunOptions = Omit<HostContextOptions, 'taskCount'> & {
  readonly items: readonly PlannedTask[]
  /** The index of the task to begin at; of those before it only the pending handlers count. */
  readonly start: number
  /** The host's tasks in later plays. */
  readonly laterTasks: readonly PlannedTask[]
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

/** A task that failed, and how. */
type Failure = { readonly item: PlannedTask; readonly result: UntimedResult }

class HostRun {
  readonly #options: HostRunOptions
  readonly #context: HostContext
  #pass: HostPass
  /** Blocks that have failed, whose `always` still has to run. */
  #failedBlocks: FailedBlocks = new Set()
  /** The last failure that led into another part of a block. */
  #failure: Failure | undefined
  #isComplete = false
  #hasForcedHandlers = false

  constructor(options: HostRunOptions) {
    this.#options = options
    const taskCount = options.items.slice(options.start).filter(({ task }) => !isFlush(task)).length
    this.#context = new HostContext({ ...options, taskCount })
    this.#pass = this.#newPass()
  }

  async run(): Promise<HostEnd> {
    const { play, host, run, state, coordination, recorder, gate, isCheck } = this.#context
    const { batchGate } = coordination
    try {
      this.#beginPass()
      if (batchGate.isFirst) await gate.enter()
      await this.#runTasks()
    } catch (thrown) {
      const { item, changing = [] } = recorder.current ?? {}
      const error = recorder.fail(thrown)
      // Where it had changed nothing yet, the next host runs the task instead.
      if (item && runsOnce(item) && changing.length > 0)
        gate.publish(item, { status: 'unreachable', changes: [], error })
    } finally {
      recorder.release()
      batchGate.done()
    }
    const { isFailed, isUnreachable } = recorder
    const isCutShort = !(this.#isComplete || isFailed || isUnreachable)
    const owed = isCheck ? [] : (run.options.pendingHandlers?.of(play.name, host) ?? [])
    const recap = {
      ...recorder.recap(state.session.takeTrips()),
      ...(owed.length > 0 ? { owed } : {}),
      isCutShort: isCutShort || undefined,
    }
    this.#context.emit({ kind: 'hostEnd', play: play.name, recap })
    return { recap, isFailed, isUnreachable, isCutShort }
  }

  /** Begins at the first task, and forgets what was probed and planned before. */
  #beginPass(): void {
    const { recorder, gate } = this.#context
    this.#pass = this.#newPass()
    this.#failedBlocks = new Set()
    gate.beginPass()
    recorder.begin()
    this.#pass.handlers.resume(this.#pass.items, { emit: (event) => recorder.emit(event) })
  }

  #newPass(): HostPass {
    const { host, play, plan, run, state, hostAt, coordination, isCheck } = this.#context
    const { items, laterTasks } = this.#options
    const { pendingHandlers } = run.options
    const isOwn = (item: PlannedTask) => !runsOnce(item) || coordination.runOnce.isRunner(host, item)
    return {
      items: [...items],
      cache: new ProbeCache({ host: state, hostAt, laterTasks, run, isOwn }),
      handlers: new HandlerItems({
        play: play.name,
        host,
        prepare: async (...handler) => {
          const item = await plan.prepare(...handler)
          run.addSecrets(secretsOfItems([item]))
          return item
        },
        pendingHandlers: isCheck ? undefined : pendingHandlers,
      }),
      retries: new BlockRetries(isCheck),
    }
  }

  async #runTasks(): Promise<void> {
    let index: number | undefined = this.#options.start
    while (index !== undefined && !this.#isComplete && !this.#context.isOver) {
      try {
        index = await this.#step(index)
      } catch (thrown) {
        if (!(thrown instanceof PassEnded)) throw thrown
        index = thrown.next === 'restart' ? this.#options.start : undefined
        if (thrown.next === 'restart') this.#beginPass()
      }
    }
  }

  /** Runs the task at `index`; gives the index where the host goes on, or undefined where it stops. */
  async #step(index: number): Promise<number | undefined> {
    const { coordination, host } = this.#context
    coordination.barriers.at(host, this.#pass.items, index)
    const item = this.#pass.items[index]
    if (!item || isFlush(item.task)) return this.#flush(index)
    const result = await runTask(index, this.#pass, this.#context)
    return (await this.#next(index, result)) ?? (await this.#forceHandlers())
  }

  /** Records the result of the task at `index`, and gives the index of the next one. */
  async #next(index: number, result: UntimedResult): Promise<number | undefined> {
    const { items, retries } = this.#pass
    const item = items[index]!
    const isFailure = hasFailed(result) && !isIgnored(item, result) && !this.#context.isInterrupted
    const target = isFailure ? afterFailure(items, index, this.#failedBlocks, retries.isLeft) : undefined
    if (isFailure) this.#failure = { item, result }
    if (target?.retried) return this.#retry(target.retried, target.index)
    const { isRescued = false } = target ?? {}
    const goesOn = this.#context.recorder.record(item, result, { isRescued })
    if (!goesOn || target) return target?.index
    return this.#onwards(index)
  }

  /** The index of the task after the one at `index`, which did not fail; undefined where the host stops. */
  async #onwards(index: number): Promise<number | undefined> {
    const { items, retries } = this.#pass
    const next = afterSuccess(items, index, this.#failedBlocks, retries.isLeft)
    return next?.retried ? this.#retry(next.retried, next.index) : next?.index
  }

  /** A try of the block has failed: after a pause the host goes back to its first task, but not to before its own start. */
  async #retry(block: Block, first: number): Promise<number> {
    const { recorder, run } = this.#context
    const { items, cache, retries } = this.#pass
    const attempt = retries.fail(block, items)
    const retry = block.options.retry!
    const delaySeconds = retryDelay(retry, attempt)
    const index = Math.max(first, this.#options.start)
    const { item, result } = this.#failure!
    const from = items[index]!.index
    recorder.retry(item, result, { attempt, attempts: retry.attempts, delaySeconds, from })
    await delay(delaySeconds * 1000, run.options.signal)
    const isInside = ({ blocks }: PlannedTask) => blocks.some((around) => around.block === block)
    const isInserted = (each: PlannedTask) =>
      each.label.isHandler ? isInside(each) : each.givenBy !== undefined && isInside(each.givenBy)
    items.splice(0, items.length, ...items.filter((each) => !isInserted(each)))
    for (const inner of innerBlocks(block, items)) this.#failedBlocks.delete(inner)
    cache.clear()
    return index
  }

  /** Runs the notified handlers, where a flush says so or at the end, where the host may be complete. */
  async #flush(index: number): Promise<number> {
    const { items } = this.#pass
    const isEnd = index >= items.length
    const hasMore = await this.#insertHandlers(index)
    if (!isEnd) return (await this.#onwards(index)) ?? items.length
    if (hasMore) return index
    await this.#context.gate.enter()
    this.#isComplete = true
    return index
  }

  /** Inserts the notified handlers behind the item at `index`, or at the end; false: there are none. */
  async #insertHandlers(index: number): Promise<boolean> {
    const { items, handlers } = this.#pass
    const notified = await handlers.takeNotified(index, items[index]?.blocks ?? [])
    items.splice(index + 1, 0, ...notified)
    return notified.length > 0
  }

  /** The index of the handlers that run although the host has failed; undefined where it stops. */
  async #forceHandlers(): Promise<number | undefined> {
    const { play, run, isInterrupted } = this.#context
    const isForced = play.forceHandlers ?? run.options.forceHandlers
    if (!isForced || this.#hasForcedHandlers || isInterrupted) return undefined
    this.#hasForcedHandlers = true
    const end = this.#pass.items.length
    return (await this.#insertHandlers(end)) ? end : undefined
  }
}
