// Draws a play and its hosts as lines that fit the screen.

import { displayWidth, fit, truncate } from '../output/displayWidth.ts'
import type { Theme } from '../output/theme.ts'
import { formatClock } from '../text/duration.ts'
import { plural } from '../text/summaries.ts'
import type { PlayOptions, PlayTask } from './boardRenderer.ts'
import { type HostPhase, type HostRow, hostRowOf } from './hostRow.ts'
import { hostLine, outputLine, type RowLayout } from './rowText.ts'

type FrameOptions = {
  readonly columns: number
  readonly rows: number
  readonly now: number
  readonly theme: Theme
}

const freeRows = 3
const maxWaiting = 3

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
 * running ones with the last line of their output, waiting ones; one line counts the others.
 */
export function boardFrame(play: PlayTask, options: FrameOptions): string[] {
  if (!play.hasSubtasks()) return []
  const { now, theme } = options
  const hosts = play.subtasks.map(hostRowOf)
  const layout = layoutFor(hosts, options.columns)
  const height = Math.max(2, options.rows - freeRows - 1)
  const { shown, others } = chooseHosts(hosts, height)
  const free = height - shown.length - (others.length > 0 ? 1 : 0)
  const withOutput = new Set(shown.filter(({ line }) => line !== '').slice(0, Math.max(0, free)))
  return [
    heading(play, hosts, layout, options),
    ...shown.flatMap((host) => [
      hostLine(host, layout, now, theme),
      ...(withOutput.has(host) ? [outputLine(host, layout, theme)] : []),
    ]),
    ...(others.length > 0 ? [theme.muted(truncate(`  ${countText(others, shown)}`, layout.columns))] : []),
  ]
}

function layoutFor(hosts: readonly HostRow[], columns: number): RowLayout {
  const longest = Math.max(...hosts.map(({ name }) => displayWidth(name)))
  return {
    columns: Math.max(1, columns - 1),
    host: Math.min(longest, Math.max(8, Math.floor(columns / 4))),
    bar: columns >= 100 ? 28 : columns >= 70 ? 14 : 0,
    count: 2 * String(maxTasks(hosts)).length + 1,
  }
}

function maxTasks(hosts: readonly HostRow[]): number {
  return Math.max(...hosts.map(({ total }) => total))
}

/** Who gets a row: failed hosts (never all rows while others run), running, then waiting ones. */
function chooseHosts(
  hosts: readonly HostRow[],
  height: number,
): { shown: readonly HostRow[]; others: readonly HostRow[] } {
  const inPhase = (...phases: HostPhase[]) => hosts.filter(({ phase }) => phases.includes(phase))
  const running = inPhase('running')
  const failed = inPhase('failed', 'unreachable')
  const waiting = inPhase('waiting')
  const isCrowded = failed.length + running.length > height - 1
  const ordered = [
    ...(isCrowded ? failed.slice(0, Math.max(1, Math.floor(height / 2))) : failed),
    ...running,
    ...inPhase('probing', 'connecting'),
    ...(waiting.length <= maxWaiting ? waiting : []),
  ]
  const areAllShown = ordered.length === hosts.length && ordered.length <= height
  const shown = new Set(ordered.slice(0, areAllShown ? height : height - 1))
  return { shown: [...shown], others: hosts.filter((host) => !shown.has(host)) }
}

/** `WAS  2 hosts · 66 tasks      00:14`. */
function heading(
  play: PlayTask,
  hosts: readonly HostRow[],
  { columns }: RowLayout,
  { now, theme }: FrameOptions,
): string {
  const { startedAt, isCheck } = play.rendererOptions as PlayOptions
  const title = play.title ?? ''
  const clock = formatClock(now - startedAt)
  if (columns < clock.length + 6) return theme.bold(truncate(title, columns))
  const tasks = maxTasks(hosts)
  const counts = [
    plural(hosts.length, 'host'),
    ...(tasks > 0 ? [plural(tasks, 'task')] : []),
    ...(isCheck ? ['check'] : []),
  ]
  const name = truncate(title, columns - clock.length - 3)
  const width = columns - clock.length - 1 - displayWidth(name)
  return `${theme.bold(name)}${fit(`  ${counts.join(' · ')}`, Math.max(0, width))} ${theme.muted(clock)}`
}

/** `170 more running, 12 waiting, 4 ok`. */
function countText(others: readonly HostRow[], shown: readonly HostRow[]): string {
  return phases
    .flatMap((phase) => {
      const count = others.filter((host) => host.phase === phase).length
      if (count === 0) return []
      return [`${count} ${shown.some((host) => host.phase === phase) ? 'more ' : ''}${phase}`]
    })
    .join(', ')
}
