// Draws the board: a play's state as lines that fit the screen.

import { displayWidth, fit, truncate } from '../output/displayWidth.ts'
import { sanitize } from '../output/sanitize.ts'
import type { Theme } from '../output/theme.ts'
import { formatClock } from '../text/duration.ts'
import { plural } from '../text/summaries.ts'
import type { HostPhase, HostState, PlayState } from './boardState.ts'

export type FrameOptions = {
  readonly columns: number
  readonly rows: number
  readonly now: number
  readonly theme: Theme
}

type Layout = {
  /** Columns that may be written: one less than there are, so that no line wraps. */
  readonly columns: number
  readonly host: number
  readonly bar: number
  readonly count: number
}

const freeRows = 3
const mostWaiting = 3

/**
 * The lines of the board, none wider than the screen and at most its rows less three: a heading, then failed hosts,
 * running ones with what they last said, waiting ones; the others fold into one line of numbers.
 */
export function boardFrame(play: PlayState, options: FrameOptions): string[] {
  const hosts = [...play.hosts.values()]
  const layout = layoutFor(hosts, options.columns)
  const room = Math.max(2, options.rows - freeRows - 1)
  const { shown, folded } = chosenHosts(hosts, room)
  const said = hostsWithLines(shown, room - shown.length - (folded.length > 0 ? 1 : 0))
  return [
    heading(play, hosts, layout, options),
    ...shown.flatMap((host) => [
      hostRow(host, layout, options),
      ...(said.has(host) ? [saidRow(host, layout, options)] : []),
    ]),
    ...(folded.length > 0 ? [foldedRow(folded, shown, layout, options)] : []),
  ]
}

function layoutFor(hosts: readonly HostState[], columns: number): Layout {
  const longest = Math.max(0, ...hosts.map(({ name }) => displayWidth(sanitize(name))))
  const most = Math.max(0, ...hosts.map(({ total }) => total))
  return {
    columns: Math.max(1, columns - 1),
    host: Math.min(longest, Math.max(8, Math.floor(columns / 4))),
    bar: columns >= 100 ? 28 : columns >= 70 ? 14 : 0,
    count: 2 * String(most).length + 1,
  }
}

/** Who gets a row of their own: failed hosts (never all rows, while others run), running, then waiting ones. */
function chosenHosts(
  hosts: readonly HostState[],
  room: number,
): { shown: readonly HostState[]; folded: readonly HostState[] } {
  const inPhase = (...phases: HostPhase[]) => hosts.filter(({ phase }) => phases.includes(phase))
  const running = inPhase('running')
  const failed = inPhase('failed', 'unreachable')
  const waiting = inPhase('waiting')
  const isCrowded = failed.length + running.length > room - 1
  const ordered = [
    ...(isCrowded ? failed.slice(0, Math.max(1, Math.floor(room / 2))) : failed),
    ...running,
    ...inPhase('looking', 'connecting'),
    ...(waiting.length <= mostWaiting ? waiting : []),
  ]
  const needsFold = ordered.length < hosts.length || ordered.length > room
  const shown = ordered.slice(0, needsFold ? room - 1 : room)
  const isShown = new Set(shown)
  return { shown, folded: hosts.filter((host) => !isShown.has(host)) }
}

function hostsWithLines(shown: readonly HostState[], room: number): ReadonlySet<HostState> {
  return new Set(shown.filter(({ line }) => line !== '').slice(0, Math.max(0, room)))
}

function heading(
  play: PlayState,
  hosts: readonly HostState[],
  { columns }: Layout,
  { now, theme }: FrameOptions,
): string {
  const clock = formatClock(now - play.startedAt)
  const most = Math.max(0, ...hosts.map(({ total }) => total))
  const load = [
    plural(hosts.length, 'host'),
    ...(most > 0 ? [plural(most, 'task')] : []),
    ...(play.isCheck ? ['check'] : []),
  ].join(' · ')
  if (columns < clock.length + 6) return theme.bold(truncate(sanitize(play.name), columns))
  const name = truncate(sanitize(play.name), columns - clock.length - 3)
  const room = columns - clock.length - 1 - displayWidth(name)
  return `${theme.bold(name)}${fit(`  ${load}`, Math.max(0, room))} ${theme.muted(clock)}`
}

function hostRow(host: HostState, layout: Layout, options: FrameOptions): string {
  const name = `  ${fit(sanitize(host.name), layout.host)}  `
  const room = layout.columns - displayWidth(name)
  if (room < 1) return truncate(name, layout.columns)
  return name + rowText(host, layout, room, options)
}

function rowText(host: HostState, layout: Layout, room: number, { now, theme }: FrameOptions): string {
  switch (host.phase) {
    case 'running':
      return progress(host, layout, room, { now, theme })
    case 'waiting':
      return theme.muted(truncate(waitingText(host), room))
    case 'failed':
    case 'unreachable':
      return failedText(host, room, theme)
    case 'ok':
    case 'stopped':
    case 'connecting':
    case 'looking':
      return theme.muted(truncate(host.phase, room))
  }
}

function progress(
  { done, total, title, since }: HostState,
  { bar, count }: Layout,
  room: number,
  { now, theme }: Pick<FrameOptions, 'now' | 'theme'>,
): string {
  const counted = `${Math.min(done, total)}/${total}`.padStart(count)
  const drawn = bar > 0 ? `${barText(done, total, bar, theme)}  ` : ''
  const seconds = since === undefined ? '' : `   ${Math.floor((now - since) / 1000)} s`
  const left = room - (bar > 0 ? bar + 2 : 0) - counted.length - 2 - seconds.length
  if (left < 4) return truncate(`${counted}  ${sanitize(title)}`, room)
  const shown = truncate(sanitize(title), left)
  return `${drawn}${counted}  ${since === undefined ? theme.muted(shown) : shown}${theme.muted(seconds)}`
}

/** `━━━━━━╺━━━`: done, then what is left, in as many columns as asked for. */
function barText(done: number, total: number, columns: number, theme: Theme): string {
  const full = total === 0 ? 0 : Math.min(columns, Math.floor((done / total) * columns))
  const rest = columns - full
  return theme.success('━'.repeat(full)) + (rest > 0 ? theme.muted(`╺${'━'.repeat(rest - 1)}`) : '')
}

function waitingText({ waitsFor }: HostState): string {
  const [first, ...others] = waitsFor
  if (first === undefined) return 'waiting'
  return `waiting for ${sanitize(first)}${others.length > 0 ? ` and ${others.length} more` : ''}`
}

function failedText({ phase, title, code }: HostState, room: number, theme: Theme): string {
  const label = phase === 'failed' ? 'FAILED' : 'UNREACHABLE'
  const left = room - label.length - 2 - (code === '' ? 0 : code.length + 3)
  if (left < 4) return theme.failure(truncate(label, room))
  return `${theme.failure(label)}  ${truncate(sanitize(title), left)}${code === '' ? '' : `   ${theme.muted(code)}`}`
}

function saidRow({ line }: HostState, { columns, host }: Layout, { theme }: FrameOptions): string {
  const indent = ' '.repeat(Math.min(host + 4, Math.floor(columns / 3)))
  return indent + theme.muted(truncate(line.replace(/\s+/g, ' ').trim(), columns - indent.length))
}

/** `… 170 more running, 12 waiting, 4 ok`. */
function foldedRow(
  folded: readonly HostState[],
  shown: readonly HostState[],
  { columns }: Layout,
  { theme }: FrameOptions,
): string {
  const phases: readonly HostPhase[] = [
    'failed',
    'unreachable',
    'running',
    'looking',
    'connecting',
    'waiting',
    'stopped',
    'ok',
  ]
  const counts = phases.flatMap((phase) => {
    const count = folded.filter((host) => host.phase === phase).length
    if (count === 0) return []
    return [`${count} ${shown.some((host) => host.phase === phase) ? 'more ' : ''}${phase}`]
  })
  return theme.muted(truncate(`  ${counts.join(', ')}`, columns))
}
