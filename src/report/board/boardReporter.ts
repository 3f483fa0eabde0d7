// The reporter for people at a terminal: a board of the hosts at work, and above it, scrolling away, what is done.

import type { RunEvent } from '../../model/run/event.ts'
import type { Clock } from '../output/clock.ts'
import type { Reporter, ReportStream } from '../output/reporterTypes.ts'
import { createScreen } from '../output/screen.ts'
import type { Sink } from '../output/sink.ts'
import type { Theme } from '../output/theme.ts'
import { createTextFormatter, type TextFormatterOptions } from '../text/textFormatter.ts'
import { boardFrame } from './boardFrame.ts'
import { type HostTask, showHosts } from './boardRenderer.ts'
import { createBoardState } from './boardState.ts'

export type BoardOptions = {
  readonly verbosity: number
  /** Given with --diff: what compares two texts. */
  readonly compare?: TextFormatterOptions['compare']
  readonly cwd: string
  readonly clock: Clock
  readonly stdout: ReportStream
  readonly out: { readonly sink: Sink; readonly theme: Theme }
  /** Warnings. */
  readonly err: { readonly sink: Sink; readonly theme: Theme }
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
    const { verbosity, compare, cwd, out: result, err, stdout } = options
    this.#options = options
    this.#screen = createScreen(stdout, result.sink)
    this.#tell = createTextFormatter({ verbosity, compare, cwd, theme: result.theme })
    this.#warn = createTextFormatter({ verbosity, compare, cwd, theme: err.theme })
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
    await Promise.all([this.#options.out.sink.flush(), this.#options.err.sink.flush()])
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
    this.#options.err.sink.write(asText(this.#warn(event)))
    this.#refresh()
  }

  readonly #refresh = (): void => {
    const play = this.#state.play()
    const { clock, out: result } = this.#options
    const size = { columns: this.#screen.columns(), rows: this.#screen.rows() }
    const frame = play ? boardFrame(play, { ...size, now: clock.now(), theme: result.theme }) : []
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
