// Draws a host's line of the board, and the line of output below it.

import { displayWidth, fit, truncate } from '../output/displayWidth.ts'
import type { Theme } from '../output/theme.ts'
import type { HostRow } from './hostRow.ts'

export type RowLayout = {
  /** Columns that may be written: one less than there are, so that no line wraps. */
  readonly columns: number
  readonly host: number
  /** Columns of the progress bar; 0 for none. */
  readonly bar: number
  readonly count: number
}

/** `  was-01  ━━━━╺━━━━━━  49/66  dnfInstall httpd   8 s`. */
export function hostLine(host: HostRow, layout: RowLayout, now: number, theme: Theme): string {
  const name = `  ${fit(host.name, layout.host)}  `
  const width = layout.columns - displayWidth(name)
  if (width < 1) return truncate(name, layout.columns)
  switch (host.phase) {
    case 'running':
      return name + progressText(host, layout, width, now, theme)
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

export function outputLine({ line }: HostRow, { columns, host }: RowLayout, theme: Theme): string {
  const indent = ' '.repeat(Math.min(host + 4, Math.floor(columns / 3)))
  return indent + theme.muted(truncate(line.replace(/\s+/g, ' ').trim(), columns - indent.length))
}

function progressText(
  { done, total, title, runningSince }: HostRow,
  { bar, count }: RowLayout,
  width: number,
  now: number,
  theme: Theme,
): string {
  const counted = `${Math.min(done, total)}/${total}`.padStart(count)
  const isRunning = runningSince !== undefined
  const seconds = isRunning ? `   ${Math.floor((now - runningSince) / 1000)} s` : ''
  const left = width - (bar > 0 ? bar + 2 : 0) - counted.length - 2 - seconds.length
  if (left < 4) return truncate(`${counted}  ${title}`, width)
  const drawnBar = bar > 0 ? `${barText(done, total, bar, theme)}  ` : ''
  const shown = truncate(title, left)
  return `${drawnBar}${counted}  ${isRunning ? shown : theme.muted(shown)}${theme.muted(seconds)}`
}

/** `━━━━━━╺━━━`: what is done, then what is left. */
function barText(done: number, total: number, columns: number, theme: Theme): string {
  const full = total === 0 ? 0 : Math.min(columns, Math.floor((done / total) * columns))
  const rest = columns - full
  return theme.success('━'.repeat(full)) + (rest > 0 ? theme.muted(`╺${'━'.repeat(rest - 1)}`) : '')
}

function waitingText({ waitsFor: [first, ...others] }: HostRow): string {
  if (first === undefined) return 'waiting'
  return `waiting for ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`
}

function failureText({ phase, title, code }: HostRow, width: number, theme: Theme): string {
  const label = phase === 'failed' ? 'FAILED' : 'UNREACHABLE'
  const left = width - label.length - 2 - (code === '' ? 0 : code.length + 3)
  if (left < 4) return theme.failure(truncate(label, width))
  const end = code === '' ? '' : `   ${theme.muted(code)}`
  return `${theme.failure(label)}  ${truncate(title, left)}${end}`
}
