// Decides when too many failures stop the other hosts of a play.

import type { Play } from '../../model/play.ts'

type FailureLimit = {
  /** Records a host that failed or was lost. */
  readonly record: (host: string) => void
  /** true: the host starts nothing more. */
  readonly isReachedFor: (host: string) => boolean
}

export function createFailureLimit(
  batches: readonly (readonly string[])[],
  { anyErrorsFatal, maxFailPercentage: limit }: Play['spec'],
): FailureLimit {
  const failed = new Set<string>()
  const hasTooMany = (members: readonly string[]) => {
    const count = members.filter((name) => failed.has(name)).length
    return count === members.length || (limit !== undefined && (count * 100) / members.length > limit)
  }
  return {
    record: (host) => failed.add(host),
    isReachedFor: (host) => {
      if (failed.size === 0 || failed.has(host)) return false
      if (anyErrorsFatal) return true
      const own = batches.findIndex((members) => members.includes(host))
      if (limit !== undefined && hasTooMany(batches[own]!)) return true
      return batches.slice(0, own).some(hasTooMany)
    },
  }
}
