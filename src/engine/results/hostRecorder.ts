// Records the results of a host's tasks, and holds its events back until they are final.

import { type PlaybookError, UnreachableError } from '../../model/errors/error.ts'
import type { EventOf, RunEvent } from '../../model/run/event.ts'
import { emptyCounts, type HostRecap, type Status, type TaskResult } from '../../model/run/outcome.ts'
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

/** Which try of a block failed, and where and when the next one begins. */
type Retried = Pick<EventOf<'retry'>, 'attempt' | 'attempts' | 'delaySeconds' | 'from'>

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
  /** How each task ended, by its item; a task of a block that is tried again ends several times, and counts once. */
  #endings = new Map<object, Ending>()
  #held: RunEvent[] | undefined = []
  #givenTasks = 0

  constructor(options: HostRecorderOptions) {
    this.#options = options
  }

  /** Begins with the first task, and drops the events that were held back. */
  begin(): void {
    const { play, host, tasks } = this.#options
    this.#givenTasks = 0
    this.#endings = new Map()
    if (this.#held) this.#held = []
    this.emit({ kind: 'hostStart', play, host, tasks })
  }

  /** A look has given so many tasks. */
  addTasks(count: number): void {
    this.#givenTasks += count
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
    const isIgnoredFailure = isFailure && !isInterrupted && (isRescued || isIgnored(item, result))
    this.#end(item, digest?.(item), {
      ...result,
      isIgnored: isIgnoredFailure || undefined,
      error: isInterrupted ? interruptedError(item.task.title, this.current?.changing ?? []) : result.error,
    })
    this.isFailed ||= isFailure && !isIgnoredFailure
    return !isFailure || isIgnoredFailure
  }

  /** Records that a try of a block failed at this task, which therefore has not ended. */
  retry(item: PlannedTask, result: UntimedResult, next: Retried): void {
    const { play, host } = this.#options
    const { label: task, index } = item
    this.emit({ kind: 'retry', play, host, task, index, ...next, result: this.#timed(result) })
    this.current = undefined
  }

  /** Records that the host was lost, or that something failed outside a task; gives the reported error. */
  fail(thrown: unknown): PlaybookError {
    const item = this.#isBeforeTasks(thrown) ? undefined : this.current?.item
    const label = item?.label ?? { name: 'connect', title: 'connect', isHandler: false }
    const what = this.current?.changing ?? []
    const isInterrupted = this.#options.signal?.aborted === true
    const error: PlaybookError = isInterrupted
      ? interruptedError(label.title, what)
      : lostHostError(thrown, label.title, what)
    this.isUnreachable = thrown instanceof UnreachableError && !isInterrupted
    this.isFailed = !this.isUnreachable
    this.release()
    this.#end(item ?? { label, index: -1 }, undefined, {
      status: this.isUnreachable ? 'unreachable' : 'failed',
      changes: [],
      error,
    })
    return error
  }

  /** A host that was never reached has begun no task, although the first one waits for what is read. */
  #isBeforeTasks(thrown: unknown): boolean {
    const isBegun = this.#endings.size > 0 || (this.current?.changing ?? []).length > 0
    return thrown instanceof UnreachableError && thrown.stage === 'connect' && !isBegun
  }

  recap(trips: number): HostRecap {
    const { host, tasks } = this.#options
    return {
      host,
      ...totals([...this.#endings.values()]),
      tasks: tasks + this.#givenTasks,
      trips,
      durationMs: performance.now() - this.#startedAt,
    }
  }

  #end(
    item: Pick<PlannedTask, 'label' | 'index'>,
    digest: string | undefined,
    result: Omit<TaskResult, 'durationMs'>,
  ): void {
    const { play, host } = this.#options
    const { status, isIgnored = false } = result
    const isDone = status === 'ok' || status === 'skipped'
    const hasChanged = isDone && this.#endings.get(item)?.status === 'changed'
    this.#endings.set(item, { status: hasChanged ? 'changed' : status, isIgnored })
    const { label: task, index } = item
    this.emit({ kind: 'taskEnd', play, host, task, index, result: this.#timed(result), digest })
    this.current = undefined
  }

  #timed<T>(result: T): T & { readonly durationMs: number } {
    return { ...result, durationMs: performance.now() - (this.current?.startedAt ?? this.#startedAt) }
  }
}

type Ending = { readonly status: Status; readonly isIgnored: boolean }

function totals(endings: readonly Ending[]): Pick<HostRecap, 'counts' | 'ignored'> {
  const counts = emptyCounts()
  for (const { status, isIgnored } of endings) if (!isIgnored) counts[status] += 1
  return { counts, ignored: endings.filter(({ isIgnored }) => isIgnored).length }
}
