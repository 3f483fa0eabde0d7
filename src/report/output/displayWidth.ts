// How many columns a text takes on a terminal, and texts cut to a number of columns.

import stringWidth from 'string-width'

/** ASCII, Latin, and what the board itself draws with: one column each, and no need to look closer. */
const singleWidth = /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u2026\u2190-\u2193\u2500-\u257f]*$/
const graphemes = new Intl.Segmenter()

/** Columns of a text without colours: Korean, Chinese and Japanese letters and most emoji take two. */
export function displayWidth(text: string): number {
  return singleWidth.test(text) ? text.length : stringWidth(text)
}

/** A text of at most `columns` columns; what had to be cut ends with `…`. */
export function truncate(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text
  if (columns < 1) return ''
  let kept = ''
  let used = 0
  for (const { segment } of graphemes.segment(text)) {
    used += displayWidth(segment)
    if (used > columns - 1) break
    kept += segment
  }
  return `${kept}…`
}

/** A text of exactly `columns` columns: cut, or filled with blanks. */
export function fit(text: string, columns: number): string {
  const short = truncate(text, columns)
  return short + ' '.repeat(Math.max(0, columns - displayWidth(short)))
}
