// The variables of a host: layers in Ansible's order of precedence, merged when they are first read.

import { dirname, join } from 'node:path'
import { PlaybookError } from '../../model/errors/error.ts'
import type { SourceLocation } from '../../model/errors/location.ts'
import type { InventoryHost } from '../../model/host.ts'
import { describeValue, locationOf, type MapEntry, nodeAt, type SourceNode } from '../parsing/sourceNode.ts'
import { type FileLoader, isFolder } from '../sources/fileLoader.ts'
import {
  ancestorsOf,
  type GroupData,
  type HostData,
  type InventoryBuilder,
  sortGroups,
} from '../sources/inventoryBuilder.ts'

/** Who set a variable: a group, the host itself, or the command line. */
export type VarOwner =
  | { readonly kind: 'group'; readonly name: string }
  | { readonly kind: 'host'; readonly name: string }
  | { readonly kind: 'extra' }

/** One place that sets a variable of a host. */
export type VarDefinition = {
  readonly owner: VarOwner
  readonly node: SourceNode
  readonly where: SourceLocation | undefined
}

/** A host of a loaded inventory: more than a play sees. */
export type LoadedHost = InventoryHost & {
  /** Everything that sets a variable of this host; the last one wins, the others are overridden. */
  readonly definitions: (name: string) => readonly VarDefinition[]
  /** Where the host was first named; undefined for the implicit localhost. */
  readonly declaredAt: SourceLocation | undefined
  /** Its groups with their places, `all` first, then parents before children. */
  readonly memberOf: readonly HostGroup[]
}

/** A group as a fault points at it. */
export type HostGroup = {
  readonly name: string
  /** Where its variables stand, or where it was first named. */
  readonly where: SourceLocation | undefined
  /** Names of its hosts, its children's included. */
  readonly members: ReadonlySet<string>
}

type Layer = { readonly owner: VarOwner; readonly vars: ReadonlyMap<string, MapEntry> }

/** Where variable files stand: the folders beside the inventory sources, in their order, and beside the playbook. */
export type VarFolders = { readonly inventory: readonly string[]; readonly playbook: readonly string[] }

/** The folder whose group_vars/ and host_vars/ belong to a source. */
export function varFolderOf(source: string): string {
  return isFolder(source) ? source : dirname(source)
}

/** Finds and merges the variables of hosts and groups. */
export class VariableManager {
  readonly #builder: InventoryBuilder
  readonly #files: FileLoader
  readonly #folders: VarFolders
  readonly #extra: ReadonlyMap<string, MapEntry>
  readonly #merged = new Map<string, GroupLayers>()
  readonly #fileLayers = new Map<string, readonly Layer[]>()

  constructor(
    builder: InventoryBuilder,
    files: FileLoader,
    folders: VarFolders,
    extra: ReadonlyMap<string, MapEntry>,
  ) {
    this.#builder = builder
    this.#files = files
    this.#folders = folders
    this.#extra = extra
  }

  /** Reads every group's and host's variable files, so that all their faults are known. */
  readAll(): void {
    for (const group of this.#builder.groups.values()) this.groupLayers(group)
    for (const host of this.#builder.hosts.values()) this.#hostLayers(host)
  }

  /** All layers of one group: the inventory's, then those of its files. */
  groupLayers(group: GroupData): readonly Layer[] {
    return [
      inventoryLayer(group),
      ...this.#groupFiles(group, 'inventory'),
      ...this.#groupFiles(group, 'playbook'),
    ]
  }

  /** A group's own variables, those of its files included. */
  groupValues(group: GroupData): Readonly<Record<string, unknown>> {
    const priority = group.priority === 1 ? {} : { ansible_group_priority: group.priority }
    return Object.freeze({ ...mergeInto({}, this.groupLayers(group)), ...priority })
  }

  /** What sets a variable in a group's own layers and its parents', in the order in which a host of it has them. */
  groupDefinitions(group: GroupData, variable: string): readonly VarDefinition[] {
    const groups = new Set([this.#builder.all, ...ancestorsOf(group), group])
    return definitionsIn(this.#groupVars(sortGroups(groups)).layers, variable)
  }

  /** A host with its merged variables. */
  host(host: HostData, groupOf: (group: GroupData) => HostGroup): LoadedHost {
    const groups = sortGroups(groupsOf(host, this.#builder))
    const shared = this.#groupVars(groups)
    const own = this.#hostLayers(host)
    return loadedHost({
      name: host.name,
      declaredAt: host.declaredAt,
      groups,
      shared,
      own,
      extra: this.#extra,
      groupOf,
    })
  }

  // Ansible's VARIABLE_PRECEDENCE: all_inventory, groups_inventory, all_plugins_inventory, all_plugins_play,
  // groups_plugins_inventory, groups_plugins_play.
  #groupVars(groups: readonly GroupData[]): GroupLayers {
    const key = groups.map((group) => group.name).join('\0')
    let merged = this.#merged.get(key)
    if (!merged) {
      const { all } = this.#builder
      const others = groups.filter((group) => group !== all)
      merged = mergedLayers([
        inventoryLayer(all),
        ...others.map(inventoryLayer),
        ...this.#groupFiles(all, 'inventory'),
        ...this.#groupFiles(all, 'playbook'),
        ...this.#byFolder(others, 'inventory'),
        ...this.#byFolder(others, 'playbook'),
      ])
      this.#merged.set(key, merged)
    }
    return merged
  }

  /** Folder after folder, and in each the groups in order: a later source's parent beats an earlier one's child. */
  #byFolder(groups: readonly GroupData[], from: keyof VarFolders): Layer[] {
    return this.#folders[from].flatMap((folder) =>
      groups.flatMap((group) =>
        this.#layersIn(join(folder, 'group_vars'), { kind: 'group', name: group.name }),
      ),
    )
  }

  #groupFiles(group: GroupData, from: keyof VarFolders): Layer[] {
    return this.#byFolder([group], from)
  }

  #hostLayers(host: HostData): Layer[] {
    const owner: VarOwner = { kind: 'host', name: host.name }
    const folders = [...this.#folders.inventory, ...this.#folders.playbook]
    const files = folders.flatMap((folder) => this.#layersIn(join(folder, 'host_vars'), owner))
    return [{ owner, vars: host.vars }, ...files]
  }

  #layersIn(folder: string, owner: Exclude<VarOwner, { kind: 'extra' }>): readonly Layer[] {
    if (owner.name.startsWith('/') || !this.#files.hasFilesIn(folder)) return noLayers
    const key = `${folder}/${owner.name}`
    let layers = this.#fileLayers.get(key)
    if (!layers) {
      const files = this.#files.varsFiles(folder, owner.name)
      layers = files.map((file) => ({ owner, vars: this.#varsOf(file) }))
      this.#fileLayers.set(key, layers)
    }
    return layers
  }

  #varsOf(file: string): ReadonlyMap<string, MapEntry> {
    const root = this.#files.readYaml(file)
    if (!root || root.value === null) return new Map()
    if (root.entries) return root.entries
    const message = `a file of variables is a mapping, got ${describeValue(root.value)}`
    const hint = Array.isArray(root.value) ? 'Write "name: value" in place of "- name: value".' : undefined
    const where = locationOf(root)
    this.#files.errors.push(new PlaybookError('E_INVENTORY', message, { where, ...(hint ? { hint } : {}) }))
    return new Map()
  }
}

/** Shared by the hosts without files, which are most. */
const noLayers: readonly Layer[] = []

/** The groups of a host, parents included, `all` too. */
export function groupsOf(host: HostData, builder: InventoryBuilder): Set<GroupData> {
  const found = new Set<GroupData>([builder.all])
  for (const group of host.groups) {
    found.add(group)
    for (const ancestor of ancestorsOf(group)) found.add(ancestor)
  }
  return found
}

/** Layers with their merged values: hosts of the same groups share them. */
type GroupLayers = { readonly layers: readonly Layer[]; readonly values: Readonly<Record<string, unknown>> }

function mergedLayers(layers: readonly Layer[]): GroupLayers {
  return { layers: layers.filter(({ vars }) => vars.size > 0), values: mergeInto({}, layers) }
}

function mergeInto(values: Record<string, unknown>, layers: readonly Layer[]): Record<string, unknown> {
  for (const { vars } of layers) {
    for (const [name, { node }] of vars) {
      if (name === '__proto__') continue
      values[name] = node.value
    }
  }
  return values
}

function inventoryLayer(group: GroupData): Layer {
  return { owner: { kind: 'group', name: group.name }, vars: group.vars }
}

type HostParts = {
  readonly name: string
  readonly declaredAt: SourceLocation | undefined
  readonly groups: readonly GroupData[]
  readonly shared: GroupLayers
  readonly own: readonly Layer[]
  readonly extra: ReadonlyMap<string, MapEntry>
  readonly groupOf: (group: GroupData) => HostGroup
}

function loadedHost({ name, declaredAt: named, groups, shared, own, extra, groupOf }: HostParts): LoadedHost {
  const layers = [...shared.layers, ...own, { owner: { kind: 'extra' } as VarOwner, vars: extra }]
  let vars: Readonly<Record<string, unknown>> | undefined
  const definitions = (variable: string) => definitionsIn(layers, variable)
  return {
    name,
    declaredAt: named,
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
      const winner = definitions(String(variable)).at(-1)
      return winner && locationOf(nodeAt(winner.node, path))
    },
  }
}

function definitionsIn(layers: readonly Layer[], variable: string): VarDefinition[] {
  return layers.flatMap(({ owner, vars }): VarDefinition[] => {
    const entry = vars.get(variable)
    return entry ? [{ owner, node: entry.node, where: locationOf(entry.node) }] : []
  })
}

/** `inventory_hostname` is there to be read, and not listed: Ansible's lists of variables leave it out too. */
function hostValues(
  name: string,
  shared: Readonly<Record<string, unknown>>,
  own: readonly Layer[],
): Readonly<Record<string, unknown>> {
  const values = mergeInto({ ...shared }, own)
  Object.defineProperty(values, 'inventory_hostname', { value: name, enumerable: false })
  return Object.freeze(values)
}
