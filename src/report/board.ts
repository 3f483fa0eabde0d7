// The reporter for people at a terminal: a board of the hosts at work, and above it, scrolling away, what is done.

import type { RunEvent } from '../model/run/event.ts'
import { boardFrame } from './boardFrame.ts'
import { type HostTask, showHosts } from './boardRenderer.ts'
import { createBoardState } from './boardState.ts'
import type { Clock } from './clock.ts'
import { createNarration, type NarrationOptions } from './narration.ts'
import type { Paint } from './paint.ts'
import type { Reporter, ReportStream } from './reporterContract.ts'
import { createScreen } from './screen.ts'
import type { Sink } from './sink.ts'

export type BoardOptions = {
  readonly verbosity: number
  /** Given with --diff: what compares two texts. */
  readonly compare?: NarrationOptions['compare']
  readonly cwd: string
  readonly clock: Clock
  readonly stdout: ReportStream
  readonly result: { readonly sink: Sink; readonly paint: Paint }
  /** Warnings. */
  readonly talk: { readonly sink: Sink; readonly paint: Paint }
}

/** A board redrawn ten times a second; what scrolls away above it is what the lines mode prints. */
export function createBoardReporter(options: BoardOptions): Reporter {
  const board = new BoardReporter(options)
  return { handle: (event) => board.handle(event), close: () => board.close() }
}

class BoardReporter {
  readonly #options: BoardOptions
  readonly #state = createBoardState()
  readonly #screen
  readonly #tell
  readonly #warn
  /** What has been said since the last frame. */
  #above = ''
  #pending = new Map<string, () => void>()
  #shown: Promise<void> = Promise.resolve()

  constructor(options: BoardOptions) {
    const { verbosity, compare, cwd, result, talk, stdout } = options
    this.#options = options
    this.#screen = createScreen(stdout, result.sink)
    this.#tell = createNarration({ verbosity, compare, cwd, paint: result.paint })
    this.#warn = createNarration({ verbosity, compare, cwd, paint: talk.paint })
    stdout.on('resize', this.#refresh)
  }

  handle(event: RunEvent): void {
    this.#state.apply(event, this.#options.clock.now())
    if (event.kind === 'playStart') this.#show(event.hosts)
    if (event.kind === 'warning') this.#sayAside(event)
    else this.#above += asText(this.#tell(event))
    if (event.kind === 'hostEnd') this.#end(event.recap.host)
    if (event.kind === 'playEnd' || event.kind === 'runEnd') this.#endAll()
    if (!this.#state.play()) this.#refresh()
  }

  async close(): Promise<void> {
    this.#state.clear()
    this.#endAll()
    await this.#shown
    this.#refresh()
    this.#options.stdout.off('resize', this.#refresh)
    await Promise.all([this.#options.result.sink.flush(), this.#options.talk.sink.flush()])
  }

  #show(hosts: readonly string[]): void {
    this.#endAll()
    const tasks = hosts.map(
      (host): HostTask => ({ host, end: new Promise((resolve) => this.#pending.set(host, resolve)) }),
    )
    const { clock } = this.#options
    this.#shown = this.#shown.then(() => showHosts(tasks, { clock, refresh: this.#refresh }))
  }

  /** A warning goes to stderr, which may be the same terminal: the board makes way for it. */
  #sayAside(event: RunEvent): void {
    this.#screen.draw([], this.#take())
    this.#options.talk.sink.write(asText(this.#warn(event)))
    this.#refresh()
  }

  readonly #refresh = (): void => {
    const play = this.#state.play()
    const { clock, result } = this.#options
    const size = { columns: this.#screen.columns(), rows: this.#screen.rows() }
    const frame = play ? boardFrame(play, { ...size, now: clock.now(), paint: result.paint }) : []
    this.#screen.draw(frame, this.#take())
  }

  #take(): string {
    const text = this.#above
    this.#above = ''
    return text
  }

  #end(host: string): void {
    this.#pending.get(host)?.()
    this.#pending.delete(host)
  }

  #endAll(): void {
    for (const host of [...this.#pending.keys()]) this.#end(host)
  }
}

function asText(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}
