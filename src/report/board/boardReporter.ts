// Reports to people at a terminal: a board of running hosts, and above it lines of what is done.

import type { RunEvent } from '../../model/run/event.ts'
import type { Clock } from '../output/clock.ts'
import type { Reporter, ReportStream } from '../output/reporterTypes.ts'
import { createScreen } from '../output/screen.ts'
import type { Sink } from '../output/sink.ts'
import type { Theme } from '../output/theme.ts'
import { createTextFormatter, type TextFormatterOptions } from '../text/textFormatter.ts'
import { boardFrame } from './boardFrame.ts'
import { RunTree } from './runTree.ts'

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
  const { verbosity, compare, cwd, clock, stdout, out, err } = options
  const screen = createScreen(stdout, out.sink)
  const format = createTextFormatter({ verbosity, compare, cwd, theme: out.theme })
  const formatWarning = createTextFormatter({ verbosity, compare, cwd, theme: err.theme })
  /** Text since the last frame. */
  let text = ''
  const draw = () => {
    const size = { columns: screen.columns(), rows: screen.rows() }
    const { play } = tree
    screen.draw(play ? boardFrame(play, { ...size, now: clock.now(), theme: out.theme }) : [], text)
    text = ''
  }
  const tree = new RunTree({ clock, draw })
  /** A warning goes to stderr, which may be the same terminal: the board makes way for it. */
  const writeWarning = (event: RunEvent) => {
    screen.draw([], text)
    text = ''
    err.sink.write(joinLines(formatWarning(event)))
    draw()
  }
  stdout.on('resize', draw)
  return {
    handle: (event) => {
      tree.apply(event)
      if (event.kind === 'warning') return writeWarning(event)
      text += joinLines(format(event))
      if (!tree.play) draw()
    },
    close: async () => {
      await tree.close()
      draw()
      stdout.off('resize', draw)
      await Promise.all([out.sink.flush(), err.sink.flush()])
    },
  }
}

function joinLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}
