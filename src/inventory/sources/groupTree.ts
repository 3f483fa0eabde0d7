// Reads the YAML shape of an inventory (groups with hosts, children, vars), wherever the values came from.

import { PlaybookError } from '../../model/errors/error.ts'
import { nearest } from '../../model/errors/suggest.ts'
import {
  describeValue,
  keyLocationOf,
  locationOf,
  type MapEntry,
  type SourceNode,
} from '../parsing/sourceNode.ts'
import { expandHostRange } from './hostRange.ts'
import type { GroupData, InventoryBuilder } from './inventoryBuilder.ts'

const groupKeys = ['hosts', 'children', 'vars']

/** Adds the groups, hosts and variables of a tree to the draft; what is wrong in it becomes faults there. */
export function readGroupTree(root: SourceNode, builder: InventoryBuilder): void {
  if (root.value === null) return
  if (!root.entries) {
    const message = `an inventory is a mapping of groups, got ${describeValue(root.value)}`
    builder.errors.push(new PlaybookError('E_INVENTORY', message, { where: locationOf(root) }))
    return
  }
  if (root.entries.has('plugin')) {
    builder.addError(
      'this is the configuration of an Ansible inventory plugin',
      root.entries.get('plugin')!,
      'Plugins are not run: let a .ts module export the hosts, or save the output of ansible-inventory --list --yaml.',
    )
    return
  }
  for (const entry of root.entries.values()) readGroup(entry, builder)
}

function readGroup(entry: MapEntry, builder: InventoryBuilder): GroupData | undefined {
  const { entries, value } = entry.node
  if (!entries && value !== null) {
    const hint = groupKeys.includes(entry.key)
      ? `Groups stand at the top: put "${entry.key}" under a group, such as "all:".`
      : undefined
    builder.addError(
      `${entry.key}: a group is a mapping of hosts, children, vars, got ${describeValue(value)}`,
      entry,
      hint,
    )
    return undefined
  }
  if (!isName(entry, 'group', builder)) return undefined
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
      section,
      dashHint(value, 'name: value'),
    )
}

function readChildren(group: GroupData, section: MapEntry, builder: InventoryBuilder): void {
  for (const entry of named(group, section, builder) ?? []) {
    const child = readGroup(entry, builder)
    if (child) builder.addChild(group, child, keyLocationOf(entry))
  }
}

function readHosts(group: GroupData, section: MapEntry, builder: InventoryBuilder): void {
  for (const entry of named(group, section, builder) ?? []) readHost(group, entry, builder)
}

/** Hosts and children are mappings; one name alone may stand as text. */
function named(
  group: GroupData,
  section: MapEntry,
  builder: InventoryBuilder,
): Iterable<MapEntry> | undefined {
  const { value, entries } = section.node
  if (entries) return entries.values()
  if (value === null) return undefined
  if (typeof value === 'string') return [nameAlone(section, value)]
  const word = section.key === 'hosts' ? 'hosts' : 'groups'
  builder.addError(
    `${group.name}.${section.key}: expected a mapping of ${word}, got ${describeValue(value)}`,
    section,
    dashHint(value, exampleOf(section.node)),
  )
  return undefined
}

function nameAlone(section: MapEntry, key: string): MapEntry {
  const { source, offset } = section.node
  return { key, keySource: source, keyOffset: offset, node: { value: null, source, offset } }
}

function readHost(group: GroupData, entry: MapEntry, builder: InventoryBuilder): void {
  const { entries, value } = entry.node
  if (!entries && value !== null && value !== false && value !== '') {
    builder.addError(`${entry.key}: a host's variables are a mapping, got ${describeValue(value)}`, entry)
    return
  }
  addHosts(entry, group, entries?.values() ?? [], builder)
}

/** Adds the hosts that an entry's key stands for, each with the variables given. */
export function addHosts(
  entry: MapEntry,
  group: GroupData,
  vars: Iterable<MapEntry>,
  builder: InventoryBuilder,
): void {
  const where = keyLocationOf(entry)
  if (!isName(entry, 'host', builder)) return
  try {
    const { names, port } = expandHostRange(entry.key)
    const at = { source: entry.keySource, offset: entry.keyOffset }
    const portEntry =
      port === undefined ? undefined : { ...entry, key: 'ansible_port', node: { value: port, ...at } }
    const settings = [...vars]
    for (const name of names) {
      const host = builder.addHost(name, group, portEntry, where)
      for (const each of settings) host.vars.set(each.key, each)
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const message = `"${entry.key}" is no host: ${error.message}`
    builder.errors.push(
      new PlaybookError('E_HOST_RANGE', message, {
        where,
        hint: 'A range is written web[01:10] or db[a:f].',
      }),
    )
  }
}

/** A name is text: `no:` would be a host called false. */
function isName(entry: MapEntry, kind: 'group' | 'host', builder: InventoryBuilder): boolean {
  const { key, unquoted } = entry
  if (key !== '' && unquoted === undefined) return true
  const isEmpty = key === '' || unquoted === ''
  const meaning = /^(?:true|false)$/.test(key) ? key : key === 'null' ? 'nothing' : 'a number'
  const message = isEmpty
    ? `a ${kind} needs a name`
    : `a ${kind}'s name is text, but ${unquoted} means ${meaning} in YAML`
  const hint = isEmpty ? undefined : `Put it in quotes: "${unquoted}":`
  builder.errors.push(
    new PlaybookError('E_INVENTORY', message, { where: keyLocationOf(entry), ...(hint ? { hint } : {}) }),
  )
  return false
}

function unknownKey(group: GroupData, section: MapEntry, builder: InventoryBuilder): void {
  const meant = nearest(section.key, groupKeys)
  const hint = meant
    ? `Did you mean ${meant}?`
    : section.node.entries
      ? `A group inside ${group.name} stands under "children:", a host under "hosts:", a variable under "vars:".`
      : `A variable of ${group.name} stands under "vars:".`
  const message = `${group.name}.${section.key}: a group has hosts, children and vars`
  builder.errors.push(new PlaybookError('E_INVENTORY', message, { where: keyLocationOf(section), hint }))
}

function dashHint(value: unknown, example: string): string | undefined {
  return Array.isArray(value) ? `Write "${example}" in place of "- ${example.replace(/:$/, '')}".` : undefined
}

function exampleOf(node: SourceNode): string {
  const first = node.items?.[0]?.value
  return typeof first === 'string' ? `${first}:` : 'name:'
}
