// Finds everything that sets a variable, and which of it wins.

import { PlaybookError } from '../../model/errors/error.ts'
import type { SourceLocation } from '../../model/errors/location.ts'
import { didYouMean } from '../../model/errors/suggest.ts'
import type { Inventory, InventoryGroup } from '../inventory.ts'
import { locationOf, nodeAt, type SourceNode } from '../parsing/sourceNode.ts'
import type { LoadedHost, VarDefinition, VarOwner } from '../vars/hostVars.ts'
import { isMagicVar } from './magicVars.ts'
import { varResult } from './resolved.ts'

/** A definition that sets a value, or replaces the whole variable without setting this part. */
export type Origin = {
  readonly owner: VarOwner
  /** Where the value is written; undefined for `-e key=value` and values that are in no file. */
  readonly where: SourceLocation | undefined
  /** The value; undefined if the variable is set without this part. */
  readonly value: unknown
}

export type VarOrigins = {
  /** `web-01.instances[1].http` */
  readonly name: string
  /** From the weakest to the strongest; the last one wins. */
  readonly origins: readonly Origin[]
  /** For a host whose value has templates in it: what comes of them. */
  readonly result?: {
    /** The value, or the error that says why there is none. */
    readonly value: unknown
    /** The variables that it is made of, with what sets them. Magic ones are set nowhere. */
    readonly parts: readonly { readonly name: string; readonly origin?: Origin; readonly value: unknown }[]
  }
  /** For a group: its hosts that get another value, by what sets it. */
  readonly overrides: readonly { readonly origin: Origin; readonly hosts: readonly string[] }[]
}

type Subject = { readonly name: string; readonly definitions: LoadedHost['definitions'] }

/**
 * Finds what sets `NAME.variable` or a part of it (`was-01.instances[1].http`). NAME is a host or a group; for a
 * group, its own variables and those of its parents count.
 *
 * @throws PlaybookError E_WHERE for a text of another form, E_UNKNOWN_HOST, E_UNKNOWN_VAR with a suggestion
 */
export function varOrigins(inventory: Inventory, text: string): VarOrigins {
  const { subject, group, rest } = subjectOf(inventory, text)
  const [variable = '', ...path] = pathOf(rest, text)
  const definitions = subject.definitions(variable)
  const origins = definitions.map((definition) => originOf(definition, path))
  const overrides = group ? overridesOf(inventory, group, definitions.at(-1), variable, path) : []
  const isComputed = !group && inventory.host(subject.name)?.templated.has(variable)
  if (
    !isComputed &&
    origins.at(-1)?.value === undefined &&
    overrides.every(({ origin }) => origin.value === undefined)
  )
    throw unknownVar(inventory, subject.name, group, variable, path, definitions.at(-1)?.node)
  const result = group ? undefined : resultFor(inventory, inventory.host(subject.name)!, variable, path)
  return { name: `${subject.name}.${displayPath([variable, ...path])}`, origins, result, overrides }
}

/** What comes of the templates in a variable, and the variables that were read for it. */
function resultFor(
  inventory: Inventory,
  host: LoadedHost,
  variable: string,
  path: readonly string[],
): VarOrigins['result'] {
  if (!inventory.traced || !host.templated.has(variable)) return undefined
  const { value, reads } = inventory.traced(host, variable)
  const parts = reads.flatMap((read) => {
    const from = inventory.host(read.host)!
    const definition = from.definitions(read.name).at(-1)
    if (!definition && !isMagicVar(read.name)) return []
    const origin = definition && originOf(definition, [])
    const name = from === host ? read.name : `${read.host}.${read.name}`
    return [{ name, origin, value: isMagicVar(read.name) ? undefined : varResult(from, read.name) }]
  })
  return { value: value instanceof PlaybookError ? value : memberAt(value, path), parts }
}

function memberAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<string, unknown> | null | undefined)?.[key], value)
}

/** Host names may contain dots, so the longest one that exists counts; a host comes before a group. */
function subjectOf(
  inventory: Inventory,
  text: string,
): { readonly subject: Subject; readonly group?: InventoryGroup; readonly rest: string } {
  const dots = [...text.matchAll(/\./g)].map(({ index }) => index)
  for (const dot of dots.reverse()) {
    const name = text.slice(0, dot)
    const rest = text.slice(dot + 1)
    const host = inventory.host(name)
    if (host) return { subject: host, rest }
    const group = inventory.groups.get(name)
    if (group) return { subject: group, group, rest }
  }
  if (dots.length === 0) {
    throw new PlaybookError('E_WHERE', `"${text}" does not name a variable.`, {
      hint: 'Give HOST.variable or GROUP.variable, such as web-01.ansible_port or web.instances[0].name',
    })
  }
  const name = text.slice(0, dots.at(-1))
  const names = [...inventory.groups.keys(), ...inventory.hosts.map((host) => host.name)]
  const hint = didYouMean(name, names) ?? 'run-playbook inventory --graph shows them.'
  throw new PlaybookError('E_UNKNOWN_HOST', `No host or group "${name}".`, hint)
}

/** Splits a path; `instances[1].http` and `instances.1.http` are the same. */
function pathOf(rest: string, whole: string): string[] {
  const parts = rest.replaceAll(/\[(\d+)\]/g, '.$1').split('.')
  if (parts.every((part) => part !== '')) return parts
  throw new PlaybookError('E_WHERE', `"${whole}" has an empty part.`, 'Give HOST.variable[0].key')
}

function originOf({ owner, node, where }: VarDefinition, path: readonly string[]): Origin {
  const part = partOf(node, path)
  return { owner, where: part ? locationOf(part) : where, value: part?.value }
}

/** The node at the path, if there is one. */
function partOf(root: SourceNode, path: readonly string[]): SourceNode | undefined {
  let at: SourceNode | undefined = root
  for (const key of path) at = at?.entries?.get(key)?.node ?? at?.items?.[Number(key)]
  return at
}

function overridesOf(
  inventory: Inventory,
  group: InventoryGroup,
  winner: VarDefinition | undefined,
  variable: string,
  path: readonly string[],
): VarOrigins['overrides'] {
  const found = new Map<SourceNode, { readonly origin: Origin; readonly hosts: string[] }>()
  for (const name of group.members) {
    const definition = inventory.host(name)!.definitions(variable).at(-1)
    if (!definition || definition.node === winner?.node) continue
    const known = found.get(definition.node)
    if (known) known.hosts.push(name)
    else found.set(definition.node, { origin: originOf(definition, path), hosts: [name] })
  }
  return [...found.values()]
}

function unknownVar(
  inventory: Inventory,
  name: string,
  group: InventoryGroup | undefined,
  variable: string,
  path: readonly string[],
  node: SourceNode | undefined,
): PlaybookError {
  if (!node) {
    const hosts = group ? group.members.map((each) => inventory.host(each)!) : [inventory.host(name)!]
    const known = new Set([
      ...hosts.flatMap(({ vars }) => Object.keys(vars)),
      ...Object.keys(group?.vars ?? {}),
    ])
    const hint = didYouMean(variable, known)
    return new PlaybookError('E_UNKNOWN_VAR', `${name} has no variable "${variable}".`, { hint })
  }
  const inner = path.findIndex((_, index) => !partOf(node, path.slice(0, index + 1)))
  const parent = nodeAt(node, path.slice(0, inner))
  const hint = parent.items
    ? `It has ${parent.items.length} item${parent.items.length === 1 ? '' : 's'}, counted from 0.`
    : didYouMean(path[inner]!, parent.entries?.keys() ?? [])
  const whole = displayPath([variable, ...path.slice(0, inner)])
  return new PlaybookError('E_UNKNOWN_VAR', `${name}: ${whole} has no "${path[inner]}".`, {
    hint,
    where: locationOf(parent),
  })
}

function displayPath(path: readonly string[]): string {
  return path.map((key, index) => (/^\d+$/.test(key) ? `[${key}]` : index === 0 ? key : `.${key}`)).join('')
}
