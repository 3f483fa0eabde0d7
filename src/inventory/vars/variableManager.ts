// Merges the variables of groups and hosts in Ansible's order of precedence.

import { dirname, join } from 'node:path'
import { PlaybookError } from '../../model/errors/error.ts'
import { describeValue, locationOf, type MapEntry } from '../parsing/sourceNode.ts'
import { type FileLoader, isFolder } from '../sources/fileLoader.ts'
import {
  ancestorsOf,
  type GroupData,
  type HostData,
  type InventoryBuilder,
  sortGroups,
} from '../sources/inventoryBuilder.ts'
import {
  definitionsIn,
  type HostGroup,
  type LoadedHost,
  loadedHost,
  type MergedLayers,
  mergedLayers,
  mergeLayers,
  type Templates,
  type VarDefinition,
  type VarLayer,
  type VarOwner,
} from './hostVars.ts'

/** Folders with group_vars/ and host_vars/: those of the inventory sources, in order, and the playbook's. */
type VarFolders = { readonly inventory: readonly string[]; readonly playbook: readonly string[] }

/** The folder with a source's group_vars/ and host_vars/. */
export function varFolderOf(source: string): string {
  return isFolder(source) ? source : dirname(source)
}

/** Reads and merges the variables of groups and hosts; hosts in the same groups share the merged result. */
export class VariableManager {
  readonly #builder: InventoryBuilder
  readonly #files: FileLoader
  readonly #folders: VarFolders
  readonly #extra: ReadonlyMap<string, MapEntry>
  /** Evaluates variables with templates in them; to be set before hosts are made. */
  templates: Templates | undefined
  readonly #readExtra = new Set<string>()
  readonly #merged = new Map<string, MergedLayers>()
  readonly #fileLayers = new Map<string, readonly VarLayer[]>()

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

  /** Reads all variable files, to find all their errors. */
  readAll(): void {
    for (const group of this.#builder.groups.values()) this.groupLayers(group)
    for (const host of this.#builder.hosts.values()) this.#hostLayers(host)
  }

  /** The variables of `-e` that no play, template or connection has read. */
  hasExtra(name: string): boolean {
    return this.#extra.has(name)
  }

  unreadExtra(): string[] {
    return [...this.#extra.keys()].filter((name) => !this.#readExtra.has(name))
  }

  /** The layers of one group: its variables in the inventory, then its files. */
  groupLayers(group: GroupData): readonly VarLayer[] {
    return [
      inventoryLayer(group),
      ...this.#groupFiles(group, 'inventory'),
      ...this.#groupFiles(group, 'playbook'),
    ]
  }

  /** The variables of a group itself, group_vars/ included. */
  groupValues(group: GroupData): Readonly<Record<string, unknown>> {
    const priority = group.priority === 1 ? {} : { ansible_group_priority: group.priority }
    return Object.freeze({ ...mergeLayers(this.groupLayers(group)), ...priority })
  }

  /** What sets a variable in a group and its parents, in the order of precedence for a host of the group. */
  groupDefinitions(group: GroupData, variable: string): readonly VarDefinition[] {
    const groups = new Set([this.#builder.all, ...ancestorsOf(group), group])
    return definitionsIn(this.#groupVars(sortGroups(groups)).layers, variable)
  }

  /** A host with its merged variables. */
  host(host: HostData, groupOf: (group: GroupData) => HostGroup): LoadedHost {
    const groups = sortGroups(groupsOf(host, this.#builder))
    const shared = this.#groupVars(groups)
    return loadedHost(host, {
      groups,
      shared,
      own: this.#hostLayers(host),
      extra: this.#extra,
      groupOf,
      templates: this.templates,
      noteRead: (name) => this.#readExtra.add(name),
    })
  }

  // Ansible's VARIABLE_PRECEDENCE: all_inventory, groups_inventory, all_plugins_inventory, all_plugins_play,
  // groups_plugins_inventory, groups_plugins_play.
  #groupVars(groups: readonly GroupData[]): MergedLayers {
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

  /** Folder by folder, and in each the groups in order: a parent in a later folder beats a child in an earlier one. */
  #byFolder(groups: readonly GroupData[], from: keyof VarFolders): VarLayer[] {
    return this.#folders[from].flatMap((folder) =>
      groups.flatMap((group) =>
        this.#layersIn(join(folder, 'group_vars'), { kind: 'group', name: group.name }),
      ),
    )
  }

  #groupFiles(group: GroupData, from: keyof VarFolders): VarLayer[] {
    return this.#byFolder([group], from)
  }

  #hostLayers(host: HostData): VarLayer[] {
    const owner: VarOwner = { kind: 'host', name: host.name }
    const folders = [...this.#folders.inventory, ...this.#folders.playbook]
    const files = folders.flatMap((folder) => this.#layersIn(join(folder, 'host_vars'), owner))
    return [{ owner, vars: host.vars }, ...files]
  }

  #layersIn(folder: string, owner: Exclude<VarOwner, { kind: 'extra' }>): readonly VarLayer[] {
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
    const message = `expected a mapping of variables, got ${describeValue(root.value)}`
    const hint = Array.isArray(root.value) ? 'Write "name: value" instead of "- name: value".' : undefined
    this.#files.errors.push(new PlaybookError('E_INVENTORY', message, { where: locationOf(root), hint }))
    return new Map()
  }
}

/** Shared by all groups and hosts without files, which are most. */
const noLayers: readonly VarLayer[] = []

/** The groups of a host, their parents and `all` included. */
function groupsOf(host: HostData, builder: InventoryBuilder): Set<GroupData> {
  const found = new Set<GroupData>([builder.all])
  for (const group of host.groups) {
    found.add(group)
    for (const ancestor of ancestorsOf(group)) found.add(ancestor)
  }
  return found
}

function inventoryLayer(group: GroupData): VarLayer {
  return { owner: { kind: 'group', name: group.name }, vars: group.vars }
}
