// Draws the board: a play's state as lines that fit the screen.

import type { HostPhase, HostState, PlayState } from './boardState.ts'
import { formatClock } from './duration.ts'
import { harmless } from './harmless.ts'
import type { Paint } from './paint.ts'
import { plural } from './recapText.ts'
import { columnsOf, cut, fitted } from './width.ts'

export type FrameOptions = {
  readonly columns: number
  readonly rows: number
  readonly now: number
  readonly paint: Paint
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
  const longest = Math.max(0, ...hosts.map(({ name }) => columnsOf(harmless(name))))
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
  { now, paint }: FrameOptions,
): string {
  const clock = formatClock(now - play.startedAt)
  const most = Math.max(0, ...hosts.map(({ total }) => total))
  const load = [
    plural(hosts.length, 'host'),
    ...(most > 0 ? [plural(most, 'task')] : []),
    ...(play.isCheck ? ['check'] : []),
  ].join(' · ')
  if (columns < clock.length + 6) return paint.strong(cut(harmless(play.name), columns))
  const name = cut(harmless(play.name), columns - clock.length - 3)
  const room = columns - clock.length - 1 - columnsOf(name)
  return `${paint.strong(name)}${fitted(`  ${load}`, Math.max(0, room))} ${paint.quiet(clock)}`
}

function hostRow(host: HostState, layout: Layout, options: FrameOptions): string {
  const name = `  ${fitted(harmless(host.name), layout.host)}  `
  const room = layout.columns - columnsOf(name)
  if (room < 1) return cut(name, layout.columns)
  return name + rowText(host, layout, room, options)
}

function rowText(host: HostState, layout: Layout, room: number, { now, paint }: FrameOptions): string {
  switch (host.phase) {
    case 'running':
      return progress(host, layout, room, { now, paint })
    case 'waiting':
      return paint.quiet(cut(waitingText(host), room))
    case 'failed':
    case 'unreachable':
      return failedText(host, room, paint)
    case 'ok':
    case 'stopped':
    case 'connecting':
    case 'looking':
      return paint.quiet(cut(host.phase, room))
  }
}

function progress(
  { done, total, title, since }: HostState,
  { bar, count }: Layout,
  room: number,
  { now, paint }: Pick<FrameOptions, 'now' | 'paint'>,
): string {
  const counted = `${Math.min(done, total)}/${total}`.padStart(count)
  const drawn = bar > 0 ? `${barText(done, total, bar, paint)}  ` : ''
  const seconds = since === undefined ? '' : `   ${Math.floor((now - since) / 1000)} s`
  const left = room - (bar > 0 ? bar + 2 : 0) - counted.length - 2 - seconds.length
  if (left < 4) return cut(`${counted}  ${harmless(title)}`, room)
  const shown = cut(harmless(title), left)
  return `${drawn}${counted}  ${since === undefined ? paint.quiet(shown) : shown}${paint.quiet(seconds)}`
}

/** `━━━━━━╺━━━`: done, then what is left, in as many columns as asked for. */
function barText(done: number, total: number, columns: number, paint: Paint): string {
  const full = total === 0 ? 0 : Math.min(columns, Math.floor((done / total) * columns))
  const rest = columns - full
  return paint.good('━'.repeat(full)) + (rest > 0 ? paint.quiet(`╺${'━'.repeat(rest - 1)}`) : '')
}

function waitingText({ waitsFor }: HostState): string {
  const [first, ...others] = waitsFor
  if (first === undefined) return 'waiting'
  return `waiting for ${harmless(first)}${others.length > 0 ? ` and ${others.length} more` : ''}`
}

function failedText({ phase, title, code }: HostState, room: number, paint: Paint): string {
  const label = phase === 'failed' ? 'FAILED' : 'UNREACHABLE'
  const left = room - label.length - 2 - (code === '' ? 0 : code.length + 3)
  if (left < 4) return paint.bad(cut(label, room))
  return `${paint.bad(label)}  ${cut(harmless(title), left)}${code === '' ? '' : `   ${paint.quiet(code)}`}`
}

function saidRow({ line }: HostState, { columns, host }: Layout, { paint }: FrameOptions): string {
  const indent = ' '.repeat(Math.min(host + 4, Math.floor(columns / 3)))
  return indent + paint.quiet(cut(line.replace(/\s+/g, ' ').trim(), columns - indent.length))
}

/** `… 170 more running, 12 waiting, 4 ok`. */
function foldedRow(
  folded: readonly HostState[],
  shown: readonly HostState[],
  { columns }: Layout,
  { paint }: FrameOptions,
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
  return paint.quiet(cut(`  ${counts.join(', ')}`, columns))
}
