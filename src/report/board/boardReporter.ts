// Draws a board of running hosts on a terminal, with lines of finished tasks above it.

import type { RunEvent } from '../../model/run/event.ts'
import type { LastTimes } from '../../model/run/lastTimes.ts'
import { type TextOutput, withLineEnds } from '../lines/textOutput.ts'
import type { Clock } from '../output/clock.ts'
import type { Reporter, ReportStream } from '../output/reporterTypes.ts'
import { createScreen } from '../output/screen.ts'
import { boardFrame, hostsInOrder } from './boardFrame.ts'
import { type KeyInput, readKeys } from './boardKeys.ts'
import { closedView, pressed } from './boardView.ts'
import { frameBudget } from './frameBudget.ts'
import { RunTree } from './runTree.ts'

type BoardOptions = {
  readonly clock: Clock
  readonly stdout: ReportStream
  readonly out: TextOutput
  /** For warnings. */
  readonly err: TextOutput
  /** Where keys come from, and what `q` does. */
  readonly keys?: { readonly input: () => KeyInput; readonly stop: () => void } | undefined
  /** How long plays and tasks took last time: looked up once a run takes some time. */
  readonly lastTimes?: (() => Promise<LastTimes | undefined>) | undefined
}

const foldMs = 500
const lookUpMs = 1000

/**
 * A board redrawn at most ten times a second, and less often where that were more than 8 kB a second; above it scrolls
 * what the lines mode prints.
 */
export function createBoardReporter(options: BoardOptions): Reporter {
  const { clock, stdout, out, err, keys } = options
  const screen = createScreen(stdout, out.sink)
  const budget = frameBudget(clock)
  let view = closedView
  let last: LastTimes | undefined
  /** Text since the last frame. */
  let text = ''
  /** A person reads a question: nothing is drawn over it. */
  let hasQuestion = false
  const draw = (isLast = false): boolean => {
    if (hasQuestion) return false
    if (!isLast && !budget.isFree()) return false
    const { play } = tree
    const frame = {
      columns: screen.columns(),
      rows: screen.rows(),
      now: clock.now(),
      theme: out.theme,
      view,
      lastTime: (title: string) => last?.tasks.get(title),
    }
    budget.spend(screen.draw(play ? boardFrame(play, frame) : [], text))
    text = ''
    return true
  }
  const tree = new RunTree({ clock, draw, lastTimeMs: (play) => last?.plays.get(play) })
  /** A warning goes to stderr, which may be the same terminal: the board makes way for it. */
  const writeWarning = (event: RunEvent) => {
    screen.draw([], text)
    text = ''
    err.sink.write(withLineEnds(err.format(event)))
    draw(true)
  }
  const redraw = () => draw(true)
  const onKey = (key: string) => {
    const { play } = tree
    const result = pressed(key, view, play?.hasSubtasks() ? hostsInOrder(play) : [])
    view = result.view
    if (result.stops) keys?.stop()
    draw(true)
  }
  let reading: ReturnType<typeof readKeys> | undefined
  /** Not while the first host is connected to: a ProxyCommand may ask for a password. */
  const beginReading = () => {
    if (!keys || reading || hasQuestion) return
    reading = readKeys(keys.input(), onKey)
    view = { ...view, hasKeys: reading.isRead }
  }
  const makeWay = () => {
    screen.draw([], text)
    text = ''
    reading?.close()
    reading = undefined
    hasQuestion = true
  }
  const comeBack = () => {
    if (!hasQuestion) return
    hasQuestion = false
    beginReading()
    draw(true)
  }
  stdout.on('resize', redraw)
  const stops = [
    clock.every(foldMs, () => {
      text += withLineEnds(out.overdue())
      if (text !== '') draw()
    }),
    clock.every(
      lookUpMs,
      once(async () => {
        last = await options.lastTimes?.()
      }),
    ),
  ]
  return {
    handle: (event) => {
      tree.apply(event)
      if (event.kind === 'hostStart') beginReading()
      if (event.kind === 'warning') return writeWarning(event)
      if (event.kind === 'answer' || event.kind === 'runEnd') comeBack()
      text += withLineEnds(out.format(event))
      if (event.kind === 'question') makeWay()
      if (!tree.play) draw(true)
    },
    close: async () => {
      for (const stop of stops) stop()
      hasQuestion = false
      reading?.close()
      await tree.close()
      draw(true)
      stdout.off('resize', redraw)
      await Promise.all([out.sink.flush(), err.sink.flush()])
    },
  }
}

function once(work: () => Promise<void>): () => void {
  let isDone = false
  return () => {
    if (!isDone) work().catch(() => {})
    isDone = true
  }
}
