// Holds a run as listr2's tasks: one a play, with a subtask for each host.

import { Listr, ListrEventType } from 'listr2'
import type { EventHandlers, EventOf, RunEvent } from '../../model/run/event.ts'
import type { Clock } from '../output/clock.ts'
import { sanitize } from '../output/sanitize.ts'
import { createHostOutcomes } from '../text/hostOutcomes.ts'
import { BoardRenderer, type PlayTask } from './boardRenderer.ts'
import { HostTask } from './hostTask.ts'

type RunTreeOptions = {
  readonly clock: Clock
  /** Draws the current play: called at most ten times a second, and at its end. */
  readonly draw: (isLast?: boolean) => boolean
  /** By name, how long a play took last time, in milliseconds. */
  readonly lastTimeMs?: (play: string) => number | undefined
}

export class RunTree {
  readonly #options: RunTreeOptions
  readonly #outcomes = createHostOutcomes()
  #list: Listr<unknown, typeof BoardRenderer, never> | undefined
  #hosts = new Map<string, HostTask>()
  #finished: Promise<unknown> = Promise.resolve()

  constructor(options: RunTreeOptions) {
    this.#options = options
  }

  /** The current play; undefined before, between and after plays. */
  get play(): PlayTask | undefined {
    return this.#list?.tasks[0]
  }

  apply(event: RunEvent): void {
    this.#outcomes.record(event)
    ;(this.#handlers[event.kind] as ((event: RunEvent) => void) | undefined)?.(event)
    this.#list?.events.emit(ListrEventType.SHOULD_REFRESH_RENDER)
  }

  /** Ends what is still running, and resolves when listr2 has finished. */
  async close(): Promise<void> {
    this.#endPlay()
    await this.#finished
  }

  /** The other events only add text above the board. */
  readonly #handlers: Partial<EventHandlers<void>> = {
    playStart: (event) => this.#startPlay(event),
    hostStart: ({ host, tasks }) => this.#hosts.get(host)?.started(tasks),
    hostWaiting: ({ host, for: hosts }) => this.#hosts.get(host)?.waiting(hosts),
    pause: ({ hosts }) => {
      for (const host of hosts) this.#hosts.get(host)?.waiting([])
    },
    taskStart: ({ host, task, index }) =>
      this.#hosts.get(host)?.taskStarted(task, index, this.#options.clock.now()),
    output: ({ host, line }) => this.#hosts.get(host)?.outputLine(line, this.#options.clock.now()),
    transfer: ({ host, bytes, total }) => this.#hosts.get(host)?.transferred(bytes, total),
    taskEnd: ({ host, task, index, result }) => this.#hosts.get(host)?.taskEnded(task, index, result),
    retry: (event) => this.#hosts.get(event.host)?.retried(event),
    trip: ({ host }) => this.#hosts.get(host)?.connected(),
    connection: ({ host }) => this.#hosts.get(host)?.connected(),
    hostEnd: ({ recap }) => {
      this.#hosts.get(recap.host)?.ended(this.#outcomes.inPlay(recap))
      this.#hosts.delete(recap.host)
    },
    playEnd: () => this.#endPlay(),
    runEnd: () => this.#endPlay(),
  }

  #startPlay({ play, hosts, isCheck }: EventOf<'playStart'>): void {
    this.#endPlay()
    this.#hosts = new Map(hosts.map((host) => [host, new HostTask(host)]))
    const definitions = [...this.#hosts.values()].map(({ definition }) => definition)
    const { clock, draw, lastTimeMs = () => undefined } = this.#options
    this.#list = new Listr(
      [
        {
          title: sanitize(play),
          task: (_context, task) => task.newListr(definitions, { concurrent: true }),
        },
      ],
      {
        exitOnError: false,
        registerSignalListeners: false,
        collectErrors: false,
        renderer: BoardRenderer,
        rendererOptions: { clock, draw, startedAt: clock.now(), isCheck, lastTimeMs: () => lastTimeMs(play) },
      },
    )
    this.#finished = Promise.all([this.#finished, this.#list.run()])
  }

  #endPlay(): void {
    for (const host of this.#hosts.values()) host.ended('stopped')
    this.#hosts.clear()
    this.#list = undefined
  }
}
