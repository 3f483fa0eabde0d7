// Loads an inventory: turns its sources, variable files and -e into hosts and groups.

import { resolve } from 'node:path'
import { AggregatePlaybookError, type PlaybookError } from '../model/errors/error.ts'
import type { SourceLocation } from '../model/errors/location.ts'
import type { ExtraVars, InventoryTree } from '../model/inventoryModule.ts'
import { keyLocationOf, toSourceNode } from './parsing/sourceNode.ts'
import { isLocalhost, type KnownNames, selectHosts, validateLimit } from './pattern.ts'
import { FileLoader } from './sources/fileLoader.ts'
import { findInventory, isHostList } from './sources/findInventory.ts'
import { readGroupTree } from './sources/groupTree.ts'
import {
  type GroupData,
  type HostData,
  InventoryBuilder,
  membersOf,
  reconcile,
} from './sources/inventoryBuilder.ts'
import { readSource } from './sources/readSource.ts'
import type { TracedVariable } from './templates/evaluator.ts'
import { extraEntries } from './vars/extraVars.ts'
import type { HostGroup, LoadedHost, VarDefinition } from './vars/hostVars.ts'
import { VariableManager, varFolderOf } from './vars/variableManager.ts'
import type { VaultPassword } from './vault/decrypt.ts'

type LoadInventoryOptions = {
  /** The folder in which sources are searched and to which shown paths are relative. Default: the working folder. */
  readonly cwd?: string
  /** The folder of the playbook, whose group_vars/ and host_vars/ override the inventory's. */
  readonly playbookDir?: string
  /** Variables that override all others: objects, or texts of `-e` (`key=value`, `@file`, `{json}`). Later ones win. */
  readonly extraVars?: readonly ExtraVars[]
  /** Imports a `.ts` or `.js` inventory. */
  readonly loadModule?: (path: string) => Promise<unknown>
  readonly vaultPasswords?: readonly VaultPassword[]
  /** The cache of inventory modules that have `cacheSeconds`; without it nothing is cached. */
  readonly cacheFolder?: string
}

/** A group of a loaded inventory. */
export type InventoryGroup = {
  readonly name: string
  /** The hosts of the group itself, in order. */
  readonly hosts: readonly string[]
  /** The groups directly below it, in order. */
  readonly children: readonly string[]
  /** All its hosts, including those of its children, in Ansible's order. */
  readonly members: readonly string[]
  /** Its own variables, group_vars/ included, without its parents'. */
  readonly vars: { readonly [name: string]: unknown }
  /** Everything that sets a variable in the group or its parents; the last one wins. */
  readonly definitions: (name: string) => readonly VarDefinition[]
  /** Where its variables are set, or where its name first occurs. */
  readonly where: SourceLocation | undefined
}

export type Inventory = {
  /** All hosts, in Ansible's order. */
  readonly hosts: readonly LoadedHost[]
  /** All groups by name, `all` and `ungrouped` first. */
  readonly groups: ReadonlyMap<string, InventoryGroup>
  /**
   * The result of a variable with templates in it, or its error, and the variables that were read for it. Undefined if
   * nothing in the inventory has templates.
   */
  readonly traced: ((host: LoadedHost, name: string) => TracedVariable) | undefined
  /** The variables of `-e` that nothing has read so far: no play, template or connection. */
  readonly unreadExtraVars: () => readonly string[]
  /** The value that `-e` gives a variable; undefined: none. */
  readonly extraVar: (name: string) => { readonly value: unknown } | undefined
  /** Accepted oddities: a duplicate key, a host named like a group. */
  readonly warnings: readonly PlaybookError[]
  /** A host by its name; `localhost`, `127.0.0.1` and `::1` exist even if no source names them. */
  readonly host: (name: string) => LoadedHost | undefined
  /**
   * The hosts of a pattern in Ansible's order (`was`, `web:!web-02`, `~web-\d+`, `was[0]`), restricted to those of
   * `limit` (as after `--limit`, `@file` included).
   *
   * @throws PlaybookError E_UNKNOWN_GROUP or E_UNKNOWN_HOST for a name that is neither, E_PATTERN for a wrong pattern,
   * E_LIMIT_EMPTY if the limit matches no host at all. If it matches only hosts outside the pattern, the result is [],
   * because it may be meant for another play: see `validateLimit`.
   */
  readonly select: (pattern: string, limit?: string) => LoadedHost[]
  /**
   * Makes sure that a limit matches a host of at least one of the patterns (the plays of a run).
   *
   * @throws PlaybookError E_LIMIT_EMPTY naming the limit and the possible hosts
   */
  readonly validateLimit: (patterns: readonly string[], limit: string) => void
}

/**
 * Loads an inventory as Ansible does. Sources are YAML or INI files, scripts, `.ts` modules, directories of them, lists of
 * hosts (`web-01,web-02,`), and groups as data; later ones add to and override earlier ones.
 *
 * Variables come from these places, and later ones win: `all`, groups (parents first, then by ansible_group_priority,
 * then by name), group_vars/all of the inventory and the playbook, group_vars/ of the inventory and the playbook, the
 * host's own, host_vars/ of the inventory and the playbook, extraVars
 * (https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_variables.html).
 *
 * @throws PlaybookError E_NO_INVENTORY if a source is not found
 * @throws AggregatePlaybookError with the errors of all files, each with file, line and column
 * @example
 * const inventory = await loadInventory(['lab.yaml'], { playbookDir: 'playbooks' })
 * inventory.select('was').map((host) => host.vars.tomcat_version)
 */
export async function loadInventory(
  sources: readonly (string | InventoryTree)[],
  options: LoadInventoryOptions = {},
): Promise<Inventory> {
  const cwd = resolve(options.cwd ?? '.')
  const files = new FileLoader({ cwd, vaultPasswords: options.vaultPasswords ?? [] })
  const builder = new InventoryBuilder()
  const { loadModule, cacheFolder } = options
  const found = sources.map((source) => (typeof source === 'string' ? findInventory(source, cwd) : source))
  for (const source of found) {
    if (typeof source !== 'string') readGroupTree(toSourceNode(source), builder)
    else await readSource(source, files, builder, { loadModule, cacheFolder })
  }
  const paths = found.filter((source) => typeof source === 'string')
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
  const errors = [...builder.errors, ...files.errors]
  if (errors.length > 0) throw new AggregatePlaybookError(errors)
  const templates = files.mayHaveTemplates ? await import('./templates/evaluators.ts') : undefined
  const warnings = [...files.warnings, ...builder.warnings]
  return makeInventory(builder, vars, warnings, { cwd, playbookDir: options.playbookDir, templates })
}

type MakeOptions = {
  readonly cwd: string
  readonly playbookDir: string | undefined
  /** The module that evaluates templates, if there are any. */
  readonly templates: typeof import('./templates/evaluators.ts') | undefined
}

function makeInventory(
  builder: InventoryBuilder,
  vars: VariableManager,
  warnings: readonly PlaybookError[],
  { cwd, playbookDir, templates }: MakeOptions,
): Inventory {
  const members = new Map([...builder.groups.values()].map((group) => [group, membersOf(group)]))
  const groupOf = hostGroups(vars, members)
  const evaluators = templates?.createEvaluators(() => ({
    hosts,
    groups,
    playbookDir: folder,
    cwd,
    searchPath,
  }))
  vars.templates = evaluators
  const hosts = [...members.get(builder.all)!].map((host) => vars.host(host, groupOf))
  const byName = new Map(hosts.map((host) => [host.name, host]))
  const known: KnownNames = {
    groups: new Map([...members].map(([{ name }, each]) => [name, [...each].map((host) => host.name)])),
    hosts: new Set(builder.hosts.keys()),
    cwd,
  }
  const host = (name: string) => byName.get(name) ?? localhost(name)
  const groups = new Map(
    [...members].map(([group, each]) => [group.name, inventoryGroup(group, each, vars, groupOf)]),
  )
  const folder = playbookDir === undefined ? undefined : resolve(cwd, playbookDir)
  const searchPath = [...(folder === undefined ? [] : [folder]), cwd]
  return {
    hosts,
    groups,
    warnings,
    host,
    unreadExtraVars: () => vars.unreadExtra(),
    extraVar: (name) =>
      vars.hasExtra(name) ? { value: (hosts[0] ?? localhost('localhost')!).vars[name] } : undefined,
    traced: evaluators?.traced,
    select: (pattern, limit) => selectHosts(pattern, limit, known).map((name) => host(name)!),
    validateLimit: (patterns, limit) => validateLimit(patterns, limit, known),
  }

  /** Any name of this machine means the host with another of its names, or else the implicit one. */
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

/** As in Ansible: in no group, with the variables of `all` and a local connection. */
function implicitLocalhost(name: string): HostData {
  const node = toSourceNode('local')
  const entry = { key: 'ansible_connection', keySource: undefined, keyOffset: 0, node }
  return { name, vars: new Map([[entry.key, entry]]), groups: new Set(), declaredAt: undefined }
}
