// Turns offsets of a text into lines and columns.

import type { SourceLocation } from './location.ts'

/** The text that a value was parsed from: turns an offset into a file, line and column. */
export type SourceText = {
  readonly locate: (offset: number) => Required<SourceLocation>
}

/** A source text; `file` is shown as it is. Line starts are computed on first use. */
export function sourceText(file: string, text: string): SourceText {
  let starts: number[] | undefined
  return {
    locate: (offset) => {
      starts ??= lineStarts(text)
      const line = lastIndexAtMost(starts, offset)
      return { file, line: line + 1, column: offset - starts[line]! + 1 }
    },
  }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function lastIndexAtMost(sorted: readonly number[], target: number): number {
  let low = 0
  let high = sorted.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (sorted[middle]! <= target) low = middle
    else high = middle - 1
  }
  return low
}
