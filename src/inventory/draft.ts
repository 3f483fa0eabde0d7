// The inventory while it is read: groups and hosts that sources add to, in the order in which Ansible keeps them.

import { PlaybookError } from '../model/errors/error.ts'
import type { SourceLocation } from '../model/errors/location.ts'
import type { Entry } from './located.ts'

export type DraftGroup = {
  readonly name: string
  readonly hosts: Set<DraftHost>
  readonly children: Set<DraftGroup>
  readonly parents: Set<DraftGroup>
  readonly vars: Map<string, Entry>
  priority: number
  /** Distance from `all`, the longest way; known once all sources are read. */
  depth: number
  /** Where it was first named. */
  readonly where: SourceLocation | undefined
}

export type DraftHost = {
  readonly name: string
  readonly vars: Map<string, Entry>
  readonly groups: Set<DraftGroup>
  /** Where it was first named. */
  readonly where: SourceLocation | undefined
}

/** Groups and hosts by name, and what was found wrong. */
export class Draft {
  readonly groups = new Map<string, DraftGroup>()
  readonly hosts = new Map<string, DraftHost>()
  readonly faults: PlaybookError[] = []
  readonly warnings: PlaybookError[] = []
  readonly all: DraftGroup
  readonly ungrouped: DraftGroup

  constructor() {
    this.all = this.addGroup('all')
    this.ungrouped = this.addGroup('ungrouped')
    this.addChild(this.all, this.ungrouped)
  }

  addGroup(name: string, where?: SourceLocation): DraftGroup {
    const known = this.groups.get(name)
    if (known) return known
    const group: DraftGroup = {
      name,
      hosts: new Set(),
      children: new Set(),
      parents: new Set(),
      vars: new Map(),
      priority: 1,
      depth: 0,
      where,
    }
    this.groups.set(name, group)
    return group
  }

  /** A port given beside the name counts only where the host is named first, as in Ansible. */
  addHost(name: string, group: DraftGroup | undefined, port?: Entry, where?: SourceLocation): DraftHost {
    let host = this.hosts.get(name)
    if (!host) {
      host = { name, vars: new Map(), groups: new Set(), where }
      if (port) host.vars.set('ansible_port', port)
      this.hosts.set(name, host)
    }
    if (group) {
      group.hosts.add(host)
      host.groups.add(group)
    }
    return host
  }

  addChild(parent: DraftGroup, child: DraftGroup, where?: SourceLocation): void {
    if (parent.children.has(child)) return
    if (parent === child || ancestorsOf(parent).has(child)) {
      const message =
        parent === child
          ? `group ${child.name} has itself as a child`
          : `group ${child.name} is a child of ${parent.name}, and ${parent.name} lies inside ${child.name}`
      this.faults.push(new PlaybookError('E_INVENTORY_CYCLE', message, { where: where ?? child.where }))
      return
    }
    parent.children.add(child)
    child.parents.add(parent)
  }

  setGroupVar(group: DraftGroup, entry: Entry): void {
    if (entry.key !== 'ansible_group_priority') {
      group.vars.set(entry.key, entry)
      return
    }
    const priority = Number(entry.node.value)
    if (Number.isInteger(priority)) group.priority = priority
    else this.fault('ansible_group_priority must be a whole number', entry)
  }

  fault(message: string, { node }: Entry, hint?: string): void {
    const where = node.source && { file: node.source.file, ...node.source.locate(node.offset) }
    this.faults.push(new PlaybookError('E_INVENTORY', message, { where, ...(hint ? { hint } : {}) }))
  }
}

/**
 * Brings the groups into Ansible's order once all sources are read: a group without parents is a child of `all`,
 * `ungrouped` holds the hosts that are in no other group, a group's depth is its longest way from `all`.
 */
export function reconcile(draft: Draft): void {
  for (const group of draft.groups.values()) {
    if (group !== draft.all && group.parents.size === 0) draft.addChild(draft.all, group)
  }
  const aboveUngrouped = ancestorsOf(draft.ungrouped).size > 1
  for (const host of draft.hosts.values()) {
    const isGrouped = [...host.groups].some(
      (group) => group !== draft.all && (group !== draft.ungrouped || aboveUngrouped),
    )
    if (!isGrouped) draft.addHost(host.name, draft.ungrouped)
    else if (draft.ungrouped.hosts.delete(host)) host.groups.delete(draft.ungrouped)
  }
  setDepths(draft.all)
  warnOfSharedNames(draft)
}

/** Every group above a group. */
export function ancestorsOf(group: DraftGroup): Set<DraftGroup> {
  const found = new Set<DraftGroup>()
  const waiting = [...group.parents]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (found.has(next)) continue
    found.add(next)
    waiting.push(...next.parents)
  }
  return found
}

/** A group's hosts, its children's included: nearest generation first, each host once. */
export function membersOf(group: DraftGroup): Set<DraftHost> {
  const members = new Set<DraftHost>()
  const seen = new Set<DraftGroup>()
  let generation = new Set([group])
  while (generation.size > 0) {
    const next = new Set<DraftGroup>()
    for (const each of generation) {
      seen.add(each)
      for (const host of each.hosts) members.add(host)
      for (const child of each.children) next.add(child)
    }
    generation = new Set([...next].filter((each) => !seen.has(each)))
  }
  return members
}

/** Parents before children, then by priority, then by name: later ones win. */
export function sortGroups(groups: Iterable<DraftGroup>): DraftGroup[] {
  return [...groups].sort(
    (a, b) =>
      a.depth - b.depth || a.priority - b.priority || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  )
}

function setDepths(all: DraftGroup): void {
  let generation = new Set([all])
  for (let depth = 0; generation.size > 0; depth++) {
    const next = new Set<DraftGroup>()
    for (const group of generation) {
      group.depth = depth
      for (const child of group.children) next.add(child)
    }
    generation = next
  }
}

function warnOfSharedNames(draft: Draft): void {
  for (const [name, host] of draft.hosts) {
    if (!draft.groups.has(name)) continue
    const message = `${name} is a host and a group; alone in a pattern it means the host`
    draft.warnings.push(new PlaybookError('E_SHARED_NAME', message, { where: host.where }))
  }
}
