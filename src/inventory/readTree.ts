// Reads the YAML shape of an inventory (groups with hosts, children, vars), wherever the values came from.

import { PlaybookError } from '../model/errors/error.ts'
import { nearest } from '../model/errors/suggest.ts'
import type { Draft, DraftGroup } from './draft.ts'
import { expandHosts } from './hostRange.ts'
import { describeValue, type Entry, keyPlaceOf, type Located, placeOf } from './located.ts'

const groupKeys = ['hosts', 'children', 'vars']

/** Adds the groups, hosts and variables of a tree to the draft; what is wrong in it becomes faults there. */
export function readTree(root: Located, draft: Draft): void {
  if (root.value === null) return
  if (!root.entries) {
    const message = `an inventory is a mapping of groups, got ${describeValue(root.value)}`
    draft.faults.push(new PlaybookError('E_INVENTORY', message, { where: placeOf(root) }))
    return
  }
  if (root.entries.has('plugin')) {
    draft.fault(
      'this is the configuration of an Ansible inventory plugin',
      root.entries.get('plugin')!,
      'Plugins are not run: let a .ts module export the hosts, or save the output of ansible-inventory --list --yaml.',
    )
    return
  }
  for (const entry of root.entries.values()) readGroup(entry, draft)
}

function readGroup(entry: Entry, draft: Draft): DraftGroup | undefined {
  const { entries, value } = entry.node
  if (!entries && value !== null) {
    const hint = groupKeys.includes(entry.key)
      ? `Groups stand at the top: put "${entry.key}" under a group, such as "all:".`
      : undefined
    draft.fault(
      `${entry.key}: a group is a mapping of hosts, children, vars, got ${describeValue(value)}`,
      entry,
      hint,
    )
    return undefined
  }
  if (!isName(entry, 'group', draft)) return undefined
  const group = draft.addGroup(entry.key, keyPlaceOf(entry))
  for (const section of entries?.values() ?? []) readSection(group, section, draft)
  return group
}

function readSection(group: DraftGroup, section: Entry, draft: Draft): void {
  switch (section.key) {
    case 'vars':
      readVars(group, section, draft)
      break
    case 'children':
      readChildren(group, section, draft)
      break
    case 'hosts':
      readHosts(group, section, draft)
      break
    default:
      unknownKey(group, section, draft)
  }
}

function readVars(group: DraftGroup, section: Entry, draft: Draft): void {
  const { entries, value } = section.node
  if (value === null) return
  if (entries) for (const entry of entries.values()) draft.setGroupVar(group, entry)
  else
    draft.fault(
      `${group.name}.vars: expected a mapping of variables, got ${describeValue(value)}`,
      section,
      dashHint(value, 'name: value'),
    )
}

function readChildren(group: DraftGroup, section: Entry, draft: Draft): void {
  for (const entry of named(group, section, draft) ?? []) {
    const child = readGroup(entry, draft)
    if (child) draft.addChild(group, child, keyPlaceOf(entry))
  }
}

function readHosts(group: DraftGroup, section: Entry, draft: Draft): void {
  for (const entry of named(group, section, draft) ?? []) readHost(group, entry, draft)
}

/** Hosts and children are mappings; one name alone may stand as text. */
function named(group: DraftGroup, section: Entry, draft: Draft): Iterable<Entry> | undefined {
  const { value, entries } = section.node
  if (entries) return entries.values()
  if (value === null) return undefined
  if (typeof value === 'string') return [nameAlone(section, value)]
  const word = section.key === 'hosts' ? 'hosts' : 'groups'
  draft.fault(
    `${group.name}.${section.key}: expected a mapping of ${word}, got ${describeValue(value)}`,
    section,
    dashHint(value, exampleOf(section.node)),
  )
  return undefined
}

function nameAlone(section: Entry, key: string): Entry {
  const { source, offset } = section.node
  return { key, keySource: source, keyOffset: offset, node: { value: null, source, offset } }
}

function readHost(group: DraftGroup, entry: Entry, draft: Draft): void {
  const { entries, value } = entry.node
  if (!entries && value !== null && value !== false && value !== '') {
    draft.fault(`${entry.key}: a host's variables are a mapping, got ${describeValue(value)}`, entry)
    return
  }
  addHosts(entry, group, entries?.values() ?? [], draft)
}

/** Adds the hosts that an entry's key stands for, each with the variables given. */
export function addHosts(entry: Entry, group: DraftGroup, vars: Iterable<Entry>, draft: Draft): void {
  const where = keyPlaceOf(entry)
  if (!isName(entry, 'host', draft)) return
  try {
    const { names, port } = expandHosts(entry.key)
    const at = { source: entry.keySource, offset: entry.keyOffset }
    const portEntry =
      port === undefined ? undefined : { ...entry, key: 'ansible_port', node: { value: port, ...at } }
    const settings = [...vars]
    for (const name of names) {
      const host = draft.addHost(name, group, portEntry, where)
      for (const each of settings) host.vars.set(each.key, each)
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const message = `"${entry.key}" is no host: ${error.message}`
    draft.faults.push(
      new PlaybookError('E_HOST_RANGE', message, {
        where,
        hint: 'A range is written web[01:10] or db[a:f].',
      }),
    )
  }
}

/** A name is text: `no:` would be a host called false. */
function isName(entry: Entry, kind: 'group' | 'host', draft: Draft): boolean {
  const { key, unquoted } = entry
  if (key !== '' && unquoted === undefined) return true
  const isEmpty = key === '' || unquoted === ''
  const meaning = /^(?:true|false)$/.test(key) ? key : key === 'null' ? 'nothing' : 'a number'
  const message = isEmpty
    ? `a ${kind} needs a name`
    : `a ${kind}'s name is text, but ${unquoted} means ${meaning} in YAML`
  const hint = isEmpty ? undefined : `Put it in quotes: "${unquoted}":`
  draft.faults.push(
    new PlaybookError('E_INVENTORY', message, { where: keyPlaceOf(entry), ...(hint ? { hint } : {}) }),
  )
  return false
}

function unknownKey(group: DraftGroup, section: Entry, draft: Draft): void {
  const meant = nearest(section.key, groupKeys)
  const hint = meant
    ? `Did you mean ${meant}?`
    : section.node.entries
      ? `A group inside ${group.name} stands under "children:", a host under "hosts:", a variable under "vars:".`
      : `A variable of ${group.name} stands under "vars:".`
  const message = `${group.name}.${section.key}: a group has hosts, children and vars`
  draft.faults.push(new PlaybookError('E_INVENTORY', message, { where: keyPlaceOf(section), hint }))
}

function dashHint(value: unknown, example: string): string | undefined {
  return Array.isArray(value) ? `Write "${example}" in place of "- ${example.replace(/:$/, '')}".` : undefined
}

function exampleOf(node: Located): string {
  const first = node.items?.[0]?.value
  return typeof first === 'string' ? `${first}:` : 'name:'
}
