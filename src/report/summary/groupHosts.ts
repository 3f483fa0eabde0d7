// Groups hosts with the same changes, and compares the others with the nearest group.

type HostGroup = { readonly hosts: readonly string[]; readonly lines: readonly string[] }

/** Hosts that did more, or less, than the group that is nearest to them. */
export type Differing = {
  readonly hosts: readonly string[]
  readonly also: readonly string[]
  readonly not: readonly string[]
}

type Grouped = { readonly groups: readonly HostGroup[]; readonly differing: readonly Differing[] }

/** Groups smaller than this share of the hosts differ from a larger one. */
const leastShare = 0.1

/** @param changes by host, its lines; equal lines are equal texts */
export function groupHosts(changes: ReadonlyMap<string, readonly string[]>): Grouped {
  const all = equalHosts(changes)
  const isGroup = ({ hosts }: HostGroup) => hosts.length > 1 && hosts.length >= changes.size * leastShare
  const groups = all.filter((group, n) => n === 0 || isGroup(group))
  const others = all.filter((group) => !groups.includes(group))
  const compared = others.map((other) => ({ other, nearest: nearest(other, groups) }))
  return {
    groups: [...groups, ...compared.flatMap(({ other, nearest }) => (nearest ? [] : [other]))],
    differing: compared.flatMap(({ other, nearest }) => (nearest ? [difference(other, nearest)] : [])),
  }
}

/** The hosts with equal lines, most hosts first. */
function equalHosts(changes: ReadonlyMap<string, readonly string[]>): HostGroup[] {
  const groups = new Map<string, { readonly hosts: string[]; readonly lines: readonly string[] }>()
  for (const [host, lines] of changes) {
    const key = lines.toSorted().join('\n')
    const group = groups.get(key) ?? { hosts: [], lines }
    group.hosts.push(host)
    groups.set(key, group)
  }
  return [...groups.values()].sort((one, other) => other.hosts.length - one.hosts.length)
}

/** The group with most lines in common; none where there is nothing in common. */
function nearest({ lines }: HostGroup, groups: readonly HostGroup[]): HostGroup | undefined {
  const shares = groups.map((group) => ({ group, common: common(lines, group.lines) }))
  const [best] = shares.sort((one, other) => other.common - one.common)
  return best && best.common > 0 ? best.group : undefined
}

function common(lines: readonly string[], others: readonly string[]): number {
  const known = new Set(others)
  return lines.filter((line) => known.has(line)).length
}

function difference({ hosts, lines }: HostGroup, { lines: others }: HostGroup): Differing {
  return {
    hosts,
    also: lines.filter((line) => !others.includes(line)),
    not: others.filter((line) => !lines.includes(line)),
  }
}
