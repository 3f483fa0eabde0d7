// Holds the variables of a host in layers, merged on first use.

import type { SourceLocation } from '../../model/errors/location.ts'
import type { InventoryHost } from '../../model/host.ts'
import { locationOf, type MapEntry, nodeAt, type SourceNode } from '../parsing/sourceNode.ts'
import type { GroupData, HostData } from '../sources/inventoryBuilder.ts'

/** What a variable is set for: a group, a host, or all by `-e`. */
export type VarOwner = { readonly kind: 'group' | 'host'; readonly name: string } | { readonly kind: 'extra' }

/** One of the places that set a variable. */
export type VarDefinition = {
  readonly owner: VarOwner
  readonly node: SourceNode
  readonly where: SourceLocation | undefined
}

/** A host of a loaded inventory; plays see less of it. */
export type LoadedHost = InventoryHost & {
  /** Everything that sets a variable of this host; the last one wins. */
  readonly definitions: (name: string) => readonly VarDefinition[]
  /** Where the host's name first occurs; undefined for the implicit localhost. */
  readonly declaredAt: SourceLocation | undefined
  /** Its groups, `all` first, then parents before children. */
  readonly memberOf: readonly HostGroup[]
}

/** A group of a host, as error messages name it. */
export type HostGroup = {
  readonly name: string
  /** Where its variables are set, or where its name first occurs. */
  readonly where: SourceLocation | undefined
  /** The names of its hosts, including those of its children. */
  readonly members: ReadonlySet<string>
}

/** The variables of one owner in one file. */
export type VarLayer = { readonly owner: VarOwner; readonly vars: ReadonlyMap<string, MapEntry> }

/** Layers and their merged values. */
export type MergedLayers = {
  readonly layers: readonly VarLayer[]
  readonly values: Readonly<Record<string, unknown>>
}

export function mergedLayers(layers: readonly VarLayer[]): MergedLayers {
  return { layers: layers.filter(({ vars }) => vars.size > 0), values: mergeLayers(layers) }
}

export function mergeLayers(
  layers: readonly VarLayer[],
  values: Record<string, unknown> = {},
): Record<string, unknown> {
  for (const { vars } of layers) {
    for (const [name, { node }] of vars) {
      if (name === '__proto__') continue
      values[name] = node.value
    }
  }
  return values
}

type HostContext = {
  readonly groups: readonly GroupData[]
  /** The layers of its groups. */
  readonly shared: MergedLayers
  readonly own: readonly VarLayer[]
  readonly extra: ReadonlyMap<string, MapEntry>
  readonly groupOf: (group: GroupData) => HostGroup
}

/** A host whose variables are merged on first use. */
export function loadedHost(
  { name, declaredAt }: HostData,
  { groups, shared, own, extra, groupOf }: HostContext,
): LoadedHost {
  const layers = [...shared.layers, ...own, { owner: { kind: 'extra' } as VarOwner, vars: extra }]
  let vars: Readonly<Record<string, unknown>> | undefined
  const definitions = (variable: string) => definitionsIn(layers, variable)
  return {
    name,
    declaredAt,
    groups: groups
      .map((group) => group.name)
      .filter((group) => group !== 'all')
      .sort(),
    get vars() {
      vars ??= hostValues(name, shared.values, layers.slice(shared.layers.length))
      return vars
    },
    get memberOf() {
      return groups.map(groupOf)
    },
    definitions,
    where: ([variable, ...path]) => {
      if (variable === undefined) return declaredAt
      const winner = definitions(String(variable)).at(-1)
      return winner && locationOf(nodeAt(winner.node, path))
    },
  }
}

export function definitionsIn(layers: readonly VarLayer[], variable: string): VarDefinition[] {
  return layers.flatMap(({ owner, vars }): VarDefinition[] => {
    const entry = vars.get(variable)
    return entry ? [{ owner, node: entry.node, where: locationOf(entry.node) }] : []
  })
}

/** `inventory_hostname` can be read but is not enumerable: Ansible does not list it either. */
function hostValues(
  name: string,
  shared: Readonly<Record<string, unknown>>,
  own: readonly VarLayer[],
): Readonly<Record<string, unknown>> {
  const values = mergeLayers(own, { ...shared })
  Object.defineProperty(values, 'inventory_hostname', { value: name, enumerable: false })
  return Object.freeze(values)
}
