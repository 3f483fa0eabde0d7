// When a play is over for hosts that have not begun: one failure too many, or a whole batch lost.

import type { Play } from '../model/play.ts'

export type Failures = {
  /** A host has failed or was lost. */
  readonly note: (host: string) => void
  /** true: the host starts nothing more. */
  readonly isOverFor: (host: string) => boolean
}

export function countFailures(
  batches: readonly (readonly string[])[],
  { anyErrorsFatal, maxFailPercentage: limit }: Play['spec'],
): Failures {
  const failed = new Set<string>()
  const isLost = (members: readonly string[]) => {
    const count = members.filter((name) => failed.has(name)).length
    return count === members.length || (limit !== undefined && (count * 100) / members.length > limit)
  }
  return {
    note: (host) => failed.add(host),
    isOverFor: (host) => {
      if (failed.size === 0 || failed.has(host)) return false
      if (anyErrorsFatal) return true
      const own = batches.findIndex((members) => members.includes(host))
      if (limit !== undefined && isLost(batches[own]!)) return true
      return batches.slice(0, own).some(isLost)
    },
  }
}
