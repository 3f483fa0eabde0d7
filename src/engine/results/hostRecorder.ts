// Tells how the tasks of a host ended, and counts them. Events are held back until the host's turn has come.

import { type PlaybookError, UnreachableError } from '../../model/errors/error.ts'
import type { RunEvent, TaskLabel } from '../../model/run/event.ts'
import { emptyCounts, type HostRecap, type TaskResult } from '../../model/run/outcome.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'
import { interruptedError, lostHostError } from './lostHost.ts'
import { hasFailed, isIgnored, type UntimedResult } from './taskResult.ts'

export type HostRecorderOptions = {
  readonly play: string
  readonly host: string
  /** Tasks of the play on this host. */
  readonly tasks: number
  readonly emit: (event: RunEvent) => void
  readonly signal?: AbortSignal
}

/** The task whose turn it is; `what` it is changing, once it is. */
export type CurrentTask = {
  readonly item: PlannedTask
  readonly startedAt: number
  readonly changing: readonly string[]
}

export class HostRecorder {
  current: CurrentTask | undefined
  isFailed = false
  isUnreachable = false
  readonly #options: HostRecorderOptions
  readonly #startedAt = performance.now()
  #counts = emptyCounts()
  #ignored = 0
  #held: RunEvent[] | undefined = []

  constructor(options: HostRecorderOptions) {
    this.#options = options
  }

  /** Begins from the first task, forgetting what was held back. */
  begin(): void {
    const { play, host, tasks } = this.#options
    this.#counts = emptyCounts()
    this.#ignored = 0
    if (this.#held) this.#held = []
    this.emit({ kind: 'hostStart', play, host, tasks })
  }

  /** The task whose turn it is begins to change something. */
  startChanges(what: readonly string[]): void {
    if (this.current) this.current = { ...this.current, changing: what }
  }

  emit(event: RunEvent): void {
    if (this.#held) this.#held.push(event)
    else this.#options.emit(event)
  }

  /** Tells what was held back, unless it has become void. */
  release({ isVoid = false } = {}): void {
    const held = this.#held ?? []
    this.#held = undefined
    if (!isVoid) for (const event of held) this.#options.emit(event)
  }

  /** A task ended; true: the host goes on. A failure that a block rescues counts as ignored. */
  record(item: PlannedTask, result: UntimedResult, { isRescued = false } = {}): boolean {
    const isInterrupted = this.#options.signal?.aborted === true && result.status === 'failed'
    const isFailure = hasFailed(result)
    const isForgiven = isFailure && !isInterrupted && (isRescued || isIgnored(item, result))
    this.#end(item.label, item.index, {
      ...result,
      isIgnored: isForgiven || undefined,
      ...(isInterrupted ? { error: interruptedError(item.task.title, this.current?.changing ?? []) } : {}),
    })
    this.isFailed ||= isFailure && !isForgiven
    return !isFailure || isForgiven
  }

  /** The host is lost, or something went wrong outside a task; gives what is told of it. */
  fail(thrown: unknown): PlaybookError {
    const label = this.current?.item.label ?? { name: 'connect', title: 'connect', isHandler: false }
    const what = this.current?.changing ?? []
    const isInterrupted = this.#options.signal?.aborted === true
    const error: PlaybookError = isInterrupted
      ? interruptedError(label.title, what)
      : lostHostError(thrown, label.title, what)
    this.isUnreachable = thrown instanceof UnreachableError && !isInterrupted
    this.isFailed = !this.isUnreachable
    this.release()
    this.#end(label, this.current?.item.index ?? -1, {
      status: this.isUnreachable ? 'unreachable' : 'failed',
      changes: [],
      error,
    })
    return error
  }

  recap(trips: number): HostRecap {
    const { host, tasks } = this.#options
    return {
      host,
      counts: this.#counts,
      ignored: this.#ignored,
      tasks,
      trips,
      durationMs: performance.now() - this.#startedAt,
    }
  }

  #end(task: TaskLabel, index: number, result: Omit<TaskResult, 'durationMs'>): void {
    const { play, host } = this.#options
    const durationMs = performance.now() - (this.current?.startedAt ?? this.#startedAt)
    if (result.isIgnored) this.#ignored += 1
    else this.#counts[result.status] += 1
    this.emit({ kind: 'taskEnd', play, host, task, index, result: { ...result, durationMs } })
    this.current = undefined
  }
}
