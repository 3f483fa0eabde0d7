// Draws a board of running hosts on a terminal, with lines of finished tasks above it.

import type { RunEvent } from '../../model/run/event.ts'
import { joinLines, type TextOutput } from '../lines/textOutput.ts'
import type { Clock } from '../output/clock.ts'
import type { Reporter, ReportStream } from '../output/reporterTypes.ts'
import { createScreen } from '../output/screen.ts'
import { boardFrame } from './boardFrame.ts'
import { RunTree } from './runTree.ts'

type BoardOptions = {
  readonly clock: Clock
  readonly stdout: ReportStream
  readonly out: TextOutput
  /** For warnings. */
  readonly err: TextOutput
}

const foldMs = 500

/** A board redrawn at most ten times a second; above it scrolls what the lines mode prints. */
export function createBoardReporter({ clock, stdout, out, err }: BoardOptions): Reporter {
  const screen = createScreen(stdout, out.sink)
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
    err.sink.write(joinLines(err.format(event)))
    draw()
  }
  stdout.on('resize', draw)
  const stop = clock.every(foldMs, () => {
    text += joinLines(out.overdue())
    if (text !== '') draw()
  })
  return {
    handle: (event) => {
      tree.apply(event)
      if (event.kind === 'warning') return writeWarning(event)
      text += joinLines(out.format(event))
      if (!tree.play) draw()
    },
    close: async () => {
      stop()
      await tree.close()
      draw()
      stdout.off('resize', draw)
      await Promise.all([out.sink.flush(), err.sink.flush()])
    },
  }
}
