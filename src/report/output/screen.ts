// Redraws a block of lines at the foot of a terminal, with text scrolling away above it.

import { displayWidth } from './displayWidth.ts'
import { lineUpdate, withoutColours } from './lineUpdate.ts'
import type { ReportStream } from './reporterTypes.ts'
import type { Sink } from './sink.ts'

type Screen = {
  /**
   * Writes text above the block, then the block itself; an empty block removes it. Gives how many bytes that were.
   */
  readonly draw: (block: readonly string[], above?: string) => number
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
 * back up is computed at the current width. In a block of the same height only what differs is written.
 */
export function createScreen(stream: ReportStream, sink: Sink): Screen {
  let last: readonly string[] = []
  const restore = () => sink.write(showCursor)
  const columns = () => stream.columns || 80
  return {
    columns,
    rows: () => stream.rows || 24,
    draw: (block, above = '') => {
      const widths = last.map((line) => displayWidth(withoutColours(line)))
      const isSteady = above === '' && block.length === last.length && fits(widths, columns())
      if (last.length === 0 && block.length > 0) process.once('exit', restore)
      if (block.length === 0) process.off('exit', restore)
      const written = isSteady
        ? updated(last, block)
        : redrawn(block, above, heightOf(widths, columns())) + cursorChange(last.length > 0, block.length > 0)
      last = block
      sink.write(written)
      return Buffer.byteLength(written)
    },
  }
}

/** Goes up to the first line that differs, over those that do not, and back below the last one. */
function updated(last: readonly string[], block: readonly string[]): string {
  const first = block.findIndex((line, n) => line !== last[n])
  if (first < 0) return ''
  const lines = block.slice(first).map((line, n) => `${lineUpdate(last[first + n]!, line)}\n`)
  return `${upBy(block.length - first)}${lines.join('')}`
}

function redrawn(block: readonly string[], above: string, height: number): string {
  const isInPlace = above === '' && block.length > 0
  const text = block.map((line) => `${line}${clearRest}\n`).join('')
  return `${isInPlace ? upBy(height) : erasedUp(height)}${above}${text}${isInPlace ? clearBelow : ''}`
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
