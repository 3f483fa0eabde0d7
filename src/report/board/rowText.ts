// Draws a host's line of the board, and the line of output below it.

import { displayWidth, fit, truncate } from '../output/displayWidth.ts'
import type { Theme } from '../output/theme.ts'
import { plural } from '../text/summaries.ts'
import type { BoardRow } from './hostRow.ts'

export type RowLayout = {
  /** Columns that may be written: one less than there are, so that no line wraps. */
  readonly columns: number
  readonly host: number
  /** Columns of the progress bar; 0 for none. */
  readonly bar: number
  readonly count: number
}

/** So many columns of a title tell which task it is. */
const leastTitle = 12

type LineOptions = {
  readonly now: number
  readonly theme: Theme
  readonly isSelected: boolean
  readonly lastTime?: (title: string) => number | undefined
}

/** `  was-01  ━━━━╺━━━━━━  49/66  dnf httpd   8 s of about 9 s`. */
export function hostLine(host: BoardRow, layout: RowLayout, options: LineOptions): string {
  const { theme, isSelected } = options
  const label = host.count > 1 ? plural(host.count, 'host') : host.name
  const name = `${isSelected ? '› ' : '  '}${fit(label, layout.host)}  `
  const width = layout.columns - displayWidth(name)
  if (width < 1) return truncate(name, layout.columns)
  switch (host.phase) {
    case 'running':
      return name + progressText(host, layout, width, options)
    case 'waiting':
      return name + theme.muted(truncate(waitingText(host), width))
    case 'failed':
    case 'unreachable':
      return name + failureText(host, width, theme)
    case 'ok':
    case 'stopped':
    case 'connecting':
    case 'probing':
      return name + theme.muted(truncate(host.phase, width))
  }
}

export function outputLine(line: string, { columns, host }: RowLayout, theme: Theme): string {
  const indent = ' '.repeat(Math.min(host + 4, Math.floor(columns / 3)))
  return indent + theme.muted(truncate(line.replace(/\s+/g, ' ').trim(), columns - indent.length))
}

function progressText(
  { done, total, title, runningSince, transfer }: BoardRow,
  { bar, count }: RowLayout,
  width: number,
  { now, theme, lastTime }: LineOptions,
): string {
  const counted = `${Math.min(done, total)}/${total}`.padStart(count)
  const isRunning = runningSince !== undefined
  const elapsedMs = isRunning ? now - runningSince : 0
  const sent = transfer ? `   ${transferText(transfer)}` : ''
  const elapsed = `   ${timeText(elapsedMs, undefined)}`
  const estimated = `   ${timeText(elapsedMs, lastTime?.(title))}`
  // What there is no room for is left out: first the time of the last run, then the bytes, then the bar.
  const ends = isRunning ? [sent + estimated, sent + elapsed, estimated, elapsed] : ['']
  const name = title === '' ? 'probing' : title
  for (const barColumns of bar > 0 ? [bar, 0] : [0]) {
    for (const end of ends) {
      const left = width - (barColumns > 0 ? barColumns + 2 : 0) - counted.length - 2 - end.length
      if (left < Math.min(displayWidth(name), leastTitle)) continue
      const drawnBar = barColumns > 0 ? `${barText(done, total, barColumns, theme)}  ` : ''
      const shown = truncate(name, left)
      return `${drawnBar}${counted}  ${isRunning ? shown : theme.muted(shown)}${theme.muted(end)}`
    }
  }
  return truncate(`${counted}  ${name}`, width)
}

/** `8 s`, or `8 s of about 9 s` where it took some time before. */
function timeText(elapsedMs: number, lastMs: number | undefined): string {
  const elapsed = `${Math.floor(elapsedMs / 1000)} s`
  return lastMs === undefined || lastMs < 1500
    ? elapsed
    : `${elapsed} of about ${Math.round(lastMs / 1000)} s`
}

/** `12.3 of 40.1 MB  31 %`. */
function transferText({ bytes, total }: NonNullable<BoardRow['transfer']>): string {
  const megabytes = (count: number) => (count / 1e6).toFixed(1)
  if (total === undefined || total === 0) return `${megabytes(bytes)} MB`
  return `${megabytes(bytes)} of ${megabytes(total)} MB  ${Math.floor((bytes / total) * 100)} %`
}

/** `━━━━━━╺━━━`: what is done, then what is left. */
function barText(done: number, total: number, columns: number, theme: Theme): string {
  const full = total === 0 ? 0 : Math.min(columns, Math.floor((done / total) * columns))
  const rest = columns - full
  return theme.success('━'.repeat(full)) + (rest > 0 ? theme.muted(`╺${'━'.repeat(rest - 1)}`) : '')
}

function waitingText({ waitsFor: [first, ...others] }: BoardRow): string {
  if (first === undefined) return 'waiting'
  return `waiting for ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`
}

function failureText({ phase, title, code }: BoardRow, width: number, theme: Theme): string {
  const label = phase === 'failed' ? 'FAILED' : 'UNREACHABLE'
  const left = width - label.length - 2 - (code === '' ? 0 : code.length + 3)
  if (left < 4) return theme.failure(truncate(label, width))
  const end = code === '' ? '' : `   ${theme.muted(code)}`
  return `${theme.failure(label)}  ${truncate(title, left)}${end}`
}
