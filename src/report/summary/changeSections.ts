// Summarizes what hosts changed: equal changes once, hosts that differ by name.

import type { Theme } from '../output/theme.ts'
import { groupLabel, hostNames } from '../text/hostNames.ts'
import { plural } from '../text/summaries.ts'
import { changedLines } from './changedLines.ts'
import { type Differing, groupHosts } from './groupHosts.ts'
import type { HostTally } from './runTally.ts'
import { atMost, cut, type SummaryLimits } from './summaryLimits.ts'

type Options = {
  readonly theme: Theme
  readonly isCheck: boolean
  /** Columns of a line. */
  readonly columns: number
}

type Tallies = ReadonlyMap<string, HostTally>

/** What hosts changed in groups, hosts that differ, and hosts with nothing to do if they are few; computed once for all limits. */
export function changeSections(
  hosts: Tallies,
  { theme, isCheck, columns }: Options,
): (limits: SummaryLimits) => string[] {
  const changed = changedLines(hosts, { withRestarts: false })
  const { groups, differing } = groupHosts(changed)
  const line = (text: string) => cut(`  ${text}`, columns)
  const [verb, differ] = isCheck ? ['would change', 'would differ'] : ['changed', 'differs']
  const head = (members: readonly string[]) =>
    theme.changed(cut(`${verb} on ${membersText(members, columns)}`, columns))
  const different = differing.map((each) => line(differenceText(each)))
  return (limits) => [
    ...groups
      .slice(0, limits.groups)
      .flatMap(({ hosts: members, lines }) => [
        head(members),
        ...atMost(lines.map(line), limits.changes, (left) => `  and ${left} more`),
      ]),
    ...(groups.length > limits.groups
      ? [`and other changes on ${plural(countHosts(groups.slice(limits.groups)), 'host')}`]
      : []),
    ...(different.length > 0 ? [theme.changed(`${differ} on ${plural(countHosts(differing), 'host')}`)] : []),
    ...atMost(different, limits.differing, (left) => `  and ${left} more`),
    ...idleLine(hosts, changed, columns),
  ]
}

function differenceText({ hosts, also, not }: Differing): string {
  const parts = [...also.map((text) => `also ${text}`), ...not.map((text) => `not ${text}`)]
  return `${hostNames(hosts, 40)}   ${parts.join(' · ')}`
}

/** Names who had nothing to do where nearly all others had. */
function idleLine(
  hosts: Tallies,
  changed: ReadonlyMap<string, readonly string[]>,
  columns: number,
): string[] {
  const idle = [...hosts].flatMap(([name, { hasTasks, failure, stopped }]) =>
    hasTasks && !failure && !stopped && !changed.has(name) ? [name] : [],
  )
  if (idle.length === 0 || idle.length > Math.max(1, changed.size * 0.1)) return []
  return [cut(`nothing to do on ${membersText(idle, columns)}`, columns)]
}

/** What was restarted or rebooted, on how many hosts. */
export function restartLines(hosts: Tallies, { isCheck, columns }: Options): string[] {
  const members = new Map<string, Set<string>>()
  for (const [host, { changed }] of hosts) {
    for (const { restart, title } of changed) {
      if (restart === undefined) continue
      const what = restart === 'rebooted' ? '' : `: ${title.replace(/^restart(?=[A-Z])|\s+restarted$/, '')}`
      const key = JSON.stringify([restart, what])
      members.set(key, (members.get(key) ?? new Set()).add(host))
    }
  }
  const lines = [...members].map(([key, names]) => {
    const [verb, what] = JSON.parse(key) as [string, string]
    return cut(`${isCheck ? 'would be ' : ''}${verb} on ${membersText([...names], columns)}${what}`, columns)
  })
  return atMost(lines, 3, (left) => `and ${left} more restarted`)
}

/** `198 hosts`, or the names where they are few. */
function membersText(hosts: readonly string[], columns: number): string {
  const names = hostNames(hosts, Math.min(60, columns - 24))
  return / and \d+ more$/.test(names) ? groupLabel(hosts) : names
}

function countHosts(groups: readonly { readonly hosts: readonly string[] }[]): number {
  return groups.reduce((count, { hosts }) => count + hosts.length, 0)
}
