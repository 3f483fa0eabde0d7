// The renderer that listr2 is given: redraws the board ten times a second while its tasks, one a host, are pending.

import { Listr, type ListrRenderer } from 'listr2'
import type { Clock } from '../output/clock.ts'

export type BoardRendererOptions = {
  readonly clock: Clock
  /** Draws what is to be seen now. */
  readonly refresh: () => void
}

export type HostTask = {
  readonly host: string
  /** Resolves when the host is through with the play, however it came out. */
  readonly end: Promise<void>
}

const frameMs = 100

/**
 * Runs a play's hosts as a flat list of listr2 tasks. What is drawn does not come from listr2's events: its own
 * renderer redraws the whole tree on each of them, which with 60 tasks a host takes longer than the work.
 *
 * @returns a promise that resolves when all hosts have ended
 */
export async function showHosts(hosts: readonly HostTask[], options: BoardRendererOptions): Promise<void> {
  const tasks = hosts.map(({ host, end }) => ({ title: host, task: () => end }))
  const list = new Listr(tasks, {
    concurrent: true,
    exitOnError: false,
    registerSignalListeners: false,
    renderer: BoardRenderer,
    rendererOptions: options,
  })
  await list.run()
}

class BoardRenderer implements ListrRenderer {
  /** true: whether this is a terminal was decided before, and about the right stream. */
  static readonly nonTTY = true
  static readonly rendererOptions: BoardRendererOptions
  static readonly rendererTaskOptions: never

  readonly #options: BoardRendererOptions
  #stop = () => {}

  constructor(_tasks: unknown, options: BoardRendererOptions) {
    this.#options = options
  }

  render(): void {
    this.#options.refresh()
    this.#stop = this.#options.clock.every(frameMs, this.#options.refresh)
  }

  end(): void {
    this.#stop()
    this.#options.refresh()
  }
}
