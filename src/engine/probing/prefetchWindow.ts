// How far ahead to probe: all of it at first, little after changes in a row, growing again.

/** What the policy remembers of a host. */
export type PrefetchWindow = { readonly size: number; readonly changesInRow: number }

/** The first trip looks at everything: a host that needs nothing then costs one. */
export const firstWindow: PrefetchWindow = { size: Number.POSITIVE_INFINITY, changesInRow: 0 }

const afterChange = [16, 8, 4]

/** After a change: what was probed beyond it is stale, and more changes are likely to follow. */
export function windowAfterChange({ changesInRow }: PrefetchWindow): PrefetchWindow {
  const size = afterChange[Math.min(changesInRow, afterChange.length - 1)]!
  return { size, changesInRow: changesInRow + 1 }
}

/** After a window in which nothing had to change. */
export function windowAfterNoChange({ size }: PrefetchWindow): PrefetchWindow {
  return { size: size * 4, changesInRow: 0 }
}
