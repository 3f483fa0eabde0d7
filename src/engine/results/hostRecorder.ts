// Records the results of a host's tasks, and holds its events back until they are final.

import { type PlaybookError, UnreachableError } from '../../model/errors/error.ts'
import type { RunEvent, TaskLabel } from '../../model/run/event.ts'
import { emptyCounts, type HostRecap, type TaskResult } from '../../model/run/outcome.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'
import { interruptedError, lostHostError } from './lostHost.ts'
import { hasFailed, isIgnored, type UntimedResult } from './taskResult.ts'

type HostRecorderOptions = {
  readonly play: string
  readonly host: string
  /** Tasks of the play on this host. */
  readonly tasks: number
  readonly emit: (event: RunEvent) => void
  readonly signal?: AbortSignal
  /** Gives what tells later whether a task has changed. */
  readonly digest?: (item: PlannedTask) => string
}

/** The task that is running, and what it is changing. */
type CurrentTask = {
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

  /** Begins with the first task, and drops the events that were held back. */
  begin(): void {
    const { play, host, tasks } = this.#options
    this.#counts = emptyCounts()
    this.#ignored = 0
    if (this.#held) this.#held = []
    this.emit({ kind: 'hostStart', play, host, tasks })
  }

  startChanges(what: readonly string[]): void {
    if (this.current) this.current = { ...this.current, changing: what }
  }

  emit(event: RunEvent): void {
    if (this.#held) this.#held.push(event)
    else this.#options.emit(event)
  }

  /** Emits what was held back, unless it is void. */
  release({ isVoid = false } = {}): void {
    const held = this.#held ?? []
    this.#held = undefined
    if (!isVoid) for (const event of held) this.#options.emit(event)
  }

  /** Records a result; true: the host goes on. A failure that a block rescues counts as ignored. */
  record(item: PlannedTask, result: UntimedResult, { isRescued = false } = {}): boolean {
    const { digest, signal } = this.#options
    const isInterrupted = signal?.aborted === true && result.status === 'failed'
    const isFailure = hasFailed(result)
    const isForgiven = isFailure && !isInterrupted && (isRescued || isIgnored(item, result))
    this.#end(item.label, item.index, digest?.(item), {
      ...result,
      isIgnored: isForgiven || undefined,
      error: isInterrupted ? interruptedError(item.task.title, this.current?.changing ?? []) : result.error,
    })
    this.isFailed ||= isFailure && !isForgiven
    return !isFailure || isForgiven
  }

  /** Records that the host was lost, or that something failed outside a task; gives the reported error. */
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
    this.#end(label, this.current?.item.index ?? -1, undefined, {
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

  #end(
    task: TaskLabel,
    index: number,
    digest: string | undefined,
    result: Omit<TaskResult, 'durationMs'>,
  ): void {
    const { play, host } = this.#options
    const durationMs = performance.now() - (this.current?.startedAt ?? this.#startedAt)
    if (result.isIgnored) this.#ignored += 1
    else this.#counts[result.status] += 1
    this.emit({ kind: 'taskEnd', play, host, task, index, result: { ...result, durationMs }, digest })
    this.current = undefined
  }
}
