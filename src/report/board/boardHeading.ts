// Draws the head of the board: the play, how much of it is done, and the time.

import { displayWidth, fit, truncate } from '../output/displayWidth.ts'
import type { Theme } from '../output/theme.ts'
import { formatClock } from '../text/duration.ts'
import type { PlayOptions, PlayTask } from './boardRenderer.ts'
import type { BoardRow } from './hostRow.ts'

const ended: ReadonlySet<string> = new Set(['ok', 'failed', 'unreachable', 'stopped'])

/** `WAS  1/2 hosts · 49/132 tasks      00:14 of about 00:41`. */
export function boardHeading(
  play: PlayTask,
  hosts: readonly BoardRow[],
  columns: number,
  { now, theme }: { readonly now: number; readonly theme: Theme },
): string {
  const { startedAt, isCheck, lastTimeMs } = play.rendererOptions as PlayOptions
  const title = play.title ?? ''
  const elapsed = formatClock(now - startedAt)
  if (columns < elapsed.length + 6) return theme.bold(truncate(title, columns))
  const last = lastTimeMs()
  const whole = last === undefined ? elapsed : `${elapsed} of about ${formatClock(last)}`
  const clock = columns < 60 ? elapsed : whole
  const counts = [hostsText(hosts), ...tasksText(hosts), ...(isCheck ? ['check'] : [])]
  const name = truncate(title, columns - clock.length - 3)
  const width = columns - clock.length - 1 - displayWidth(name)
  return `${theme.bold(name)}${fit(`  ${counts.join(' · ')}`, Math.max(0, width))} ${theme.muted(clock)}`
}

function hostsText(hosts: readonly BoardRow[]): string {
  const done = hosts.filter(({ phase }) => ended.has(phase)).length
  return `${done}/${hosts.length} host${hosts.length === 1 ? '' : 's'}`
}

/** Hosts whose tasks are not known yet are thought to have as many as the others. */
function tasksText(hosts: readonly BoardRow[]): string[] {
  const most = Math.max(0, ...hosts.map(({ total }) => total))
  if (most === 0) return []
  const total = hosts.reduce((sum, host) => sum + (host.total || most), 0)
  const done = hosts.reduce((sum, host) => sum + Math.min(host.done, host.total), 0)
  return [`${done}/${total} task${total === 1 ? '' : 's'}`]
}
