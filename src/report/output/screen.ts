// Redraws a block of lines at the foot of a terminal, with text scrolling away above it.

import { displayWidth } from './displayWidth.ts'
import type { ReportStream } from './reporterTypes.ts'
import type { Sink } from './sink.ts'

type Screen = {
  /** Writes text above the block, then the block itself; an empty block removes it. */
  readonly draw: (block: readonly string[], above?: string) => void
  readonly columns: () => number
  readonly rows: () => number
}

const csi = '\x1b['
const hideCursor = `${csi}?25l`
const showCursor = `${csi}?25h`
const clearBelow = `${csi}J`
const clearRest = `${csi}K`
const clearRow = `${csi}2K`

/**
 * The cursor is left below the block. If the terminal has become narrower, the block's lines have wrapped; so the way
 * back up is computed at the current width.
 */
export function createScreen(stream: ReportStream, sink: Sink): Screen {
  let widths: number[] = []
  let last = ''
  const restore = () => sink.write(showCursor)
  const columns = () => stream.columns || 80
  return {
    columns,
    rows: () => stream.rows || 24,
    draw: (block, above = '') => {
      const text = block.map((line) => `${line}${clearRest}\n`).join('')
      if (above === '' && text === last && fits(widths, columns())) return
      const height = heightOf(widths, columns())
      const isInPlace = above === '' && block.length > 0
      const start = isInPlace ? upBy(height) : erasedUp(height)
      const cursor = cursorChange(widths.length > 0, block.length > 0)
      if (widths.length === 0 && block.length > 0) process.once('exit', restore)
      if (block.length === 0) process.off('exit', restore)
      sink.write(`${start}${above}${text}${isInPlace ? clearBelow : ''}${cursor}`)
      widths = block.map((line) => displayWidth(withoutColours(line)))
      last = text
    },
  }
}

function cursorChange(wasDrawn: boolean, isDrawn: boolean): string {
  if (wasDrawn === isDrawn) return ''
  return isDrawn ? hideCursor : showCursor
}

function upBy(rows: number): string {
  return rows === 0 ? '' : `\r${csi}${rows}A`
}

/** Row by row: where a whole screen is cleared at once, tmux keeps what was on it in its history. */
function erasedUp(rows: number): string {
  return rows === 0 ? '' : `\r${`${csi}A${clearRow}`.repeat(rows)}`
}

function heightOf(widths: readonly number[], columns: number): number {
  return widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0)
}

function fits(widths: readonly number[], columns: number): boolean {
  return widths.every((width) => width <= columns)
}

function withoutColours(line: string): string {
  return line.replace(/\x1b\[[0-9;]*m/g, '')
}
