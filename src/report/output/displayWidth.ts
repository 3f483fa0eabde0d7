// Measures texts in terminal columns, and truncates and pads them.

import stringWidth from 'string-width'

/** ASCII, Latin, and what the board draws with: one column each. */
const singleWidth = /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u2026\u2190-\u2193\u2500-\u257f]*$/
const graphemes = new Intl.Segmenter()

/** Columns of a text without colours: CJK characters and most emoji take two. */
export function displayWidth(text: string): number {
  return singleWidth.test(text) ? text.length : stringWidth(text)
}

/** A text of at most `columns` columns; `…` ends what was truncated. */
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

/** A text of exactly `columns` columns: truncated, or padded with blanks. */
export function fit(text: string, columns: number): string {
  const short = truncate(text, columns)
  return short + ' '.repeat(Math.max(0, columns - displayWidth(short)))
}
