// Adds hosts and host ranges to an inventory.

import { PlaybookError } from '../../model/errors/error.ts'
import { keyLocationOf, type MapEntry } from '../parsing/sourceNode.ts'
import { expandHostRange } from './hostRange.ts'
import type { GroupData, InventoryBuilder } from './inventoryBuilder.ts'

/** Adds the hosts of an entry's key, a name or a range, each with the given variables. */
export function addHosts(
  entry: MapEntry,
  group: GroupData,
  vars: Iterable<MapEntry>,
  builder: InventoryBuilder,
): void {
  const where = keyLocationOf(entry)
  if (!checkName(entry, 'host', builder)) return
  try {
    const { names, port } = expandHostRange(entry.key)
    const at = { source: entry.keySource, offset: entry.keyOffset }
    const portEntry =
      port === undefined ? undefined : { ...entry, key: 'ansible_port', node: { value: port, ...at } }
    const hostVars = [...vars]
    for (const name of names) {
      const host = builder.addHost(name, group, portEntry, where)
      for (const each of hostVars) host.vars.set(each.key, each)
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const message = `"${entry.key}" is not a host or a range: ${error.message}`
    const hint = 'A range looks like web[01:10] or db[a:f].'
    builder.errors.push(new PlaybookError('E_HOST_RANGE', message, { where, hint }))
  }
}

/** Refuses a name that YAML does not read as text: `no:` would be a host called false. */
export function checkName(entry: MapEntry, kind: 'group' | 'host', builder: InventoryBuilder): boolean {
  const { key, unquoted } = entry
  if (key !== '' && unquoted === undefined) return true
  const isEmpty = key === '' || unquoted === ''
  const meaning = /^(?:true|false)$/.test(key) ? key : key === 'null' ? 'nothing' : 'a number'
  const message = isEmpty
    ? `a ${kind} needs a name`
    : `the name of a ${kind} must be text, but ${unquoted} means ${meaning} in YAML`
  builder.addError(message, keyLocationOf(entry), isEmpty ? undefined : `Quote it: "${unquoted}":`)
  return false
}
