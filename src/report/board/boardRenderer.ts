// Redraws the board from listr2's tasks, at most ten times a second.

import {
  type ListrEventManager,
  ListrEventType,
  type ListrRenderer,
  type ListrRendererTask,
  ListrTaskEventType,
} from 'listr2'
import type { Clock } from '../output/clock.ts'

/** A play of the run; its subtasks are its hosts. */
export type PlayTask = ListrRendererTask<typeof BoardRenderer>

/** What the board shows of a play besides what listr2 knows of it. */
export type PlayOptions = {
  readonly clock: Clock
  readonly startedAt: number
  readonly isCheck: boolean
  /** How long the play took last time, in milliseconds. */
  readonly lastTimeMs: () => number | undefined
  /** Draws, unless it is too early for that. */
  readonly draw: (isLast?: boolean) => boolean
}

/** How far a host is: what listr2 does not know of a task. */
export type HostActivity = {
  isConnected: boolean
  /** How many tasks the host has; undefined until they are known. */
  total?: number
  done: number
  /** When the steps of the current task began; undefined while none is running. */
  runningSince?: number
  waitsFor: readonly string[]
  /** The end of what its steps wrote, and when the last line came. */
  readonly outputLines: string[]
  lineAt: number
  /** Bytes of a file that is under way, and how many there are. */
  transfer?: { readonly bytes: number; readonly total: number | undefined }
  failure?: { readonly status: 'failed' | 'unreachable'; readonly code: string }
}

const frameMs = 100

/**
 * listr2's default renderer draws all tasks at each event: with 200 hosts of 60 tasks it took more than three minutes
 * for a run of six seconds. This one takes a quarter of a second of CPU time for it.
 */
export class BoardRenderer implements ListrRenderer {
  /** true: whether this is a terminal was decided before, and for the right stream. */
  static readonly nonTTY = true
  static readonly rendererOptions: PlayOptions
  static readonly rendererTaskOptions: HostActivity

  readonly #play: PlayTask | undefined
  readonly #options: PlayOptions
  readonly #events: ListrEventManager
  #isDirty = true
  #drawnSecond = -1
  #stop = () => {}

  constructor(tasks: PlayTask[], options: PlayOptions, events: ListrEventManager) {
    this.#play = tasks[0]
    this.#options = options
    this.#events = events
  }

  render(): void {
    this.#events.on(ListrEventType.SHOULD_REFRESH_RENDER, () => {
      this.#isDirty = true
    })
    this.#play?.on(ListrTaskEventType.SUBTASK, () => this.#draw())
    this.#stop = this.#options.clock.every(frameMs, () => {
      if (this.#isDirty || this.#second() !== this.#drawnSecond) this.#draw()
    })
  }

  end(): void {
    this.#stop()
    this.#options.draw(true)
  }

  #draw(): void {
    if (!this.#options.draw()) return
    this.#isDirty = false
    this.#drawnSecond = this.#second()
  }

  #second(): number {
    return Math.floor((this.#options.clock.now() - this.#options.startedAt) / 1000)
  }
}
