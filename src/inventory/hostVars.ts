// The variables of a host: layers in Ansible's order of precedence, merged when they are first read.

import { dirname, join } from 'node:path'
import { PlaybookError } from '../model/errors/error.ts'
import type { SourceLocation } from '../model/errors/location.ts'
import type { InventoryHost } from '../model/host.ts'
import { ancestorsOf, type Draft, type DraftGroup, type DraftHost, sortGroups } from './draft.ts'
import { type Files, isFolder } from './files.ts'
import { describeValue, type Entry, type Located, nodeAt, placeOf } from './located.ts'

/** Who set a variable: a group, the host itself, or the command line. */
export type Owner =
  | { readonly kind: 'group'; readonly name: string }
  | { readonly kind: 'host'; readonly name: string }
  | { readonly kind: 'extra' }

/** One place that sets a variable of a host. */
export type Setting = {
  readonly owner: Owner
  readonly node: Located
  readonly where: SourceLocation | undefined
}

/** A host of a loaded inventory: more than a play sees. */
export type LoadedHost = InventoryHost & {
  /** Everything that sets a variable of this host; the last one wins, the others are overridden. */
  readonly settings: (name: string) => readonly Setting[]
  /** Where the host was first named; undefined for the implicit localhost. */
  readonly named: SourceLocation | undefined
  /** Its groups with their places, `all` first, then parents before children. */
  readonly memberOf: readonly GroupPlace[]
}

/** A group as a fault points at it. */
export type GroupPlace = {
  readonly name: string
  /** Where its variables stand, or where it was first named. */
  readonly where: SourceLocation | undefined
  /** Names of its hosts, its children's included. */
  readonly members: ReadonlySet<string>
}

type Layer = { readonly owner: Owner; readonly vars: ReadonlyMap<string, Entry> }

/** Where variable files stand: the folders beside the inventory sources, in their order, and beside the playbook. */
export type VarsFolders = { readonly inventory: readonly string[]; readonly playbook: readonly string[] }

/** The folder whose group_vars/ and host_vars/ belong to a source. */
export function folderOf(source: string): string {
  return isFolder(source) ? source : dirname(source)
}

/** Finds and merges the variables of hosts and groups. */
export class VarsReader {
  readonly #draft: Draft
  readonly #files: Files
  readonly #folders: VarsFolders
  readonly #extra: ReadonlyMap<string, Entry>
  readonly #merged = new Map<string, GroupLayers>()
  readonly #fileLayers = new Map<string, readonly Layer[]>()

  constructor(draft: Draft, files: Files, folders: VarsFolders, extra: ReadonlyMap<string, Entry>) {
    this.#draft = draft
    this.#files = files
    this.#folders = folders
    this.#extra = extra
  }

  /** Reads every group's and host's variable files, so that all their faults are known. */
  readAll(): void {
    for (const group of this.#draft.groups.values()) this.groupLayers(group)
    for (const host of this.#draft.hosts.values()) this.#hostLayers(host)
  }

  /** All layers of one group: the inventory's, then those of its files. */
  groupLayers(group: DraftGroup): readonly Layer[] {
    return [
      inventoryLayer(group),
      ...this.#groupFiles(group, 'inventory'),
      ...this.#groupFiles(group, 'playbook'),
    ]
  }

  /** A group's own variables, those of its files included. */
  groupValues(group: DraftGroup): Readonly<Record<string, unknown>> {
    const priority = group.priority === 1 ? {} : { ansible_group_priority: group.priority }
    return Object.freeze({ ...mergeInto({}, this.groupLayers(group)), ...priority })
  }

  /** What sets a variable in a group's own layers and its parents', in the order in which a host of it has them. */
  groupSettings(group: DraftGroup, variable: string): readonly Setting[] {
    const groups = new Set([this.#draft.all, ...ancestorsOf(group), group])
    return settingsIn(this.#groupVars(sortGroups(groups)).layers, variable)
  }

  /** A host with its merged variables. */
  host(host: DraftHost, places: (group: DraftGroup) => GroupPlace): LoadedHost {
    const groups = sortGroups(groupsOf(host, this.#draft))
    const shared = this.#groupVars(groups)
    const own = this.#hostLayers(host)
    return loadedHost({ name: host.name, named: host.where, groups, shared, own, extra: this.#extra, places })
  }

  // Ansible's VARIABLE_PRECEDENCE: all_inventory, groups_inventory, all_plugins_inventory, all_plugins_play,
  // groups_plugins_inventory, groups_plugins_play.
  #groupVars(groups: readonly DraftGroup[]): GroupLayers {
    const key = groups.map((group) => group.name).join('\0')
    let merged = this.#merged.get(key)
    if (!merged) {
      const { all } = this.#draft
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
  #byFolder(groups: readonly DraftGroup[], from: keyof VarsFolders): Layer[] {
    return this.#folders[from].flatMap((folder) =>
      groups.flatMap((group) =>
        this.#layersIn(join(folder, 'group_vars'), { kind: 'group', name: group.name }),
      ),
    )
  }

  #groupFiles(group: DraftGroup, from: keyof VarsFolders): Layer[] {
    return this.#byFolder([group], from)
  }

  #hostLayers(host: DraftHost): Layer[] {
    const owner: Owner = { kind: 'host', name: host.name }
    const folders = [...this.#folders.inventory, ...this.#folders.playbook]
    const files = folders.flatMap((folder) => this.#layersIn(join(folder, 'host_vars'), owner))
    return [{ owner, vars: host.vars }, ...files]
  }

  #layersIn(folder: string, owner: Exclude<Owner, { kind: 'extra' }>): readonly Layer[] {
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

  #varsOf(file: string): ReadonlyMap<string, Entry> {
    const root = this.#files.yaml(file)
    if (!root || root.value === null) return new Map()
    if (root.entries) return root.entries
    const message = `a file of variables is a mapping, got ${describeValue(root.value)}`
    const hint = Array.isArray(root.value) ? 'Write "name: value" in place of "- name: value".' : undefined
    const where = placeOf(root)
    this.#files.faults.push(new PlaybookError('E_INVENTORY', message, { where, ...(hint ? { hint } : {}) }))
    return new Map()
  }
}

/** Shared by the hosts without files, which are most. */
const noLayers: readonly Layer[] = []

/** The groups of a host, parents included, `all` too. */
export function groupsOf(host: DraftHost, draft: Draft): Set<DraftGroup> {
  const found = new Set<DraftGroup>([draft.all])
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

function inventoryLayer(group: DraftGroup): Layer {
  return { owner: { kind: 'group', name: group.name }, vars: group.vars }
}

type HostParts = {
  readonly name: string
  readonly named: SourceLocation | undefined
  readonly groups: readonly DraftGroup[]
  readonly shared: GroupLayers
  readonly own: readonly Layer[]
  readonly extra: ReadonlyMap<string, Entry>
  readonly places: (group: DraftGroup) => GroupPlace
}

function loadedHost({ name, named, groups, shared, own, extra, places }: HostParts): LoadedHost {
  const layers = [...shared.layers, ...own, { owner: { kind: 'extra' } as Owner, vars: extra }]
  let vars: Readonly<Record<string, unknown>> | undefined
  const settings = (variable: string) => settingsIn(layers, variable)
  return {
    name,
    named,
    groups: groups
      .map((group) => group.name)
      .filter((group) => group !== 'all')
      .sort(),
    get vars() {
      vars ??= hostValues(name, shared.values, layers.slice(shared.layers.length))
      return vars
    },
    get memberOf() {
      return groups.map(places)
    },
    settings,
    where: ([variable, ...path]) => {
      const winner = settings(String(variable)).at(-1)
      return winner && placeOf(nodeAt(winner.node, path))
    },
  }
}

function settingsIn(layers: readonly Layer[], variable: string): Setting[] {
  return layers.flatMap(({ owner, vars }): Setting[] => {
    const entry = vars.get(variable)
    return entry ? [{ owner, node: entry.node, where: placeOf(entry.node) }] : []
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
