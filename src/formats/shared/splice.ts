// Replaces spans of a text; every edit ends as a list of splices.

/** The characters from `start` up to `end` (not included) become `text`. */
export type Splice = { readonly start: number; readonly end: number; readonly text: string }

/** Splices may touch, but not overlap. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  const sorted = splices.map((splice, order) => ({ ...splice, order }))
  sorted.sort((a, b) => b.start - a.start || b.end - a.end || b.order - a.order)
  let rightEdge = text.length
  let result = text
  for (const { start, end, text: replacement } of sorted) {
    if (start > end || end > rightEdge) throw new RangeError(`Splice ${start}-${end} overlaps ${rightEdge}.`)
    result = result.slice(0, start) + replacement + result.slice(end)
    rightEdge = start
  }
  return result
}
