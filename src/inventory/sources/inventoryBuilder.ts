// Collects the groups and hosts of all inventory sources, in Ansible's order.

import { PlaybookError } from '../../model/errors/error.ts'
import type { SourceLocation } from '../../model/errors/location.ts'
import { locationOf, type MapEntry } from '../parsing/sourceNode.ts'

export type GroupData = {
  readonly name: string
  readonly hosts: Set<HostData>
  readonly children: Set<GroupData>
  readonly parents: Set<GroupData>
  readonly vars: Map<string, MapEntry>
  priority: number
  /** The longest distance from `all`; set by `reconcile`. */
  depth: number
  /** Where the name first occurs. */
  readonly declaredAt: SourceLocation | undefined
}

export type HostData = {
  readonly name: string
  readonly vars: Map<string, MapEntry>
  readonly groups: Set<GroupData>
  /** Where the name first occurs. */
  readonly declaredAt: SourceLocation | undefined
}

/** Groups and hosts by name, with the errors and warnings found. */
export class InventoryBuilder {
  readonly groups = new Map<string, GroupData>()
  readonly hosts = new Map<string, HostData>()
  readonly errors: PlaybookError[] = []
  readonly warnings: PlaybookError[] = []
  readonly all: GroupData
  readonly ungrouped: GroupData

  constructor() {
    this.all = this.addGroup('all')
    this.ungrouped = this.addGroup('ungrouped')
    this.addChild(this.all, this.ungrouped)
  }

  addGroup(name: string, where?: SourceLocation): GroupData {
    const known = this.groups.get(name)
    if (known) return known
    const group: GroupData = {
      name,
      hosts: new Set(),
      children: new Set(),
      parents: new Set(),
      vars: new Map(),
      priority: 1,
      depth: 0,
      declaredAt: where,
    }
    this.groups.set(name, group)
    return group
  }

  /** A port after the name counts only where the host first occurs, as in Ansible. */
  addHost(name: string, group: GroupData | undefined, port?: MapEntry, where?: SourceLocation): HostData {
    let host = this.hosts.get(name)
    if (!host) {
      host = { name, vars: new Map(), groups: new Set(), declaredAt: where }
      if (port) host.vars.set('ansible_port', port)
      this.hosts.set(name, host)
    }
    if (group) {
      group.hosts.add(host)
      host.groups.add(group)
    }
    return host
  }

  addChild(parent: GroupData, child: GroupData, where?: SourceLocation): void {
    if (parent.children.has(child)) return
    if (parent === child || ancestorsOf(parent).has(child)) {
      const message =
        parent === child
          ? `group ${child.name} is its own child`
          : `group ${child.name} is a child of ${parent.name}, which is itself inside ${child.name}`
      this.errors.push(new PlaybookError('E_INVENTORY_CYCLE', message, { where: where ?? child.declaredAt }))
      return
    }
    parent.children.add(child)
    child.parents.add(parent)
  }

  setGroupVar(group: GroupData, entry: MapEntry): void {
    if (entry.key !== 'ansible_group_priority') {
      group.vars.set(entry.key, entry)
      return
    }
    const priority = Number(entry.node.value)
    if (Number.isInteger(priority)) group.priority = priority
    else this.addError('ansible_group_priority must be an integer', locationOf(entry.node))
  }

  /** Adds an E_INVENTORY. */
  addError(message: string, where: SourceLocation | undefined, hint?: string): void {
    this.errors.push(new PlaybookError('E_INVENTORY', message, { where, hint }))
  }
}

/**
 * Completes the groups after all sources are read, as Ansible does: a group without parents becomes a child of `all`,
 * `ungrouped` gets the hosts that are in no other group, and each group its depth.
 */
export function reconcile(builder: InventoryBuilder): void {
  for (const group of builder.groups.values()) {
    if (group !== builder.all && group.parents.size === 0) builder.addChild(builder.all, group)
  }
  const aboveUngrouped = ancestorsOf(builder.ungrouped).size > 1
  for (const host of builder.hosts.values()) {
    const isGrouped = [...host.groups].some(
      (group) => group !== builder.all && (group !== builder.ungrouped || aboveUngrouped),
    )
    if (!isGrouped) builder.addHost(host.name, builder.ungrouped)
    else if (builder.ungrouped.hosts.delete(host)) host.groups.delete(builder.ungrouped)
  }
  setDepths(builder.all)
  warnOfSharedNames(builder)
}

/** Every group above a group. */
export function ancestorsOf(group: GroupData): Set<GroupData> {
  const found = new Set<GroupData>()
  const waiting = [...group.parents]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (found.has(next)) continue
    found.add(next)
    waiting.push(...next.parents)
  }
  return found
}

/** The hosts of a group and of all groups below it, breadth first, each once. */
export function membersOf(group: GroupData): Set<HostData> {
  const members = new Set<HostData>()
  const seen = new Set<GroupData>()
  let generation = new Set([group])
  while (generation.size > 0) {
    const next = new Set<GroupData>()
    for (const each of generation) {
      seen.add(each)
      for (const host of each.hosts) members.add(host)
      for (const child of each.children) next.add(child)
    }
    generation = new Set([...next].filter((each) => !seen.has(each)))
  }
  return members
}

/** Sorts by depth, then priority, then name: later groups win. */
export function sortGroups(groups: Iterable<GroupData>): GroupData[] {
  return [...groups].sort(
    (a, b) =>
      a.depth - b.depth || a.priority - b.priority || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  )
}

function setDepths(all: GroupData): void {
  let generation = new Set([all])
  for (let depth = 0; generation.size > 0; depth++) {
    const next = new Set<GroupData>()
    for (const group of generation) {
      group.depth = depth
      for (const child of group.children) next.add(child)
    }
    generation = next
  }
}

function warnOfSharedNames(builder: InventoryBuilder): void {
  for (const [name, host] of builder.hosts) {
    if (!builder.groups.has(name)) continue
    const message = `${name} is both a host and a group; alone in a pattern it means the host`
    builder.warnings.push(new PlaybookError('E_SHARED_NAME', message, { where: host.declaredAt }))
  }
}
