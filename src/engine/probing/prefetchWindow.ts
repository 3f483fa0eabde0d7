// Decides how many tasks to probe ahead.

export type PrefetchWindow = { readonly size: number; readonly changesInRow: number }

/** The first trip probes for everything: a host that needs no change then costs one trip. */
export const firstWindow: PrefetchWindow = { size: Number.POSITIVE_INFINITY, changesInRow: 0 }

const sizesAfterChange = [16, 8, 4]

/** A change makes what was probed stale, and more changes are likely to follow. */
export function windowAfterChange({ changesInRow }: PrefetchWindow): PrefetchWindow {
  const size = sizesAfterChange[Math.min(changesInRow, sizesAfterChange.length - 1)]!
  return { size, changesInRow: changesInRow + 1 }
}

export function windowAfterNoChange({ size }: PrefetchWindow): PrefetchWindow {
  return { size: size * 4, changesInRow: 0 }
}
