// Draws a play and its hosts as lines that fit the screen.

import { displayWidth, truncate } from '../output/displayWidth.ts'
import type { Theme } from '../output/theme.ts'
import { plural } from '../text/summaries.ts'
import { boardHeading } from './boardHeading.ts'
import type { PlayTask } from './boardRenderer.ts'
import { type BoardView, closedView } from './boardView.ts'
import { type BoardRow, equalRows, type HostPhase, hostRowOf } from './hostRow.ts'
import { hostLine, outputLine, type RowLayout } from './rowText.ts'

export type FrameOptions = {
  readonly columns: number
  readonly rows: number
  readonly now: number
  readonly theme: Theme
  readonly view?: BoardView
  /** By title, how long a task took last time, in milliseconds. */
  readonly lastTime?: (title: string) => number | undefined
}

const freeRows = 3
const maxWaiting = 3
/** With more hosts, those that do the same share a row. */
const maxSingles = 4

const phases: readonly HostPhase[] = [
  'failed',
  'unreachable',
  'running',
  'probing',
  'connecting',
  'waiting',
  'stopped',
  'ok',
]

/**
 * The lines of the board, none wider than the screen and at most its rows less three: a heading, then failed hosts,
 * running ones with the last line of their output, waiting ones; one line counts the others. Below the chosen host there
 * is what it wrote; the last line asks, or says which keys there are.
 */
export function boardFrame(play: PlayTask, options: FrameOptions): string[] {
  if (!play.hasSubtasks()) return []
  const { theme, view = closedView, columns } = options
  const hosts = play.subtasks.map(hostRowOf)
  const foot = footLine(view, options)
  const height = Math.max(2, options.rows - freeRows - 1 - (foot === undefined ? 0 : 1))
  const { shown, others } = chooseRows(hosts, height, view.selected)
  const layout = layoutFor(shown, hosts, columns)
  const free = height - shown.length - (others.length > 0 ? 1 : 0)
  return [
    boardHeading(play, hosts, layout.columns, options),
    ...shown.flatMap((row, n) => rowLines(row, n, shown, free, layout, options)),
    ...(others.length > 0 ? [theme.muted(truncate(`  ${countText(others, shown)}`, layout.columns))] : []),
    ...(foot === undefined ? [] : [truncate(foot, layout.columns)]),
  ]
}

/** The hosts in the order of the board, among which the arrows choose. */
export function hostsInOrder(play: PlayTask): string[] {
  const hosts = play.subtasks.map(hostRowOf)
  return phases.flatMap((phase) => hosts.filter((host) => host.phase === phase).map(({ name }) => name))
}

/** A row, and what is below it: the output of the chosen host, or the last line. */
function rowLines(
  row: BoardRow,
  index: number,
  shown: readonly BoardRow[],
  free: number,
  layout: RowLayout,
  options: FrameOptions,
): string[] {
  const { theme, view = closedView } = options
  const isSelected = row.count === 1 && row.name === view.selected
  const line = hostLine(row, layout, { ...options, isSelected })
  if (isSelected && view.isOpen) {
    const lines = row.outputLines.length > 0 ? row.outputLines : ['(no output so far)']
    return [line, ...lines.slice(-Math.max(0, free)).map((text) => outputLine(text, layout, theme))]
  }
  // An open output takes all the room there is.
  const above = view.isOpen ? free : shown.slice(0, index).filter((each) => each.line !== '').length
  return row.line !== '' && above < free ? [line, outputLine(row.line, layout, theme)] : [line]
}

function layoutFor(shown: readonly BoardRow[], hosts: readonly BoardRow[], columns: number): RowLayout {
  const longest = Math.max(
    0,
    ...shown.map(({ name, count }) => displayWidth(count > 1 ? plural(count, 'host') : name)),
  )
  const tasks = Math.max(0, ...hosts.map(({ total }) => total))
  return {
    columns: Math.max(1, columns - 1),
    host: Math.min(longest, Math.max(8, Math.floor(columns / 4))),
    bar: columns >= 100 ? 28 : columns >= 70 ? 14 : 0,
    count: 2 * String(tasks).length + 1,
  }
}

/** Who gets a row: failed hosts (never all rows while others run), running, then waiting ones; the chosen one always. */
function chooseRows(
  hosts: readonly BoardRow[],
  height: number,
  selected: string | undefined,
): { shown: readonly BoardRow[]; others: readonly BoardRow[] } {
  const rows = hosts.length > maxSingles ? equalRows(hosts, selected) : hosts
  const inPhase = (...phases: HostPhase[]) => rows.filter(({ phase }) => phases.includes(phase))
  const running = inPhase('running')
  const failed = inPhase('failed', 'unreachable')
  const waiting = inPhase('waiting')
  const isCrowded = failed.length + running.length > height - 1
  const chosen = rows.filter(({ name, count }) => count === 1 && name === selected)
  const waitingHosts = waiting.reduce((sum, { count }) => sum + count, 0)
  const ordered = [
    ...(isCrowded ? failed.slice(0, Math.max(1, Math.floor(height / 2))) : failed),
    ...running,
    ...inPhase('probing', 'connecting'),
    ...(waitingHosts <= maxWaiting ? waiting : []),
  ]
  const areAllShown = ordered.length === rows.length && ordered.length <= height
  const cut = ordered.slice(0, areAllShown ? height : height - 1)
  const isMissing = chosen.length > 0 && !cut.includes(chosen[0]!)
  const room = isMissing ? cut.slice(0, Math.max(0, Math.min(cut.length, height - 2))) : cut
  const shown = [...room, ...(isMissing ? chosen : [])]
  return { shown, others: rows.filter((row) => !shown.includes(row)) }
}

function footLine(
  { isStopAsked, hasKeys, selected }: BoardView,
  { rows, theme }: FrameOptions,
): string | undefined {
  if (isStopAsked) return theme.bold('Stop the run?  y stop   any other key continues')
  if (!hasKeys || rows < 12) return undefined
  return theme.muted(`  ↑↓ host   Enter output${selected === undefined ? '' : '   Esc none'}   q stop`)
}

/** `170 more running, 12 waiting, 4 ok`. */
function countText(others: readonly BoardRow[], shown: readonly BoardRow[]): string {
  return phases
    .flatMap((phase) => {
      const count = others.reduce((sum, row) => sum + (row.phase === phase ? row.count : 0), 0)
      if (count === 0) return []
      return [`${count} ${shown.some((host) => host.phase === phase) ? 'more ' : ''}${phase}`]
    })
    .join(', ')
}
