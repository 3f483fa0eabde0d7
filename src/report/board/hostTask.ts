// Runs a host of a play as a listr2 task that ends when the host does.

import { type ListrTask, ListrTaskState, type ListrTaskWrapper } from 'listr2'
import type { EventOf, TaskLabel } from '../../model/run/event.ts'
import type { TaskResult } from '../../model/run/outcome.ts'
import { lastVisible, sanitize, sanitizeLines } from '../output/sanitize.ts'
import { titleWithDelegate } from '../text/hostLabel.ts'
import type { HostOutcome } from '../text/hostOutcomes.ts'
import { retryText } from '../text/retryText.ts'
import type { BoardRenderer, HostActivity } from './boardRenderer.ts'

type Renderer = typeof BoardRenderer

const mostOutputLines = 200

/** listr2 starts tasks asynchronously: what is reported before is shown as soon as it has started this one. */
export class HostTask {
  /** The task for listr2. */
  readonly definition: ListrTask<unknown, Renderer>
  readonly #progress: HostActivity = { isConnected: false, done: 0, waitsFor: [], outputLines: [], lineAt: 0 }
  readonly #end: Promise<HostOutcome>
  #resolveEnd: (outcome: HostOutcome) => void = () => {}
  #task: ListrTaskWrapper<unknown, Renderer, never> | undefined
  #state = ListrTaskState.STARTED
  #retries = 0
  /** Whether the current task has written anything. */
  #hasOutput = false
  /** The title of the current task, and the last line of its output. */
  #output: readonly string[] = []
  #failure: { readonly error: Error; readonly title: string } | undefined

  constructor(host: string) {
    this.#end = new Promise((resolve) => {
      this.#resolveEnd = resolve
    })
    this.definition = {
      title: sanitize(host),
      rendererOptions: this.#progress,
      task: (_context, task) => this.#run(task),
    }
  }

  connected(): void {
    this.#progress.isConnected = true
    // Its turn has come.
    if (this.#state === ListrTaskState.PAUSED && this.#progress.waitsFor.length === 0)
      this.#show(ListrTaskState.STARTED)
  }

  started(total: number): void {
    Object.assign(this.#progress, { total, done: 0 })
    this.#show(ListrTaskState.STARTED, [])
  }

  waiting(hosts: readonly string[]): void {
    this.#progress.waitsFor = hosts.map(sanitize)
    this.#show(ListrTaskState.PAUSED)
  }

  /** A task that starts again before it has ended is a retry. */
  taskStarted(label: TaskLabel, index: number, now: number): void {
    const isRetry = this.#progress.runningSince !== undefined && this.#progress.done === index
    this.#retries = isRetry ? this.#retries + 1 : 0
    Object.assign(this.#progress, { done: index, runningSince: now, transfer: undefined })
    this.#hasOutput = false
    this.#show(isRetry ? ListrTaskState.RETRY : ListrTaskState.STARTED, [titleOf(label)])
  }

  outputLine(line: string, now: number): void {
    const shown = lastVisible(line)
    if (shown === '') return
    this.#say(shown)
    this.#progress.lineAt = now
    this.#show(this.#state, [this.#output[0] ?? '', shown])
  }

  transferred(bytes: number, total: number | undefined): void {
    this.#progress.transfer = { bytes, total }
  }

  /** Keeps a line for those who open the output of the host. */
  #say(line: string): void {
    const { outputLines } = this.#progress
    if (!this.#hasOutput) outputLines.push(`${this.#output[0] ?? ''}:`)
    this.#hasOutput = true
    outputLines.push(line)
    if (outputLines.length > mostOutputLines) outputLines.splice(0, outputLines.length - mostOutputLines)
  }

  taskEnded(label: TaskLabel, index: number, result: TaskResult): void {
    const { status, isIgnored, error, output, message } = result
    const title = titleOf(label)
    // A short step has written all at once.
    if (!this.#hasOutput && output) {
      this.#output = [title]
      for (const line of sanitizeLines(output.stdout + output.stderr)) if (line !== '') this.#say(line)
    }
    if (message && (message.verbosity ?? 0) < 1) {
      this.#output = [title]
      for (const line of sanitizeLines(message.text)) this.#say(line)
    }
    Object.assign(this.#progress, { runningSince: undefined, transfer: undefined })
    this.#hasOutput = false
    this.#retries = 0
    if (!isIgnored && (status === 'failed' || status === 'unreachable')) {
      this.#progress.failure = { status, code: error?.code ?? '' }
      this.#failure = { error: error ?? new Error(status), title }
    } else this.#progress.done = index + 1
    this.#show(ListrTaskState.STARTED, [title])
  }

  /** Another try of a block begins after a pause. */
  retried(event: EventOf<'retry'>): void {
    Object.assign(this.#progress, { done: event.from, runningSince: undefined })
    this.#retries = event.attempt
    this.#show(ListrTaskState.RETRY, [titleOf(event.task), retryText(event)])
  }

  ended(outcome: HostOutcome): void {
    this.#show(ListrTaskState.STARTED, this.#failure && [this.#failure.title])
    this.#resolveEnd(outcome)
  }

  async #run(task: ListrTaskWrapper<unknown, Renderer, never>): Promise<void> {
    this.#task = task
    this.#show(this.#state)
    const outcome = await this.#end
    if (outcome === 'stopped') task.skip()
    else if (outcome !== 'ok') throw this.#failure?.error ?? new Error(outcome)
  }

  #show(state: ListrTaskState, output = this.#output): void {
    this.#state = state
    this.#output = output
    if (!this.#task) return
    const { task } = this.#task
    if ((task.message.retry?.count ?? 0) !== this.#retries)
      task.message$ = { retry: this.#retries > 0 ? { count: this.#retries } : undefined }
    if (task.state !== state) task.state$ = state
    this.#task.output = output.join('\n')
  }
}

function titleOf(label: TaskLabel): string {
  return sanitize(titleWithDelegate(label))
}
