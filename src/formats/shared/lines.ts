// Splits a text into lines with their ends, and puts them together again.

/** A line and its end: `\n`, `\r\n`, `\r`, or nothing at the end of the text. */
export type TextLine = { readonly text: string; readonly end: string }

/** The lines of a text; none for an empty one, and none after a last line end. */
export function linesOf(text: string): TextLine[] {
  return [...text.matchAll(/([^\r\n]*)(\r\n|\n|\r|$)/g)]
    .map(([, content = '', end = '']) => ({ text: content, end }))
    .filter(({ text: content, end }) => content !== '' || end !== '')
}

export function textOfLines(lines: readonly TextLine[]): string {
  return lines.map(({ text, end }) => text + end).join('')
}

/** The lines with new ones at an index; they get the usual line end, and so does a last line without one. */
export function withLines<L extends TextLine>(
  lines: readonly L[],
  at: number,
  added: readonly string[],
  usualEnd: string,
): (L | TextLine)[] {
  const before = lines.slice(0, at)
  const last = before.at(-1)
  if (last?.end === '' && added.length > 0) before[before.length - 1] = { ...last, end: usualEnd }
  return [...before, ...added.map((text) => ({ text, end: usualEnd })), ...lines.slice(at)]
}
