// Breaks lines at words, so that a terminal does not break them within.

import { displayWidth } from './displayWidth.ts'

/**
 * What goes on is indented a little deeper, or as the last column of a row. A longer word stays whole; so do the lines
 * of failures, whose commands can be copied.
 */
export function wrapLines(lines: readonly string[], columns: number): string[] {
  return lines.flatMap((line) => wrapped(line, columns))
}

const ofFailure = /^ {8}\S/
const colours = /\x1b\[[0-9;]*m/g

function wrapped(line: string, columns: number): string[] {
  if (ofFailure.test(line)) return [line]
  if (line.length <= columns && !/[^\x20-\x7e]/.test(line)) return [line]
  if (width(line) <= columns) return [line]
  const indent = ' '.repeat(hanging(line, columns))
  const lines: string[] = []
  let current = ''
  for (const piece of line.match(/ *[^ ]+/g) ?? []) {
    if (current.trim() !== '' && width(current + piece) > columns) {
      lines.push(current)
      current = indent + piece.trimStart()
    } else current += piece
  }
  return [...lines, current]
}

/** Rows have their columns two blanks apart. */
function hanging(line: string, columns: number): number {
  const plain = line.replace(colours, '')
  const [lead = ''] = /^ */.exec(plain) ?? []
  const [row = ''] = lead === '' ? (/^\S(?:.*?\S)? {2,}(?:\S+(?: \S+)? {2,})?/.exec(plain) ?? []) : []
  const deep = lead === '' ? Math.max(4, width(row)) : lead.length + 2
  return deep <= columns / 2 ? deep : 4
}

function width(text: string): number {
  return displayWidth(text.replace(colours, ''))
}
