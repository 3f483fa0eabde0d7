// Finds the JSON in what a program prints, and shortens texts to a line.

const longestShown = 100

/** A text on one line, cut where it is long. */
export function shownOnLine(whole: string): string {
  const lines = whole.trim().split('\n')
  const line = lines[0]!.trim()
  if (lines.length > 1) return `${lines.length} lines`
  return line.length > longestShown ? `${line.slice(0, longestShown - 1)}…` : line
}

/** The object that some line begins and the output ends with, or a line of its own; undefined: there is none. */
export function jsonIn(printed: string): object | undefined {
  const lines = printed.split('\n')
  for (const [index, line] of lines.entries()) {
    if (!line.trimStart().startsWith('{')) continue
    const found = parsed(line) ?? parsed(lines.slice(index).join('\n'))
    if (found) return found
  }
  return undefined
}

function parsed(json: string): object | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
