// Changes a line on the screen into another one with few bytes.

import { displayWidth } from './displayWidth.ts'

const csi = '\x1b['
/** In such places terminals may draw these in two columns, so that nobody knows where the kept part ends. */
const isWide = /^(?:ko|ja|zh)/.test(process.env.LC_ALL || process.env.LC_CTYPE || process.env.LANG || '')
const ambiguous = /[\u2010-\u27bf]/
const colour = /\x1b\[[0-9;]*m/g

export function withoutColours(line: string): string {
  return line.replace(colour, '')
}

/** What to write at the beginning of the line; nothing where both are equal. */
export function lineUpdate(from: string, to: string): string {
  if (from === to) return ''
  const kept = to.slice(0, commonWords(from, to))
  const columns = displayWidth(withoutColours(kept))
  if (columns < 8 || (isWide && ambiguous.test(kept))) return `${to}${csi}K`
  // The colours of what is kept, which hold for what follows.
  const colours = (kept.match(colour) ?? []).join('')
  return `${csi}${columns}C${colours}${to.slice(kept.length)}${csi}K`
}

/** How long the common beginning is, up to a blank: not within a character, or a colour. */
function commonWords(from: string, to: string): number {
  const length = Math.min(from.length, to.length)
  let same = 0
  while (same < length && from[same] === to[same]) same += 1
  return to.slice(0, same).lastIndexOf(' ') + 1
}
