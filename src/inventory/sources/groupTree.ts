// Reads groups with hosts, children and vars, from YAML or from a module's object.

import { didYouMean } from '../../model/errors/suggest.ts'
import {
  describeValue,
  keyLocationOf,
  locationOf,
  type MapEntry,
  type SourceNode,
} from '../parsing/sourceNode.ts'
import { addHosts, checkName } from './addHosts.ts'
import type { GroupData, InventoryBuilder } from './inventoryBuilder.ts'

const groupKeys = ['hosts', 'children', 'vars']

/** Adds the groups, hosts and variables of a tree to the builder, with the errors found in it. */
export function readGroupTree(root: SourceNode, builder: InventoryBuilder): void {
  if (root.value === null) return
  if (!root.entries) {
    builder.addError(`expected a mapping of groups, got ${describeValue(root.value)}`, locationOf(root))
    return
  }
  const plugin = root.entries.get('plugin')
  if (plugin) {
    builder.addError(
      'this is the configuration of an Ansible inventory plugin',
      locationOf(plugin.node),
      'Plugins are not run: export the hosts from a .ts module, or save the output of ansible-inventory --list --yaml.',
    )
    return
  }
  for (const entry of root.entries.values()) readGroup(entry, builder)
}

function readGroup(entry: MapEntry, builder: InventoryBuilder): GroupData | undefined {
  const { entries, value } = entry.node
  if (!entries && value !== null) {
    const hint = groupKeys.includes(entry.key)
      ? `The top level holds groups: put "${entry.key}" under one, such as "all:".`
      : undefined
    builder.addError(
      `${entry.key}: expected a mapping with hosts, children or vars, got ${describeValue(value)}`,
      locationOf(entry.node),
      hint,
    )
    return undefined
  }
  if (!checkName(entry, 'group', builder)) return undefined
  const group = builder.addGroup(entry.key, keyLocationOf(entry))
  for (const section of entries?.values() ?? []) readSection(group, section, builder)
  return group
}

function readSection(group: GroupData, section: MapEntry, builder: InventoryBuilder): void {
  switch (section.key) {
    case 'vars':
      readVars(group, section, builder)
      break
    case 'children':
      readChildren(group, section, builder)
      break
    case 'hosts':
      readHosts(group, section, builder)
      break
    default:
      unknownKey(group, section, builder)
  }
}

function readVars(group: GroupData, section: MapEntry, builder: InventoryBuilder): void {
  const { entries, value } = section.node
  if (value === null) return
  if (entries) for (const entry of entries.values()) builder.setGroupVar(group, entry)
  else
    builder.addError(
      `${group.name}.vars: expected a mapping of variables, got ${describeValue(value)}`,
      locationOf(section.node),
      dashHint(value, 'name: value'),
    )
}

function readChildren(group: GroupData, section: MapEntry, builder: InventoryBuilder): void {
  for (const entry of namedEntries(group, section, builder)) {
    const child = readGroup(entry, builder)
    if (child) builder.addChild(group, child, keyLocationOf(entry))
  }
}

function readHosts(group: GroupData, section: MapEntry, builder: InventoryBuilder): void {
  for (const entry of namedEntries(group, section, builder)) readHost(group, entry, builder)
}

/** The entries of `hosts` or `children`: a mapping, or a single name as text. */
function namedEntries(group: GroupData, section: MapEntry, builder: InventoryBuilder): Iterable<MapEntry> {
  const { value, entries } = section.node
  if (entries) return entries.values()
  if (value === null) return []
  if (typeof value === 'string') return [singleName(section, value)]
  const word = section.key === 'hosts' ? 'hosts' : 'groups'
  builder.addError(
    `${group.name}.${section.key}: expected a mapping of ${word}, got ${describeValue(value)}`,
    locationOf(section.node),
    dashHint(value, exampleOf(section.node)),
  )
  return []
}

function singleName(section: MapEntry, key: string): MapEntry {
  const { source, offset } = section.node
  return { key, keySource: source, keyOffset: offset, node: { value: null, source, offset } }
}

function readHost(group: GroupData, entry: MapEntry, builder: InventoryBuilder): void {
  const { entries, value } = entry.node
  if (!entries && value !== null && value !== false && value !== '') {
    const message = `${entry.key}: expected a mapping of variables, got ${describeValue(value)}`
    builder.addError(message, locationOf(entry.node))
    return
  }
  addHosts(entry, group, entries?.values() ?? [], builder)
}

function unknownKey(group: GroupData, section: MapEntry, builder: InventoryBuilder): void {
  const placement = section.node.entries
    ? `Put a group inside ${group.name} under "children:", a host under "hosts:", a variable under "vars:".`
    : `Put a variable of ${group.name} under "vars:".`
  const message = `${group.name}.${section.key}: a group has only hosts, children and vars`
  builder.addError(message, keyLocationOf(section), didYouMean(section.key, groupKeys) ?? placement)
}

function dashHint(value: unknown, example: string): string | undefined {
  return Array.isArray(value) ? `Write "${example}" instead of "- ${example.replace(/:$/, '')}".` : undefined
}

function exampleOf(node: SourceNode): string {
  const first = node.items?.[0]?.value
  return typeof first === 'string' ? `${first}:` : 'name:'
}
