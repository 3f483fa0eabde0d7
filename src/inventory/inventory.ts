// Loads an inventory: its sources, variable files and command-line variables become hosts and groups.

import { isAbsolute, resolve } from 'node:path'
import { AggregatePlaybookError, type PlaybookError } from '../model/errors/error.ts'
import type { SourceLocation } from '../model/errors/location.ts'
import { keyLocationOf, toSourceNode } from './parsing/sourceNode.ts'
import { isLocalhost, type KnownNames, selectHosts, validateLimit } from './pattern.ts'
import { FileLoader, findInventory } from './sources/fileLoader.ts'
import {
  type GroupData,
  type HostData,
  InventoryBuilder,
  membersOf,
  reconcile,
} from './sources/inventoryBuilder.ts'
import { readSource } from './sources/readSource.ts'
import { type ExtraVars, extraEntries } from './vars/extraVars.ts'
import {
  type HostGroup,
  type LoadedHost,
  type VarDefinition,
  VariableManager,
  varFolderOf,
} from './vars/hostVars.ts'
import type { VaultPassword } from './vault/decrypt.ts'

export type LoadInventoryOptions = {
  /** The working folder, in which names are looked for and to which places are relative; the process's if not given. */
  readonly cwd?: string
  /** The folder of the playbook: its group_vars/ and host_vars/ are read too, above the inventory's. */
  readonly playbookDir?: string
  /** Above all others, in order: an object, or text as after `-e` (`key=value`, `@file`, `{json}`). */
  readonly extraVars?: readonly ExtraVars[]
  /** Loads a `.ts` or `.js` inventory: its module, whose default export is taken. */
  readonly loadModule?: (path: string) => Promise<unknown>
  readonly vaultPasswords?: readonly VaultPassword[]
  /** Where the answers of inventory modules are kept that allow it (`cacheSeconds`); without it none is. */
  readonly cacheFolder?: string
}

/** A group of a loaded inventory. */
export type InventoryGroup = {
  readonly name: string
  /** Hosts that stand in the group itself, in order. */
  readonly hosts: readonly string[]
  /** Groups that stand in the group itself, in order. */
  readonly children: readonly string[]
  /** All its hosts, its children's included, in Ansible's order. */
  readonly members: readonly string[]
  /** Its own variables, group_vars/ included; not its parents'. */
  readonly vars: { readonly [name: string]: unknown }
  /** Everything in its own and its parents' variables that sets a variable; the last one wins. */
  readonly definitions: (name: string) => readonly VarDefinition[]
  /** Where its variables stand, or where it was first named. */
  readonly where: SourceLocation | undefined
}

export type Inventory = {
  /** All hosts, in Ansible's order. */
  readonly hosts: readonly LoadedHost[]
  /** All groups by name, `all` and `ungrouped` first. */
  readonly groups: ReadonlyMap<string, InventoryGroup>
  /** What is odd and was accepted: a repeated key, a host named like a group. */
  readonly warnings: readonly PlaybookError[]
  /** A host by its name; `localhost`, `127.0.0.1` and `::1` are there even if no source names them. */
  readonly host: (name: string) => LoadedHost | undefined
  /**
   * The hosts of a pattern in Ansible's order (`was`, `web:!web-02`, `~web-\d+`, `was[0]`), those of `limit` alone
   * if one is given (as after `--limit`, `@file` too).
   *
   * @throws PlaybookError E_UNKNOWN_GROUP or E_UNKNOWN_HOST for a name that is neither, E_PATTERN for what is no
   * pattern, E_LIMIT_EMPTY where the limit matches no host at all. A limit that only misses this pattern's hosts
   * gives [], because another play's may be meant: see `checkLimit`.
   */
  readonly select: (pattern: string, limit?: string) => LoadedHost[]
  /**
   * Makes sure that a limit leaves a host to at least one of the patterns (a run's plays).
   *
   * @throws PlaybookError E_LIMIT_EMPTY naming the limit and the hosts that were possible
   */
  readonly validateLimit: (patterns: readonly string[], limit: string) => void
}

/**
 * Loads an inventory as Ansible does. Sources are YAML or INI files, directories of them, `.ts` modules, and lists
 * of hosts (`web-01,web-02,`); later ones add to and override earlier ones.
 *
 * Variables come, the later the stronger, from: `all`, groups (parents first, then ansible_group_priority, then name),
 * group_vars/all beside the inventory and the playbook, group_vars/ beside the inventory and the playbook, the host's
 * own, host_vars/ beside the inventory and the playbook, extraVars
 * (https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_variables.html).
 *
 * @throws PlaybookError E_NO_INVENTORY where a source is not found
 * @throws Faults with everything that is wrong in all files, each with file, line and column
 * @example
 * const inventory = await loadInventory(['lab.yaml'], { playbookDir: 'playbooks' })
 * inventory.select('was').map((host) => host.vars.tomcat_version)
 */
export async function loadInventory(
  sources: readonly string[],
  options: LoadInventoryOptions = {},
): Promise<Inventory> {
  const cwd = resolve(options.cwd ?? '.')
  const files = new FileLoader({ cwd, vaultPasswords: options.vaultPasswords ?? [] })
  const builder = new InventoryBuilder()
  const paths = sources.map((source) => findInventory(source, cwd))
  for (const path of paths)
    await readSource(path, {
      builder,
      files,
      loadModule: options.loadModule,
      cacheFolder: options.cacheFolder,
    })
  reconcile(builder)
  const vars = new VariableManager(
    builder,
    files,
    {
      inventory: paths.filter((path) => !isHostList(path)).map(varFolderOf),
      playbook: options.playbookDir === undefined ? [] : [resolve(cwd, options.playbookDir)],
    },
    extraEntries(options.extraVars ?? [], files, cwd),
  )
  vars.readAll()
  const faults = [...builder.errors, ...files.errors]
  if (faults.length > 0) throw new AggregatePlaybookError(faults)
  return makeInventory(builder, vars, [...files.warnings, ...builder.warnings], cwd)
}

function makeInventory(
  builder: InventoryBuilder,
  vars: VariableManager,
  warnings: readonly PlaybookError[],
  cwd: string,
): Inventory {
  const members = new Map([...builder.groups.values()].map((group) => [group, membersOf(group)]))
  const groupOf = hostGroups(vars, members)
  const hosts = [...members.get(builder.all)!].map((host) => vars.host(host, groupOf))
  const byName = new Map(hosts.map((host) => [host.name, host]))
  const known: KnownNames = {
    groups: new Map([...members].map(([{ name }, each]) => [name, [...each].map((host) => host.name)])),
    hosts: new Set(builder.hosts.keys()),
    cwd,
  }
  const host = (name: string) => byName.get(name) ?? localhost(name)
  return {
    hosts,
    groups: new Map(
      [...members].map(([group, each]) => [group.name, inventoryGroup(group, each, vars, groupOf)]),
    ),
    warnings,
    host,
    select: (pattern, limit) => selectHosts(pattern, limit, known).map((name) => host(name)!),
    validateLimit: (patterns, limit) => validateLimit(patterns, limit, known),
  }

  /** A name of this machine means the host that goes by another of them, or the implicit one. */
  function localhost(name: string): LoadedHost | undefined {
    if (!isLocalhost(name)) return undefined
    const named = hosts.find((each) => isLocalhost(each.name))
    const found = named ?? vars.host(implicitLocalhost(name), groupOf)
    byName.set(name, found)
    return found
  }
}

function inventoryGroup(
  group: GroupData,
  members: ReadonlySet<HostData>,
  vars: VariableManager,
  groupOf: (group: GroupData) => HostGroup,
): InventoryGroup {
  return {
    name: group.name,
    hosts: [...group.hosts].map((host) => host.name),
    children: [...group.children].map((child) => child.name),
    members: [...members].map((host) => host.name),
    get vars() {
      return vars.groupValues(group)
    },
    definitions: (name) => vars.groupDefinitions(group, name),
    get where() {
      return groupOf(group).where
    },
  }
}

function hostGroups(
  vars: VariableManager,
  members: ReadonlyMap<GroupData, ReadonlySet<HostData>>,
): (group: GroupData) => HostGroup {
  const known = new Map<GroupData, HostGroup>()
  return (group) => {
    let hostGroup = known.get(group)
    if (!hostGroup) {
      const first = vars.groupLayers(group).flatMap((layer) => [...layer.vars.values()])[0]
      const where = (first && keyLocationOf(first)) ?? group.declaredAt
      hostGroup = {
        name: group.name,
        where,
        members: new Set([...members.get(group)!].map((host) => host.name)),
      }
      known.set(group, hostGroup)
    }
    return hostGroup
  }
}

function isHostList(path: string): boolean {
  return path.includes(',') && !isAbsolute(path)
}

/** As Ansible has it: in no group, with the variables of `all`, reached without a connection. */
function implicitLocalhost(name: string): HostData {
  const node = toSourceNode('local')
  const entry = { key: 'ansible_connection', keySource: undefined, keyOffset: 0, node }
  return { name, vars: new Map([[entry.key, entry]]), groups: new Set(), declaredAt: undefined }
}
