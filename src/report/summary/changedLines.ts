// Gives a line for each change of each host.

import type { ChangeKind } from './changeKinds.ts'
import type { HostTally } from './runTally.ts'

type Tallies = ReadonlyMap<string, HostTally>

type Options = {
  /** Restarts are changes too; otherwise they are left out. */
  readonly withRestarts: boolean
}

/** By host. Where most hosts have values of their own, without the values. */
export function changedLines(hosts: Tallies, options: Options): Map<string, readonly string[]> {
  const exact = linesOf(hosts, options, ({ line }) => line)
  const kinds = new Set([...exact.values()].map((lines) => lines.join('\n'))).size
  return kinds > Math.max(5, exact.size / 4) ? linesOf(hosts, options, ({ title }) => title) : exact
}

function linesOf(
  hosts: Tallies,
  { withRestarts }: Options,
  format: (kind: ChangeKind) => string,
): Map<string, readonly string[]> {
  return new Map(
    [...hosts].flatMap(([host, { changed, failure, stopped }]) => {
      // What they did not do is shown with the reason.
      if (failure || stopped) return []
      const lines = changed.filter(({ restart }) => withRestarts || restart === undefined).map(format)
      return lines.length > 0 ? [[host, lines] as const] : []
    }),
  )
}
