// Finds lines, indentations and line ends in a text.

/** The line end that most lines of a text have. */
export function lineEndOf(text: string): string {
  const all = text.split('\n').length - 1
  const crlf = text.split('\r\n').length - 1
  return crlf * 2 > all ? '\r\n' : '\n'
}

export function lineStartOf(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

/** The indentation of the line that an offset is on. */
export function indentOfLine(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStartOf(text, offset), offset))![0]
}

/** The blanks between the start of the line and an offset; undefined if there is anything else. */
export function indentAt(text: string, offset: number): string | undefined {
  const before = text.slice(lineStartOf(text, offset), offset)
  return /^[ \t]*$/.test(before) ? before : undefined
}

/** The end of the line, before its line end, if only blanks follow an offset; else undefined. */
export function blankLineRest(text: string, offset: number): number | undefined {
  const rest = /^[ \t]*(?=\r?\n|$)/.exec(text.slice(offset, text.indexOf('\n', offset) + 1 || undefined))
  return rest ? offset + rest[0].length : undefined
}

/** The span of the whole lines that a node fills, line end included; undefined if it shares a line. */
export function wholeLines(
  text: string,
  node: { readonly start: number; readonly end: number },
): { start: number; end: number } | undefined {
  const rest = blankLineRest(text, node.end)
  if (indentAt(text, node.start) === undefined || rest === undefined) return undefined
  const lineEnd = /^\r?\n/.exec(text.slice(rest, rest + 2))?.[0] ?? ''
  return { start: lineStartOf(text, node.start), end: rest + lineEnd.length }
}
