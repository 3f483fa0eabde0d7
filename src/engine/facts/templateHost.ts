// Gives templates a host's variables, Ansible's magic names, and other hosts.

import { dirname } from 'node:path'
import { ansibleFacts } from '../../facts/ansible/ansibleFacts.ts'
import { once } from '../../model/concurrency/once.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import type { InventoryHost, OtherHost, PlayHost, ReadAnsibleFact } from '../../model/host.ts'
import type { Play } from '../../model/play.ts'
import { roleFolders } from '../../model/roles/roleFolders.ts'
import { type Task, type TemplateVariables, unlisted } from '../../model/task.ts'

type TemplateHostOptions = {
  readonly play: Play
  /** The hosts of the play. */
  readonly playHosts: readonly InventoryHost[]
  readonly inventory: {
    readonly select: (pattern: string) => readonly InventoryHost[]
    /** The names of all groups. */
    readonly groupNames?: () => Iterable<string>
  }
  /** Reads what variables of the inventory see of facts. */
  readonly readAnsible: ReadAnsibleFact
}

type Read = () => unknown
type Variables = ReadonlyMap<string, Read>
/** Hosts as the inventory has them. */
type Sources = ReadonlyMap<string, () => InventoryHost>

/**
 * The variables of a host as the templates of its tasks see them: of tasks in a role, those of the role too. Stronger is
 * what comes first: magic names, what is the role's own, the play's variables as its schema made them, the inventory's,
 * facts.
 */
export function templateHost(
  host: InventoryHost,
  seen: PlayHost,
  options: TemplateHostOptions,
): (role: Task['role']) => TemplateVariables {
  const read = options.readAnsible
  const seeing = (each: InventoryHost) => each.seeing?.({ read }) ?? each
  const sources = once(
    () => new Map(options.inventory.select('all').map((each) => [each.name, once(() => seeing(each))])),
  )
  const names = options.playHosts.map(({ name }) => name)
  const hosts = once(() => seen.hosts('all'))
  const groups = once(() => groupsOf(hosts(), options.inventory.groupNames?.() ?? []))
  const magic: Variables = new Map<string, Read>([
    ...aboutHost(seen, groups),
    ['hostvars', once(() => hostvarsOf(hosts(), groups, sources()))],
    ...['play_hosts', 'ansible_play_hosts', 'ansible_play_hosts_all', 'ansible_play_batch'].map(
      (name) => [name, () => names] as const,
    ),
    ['ansible_play_name', () => options.play.spec.name],
    ['playbook_dir', () => dirname(options.play.where()?.file ?? '.')],
  ])
  const fallbacks = fallbacksOf(seen)
  return (role) => {
    const folders = role && roleFolders(role.folder)
    const own = once(() => host.seeing?.({ read, folders }) ?? host)
    const layers = once(() => [role?.host?.params, role?.host?.vars, seen.vars, own().vars].filter(isObject))
    return {
      get: (name) => {
        const known = magic.get(name)
        if (known) return known()
        const layer = layers().find((each) => Object.hasOwn(each, name))
        if (!layer) return fallbacks(name)
        const isRaw = layer === own().vars || (layer === seen.vars && options.play.spec.vars === undefined)
        return (
          (isRaw ? own().templateValue?.(name) : floatOf(layer[name], own(), name)) ?? layer[name] ?? null
        )
      },
      data: (name) => {
        const other = name === undefined ? undefined : hosts().find((each) => each.name === name)
        return dataOf(name === undefined ? layers() : other ? [other.vars] : [])
      },
      names: () => [...magic.keys(), ...layers().flatMap((layer) => Object.keys(layer))],
    }
  }
}

/** @throws FactsNeeded */
function dataOf(layers: readonly { readonly [name: string]: unknown }[]): Record<string, unknown> {
  const data: Record<string, unknown> = {}
  for (const layer of [...layers].reverse()) {
    for (const name of Object.keys(layer)) {
      try {
        data[name] = layer[name]
      } catch (thrown) {
        if (!(thrown instanceof PlaybookError)) throw thrown
      }
    }
  }
  return data
}

/** A number that a schema let through, with its point if the inventory has one. */
function floatOf(value: unknown, host: InventoryHost, name: string): unknown {
  if (typeof value !== 'number' || host.vars[name] !== value) return undefined
  return host.templateValue?.(name)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function aboutHost({ name, groups }: OtherHost, all: Read): [string, Read][] {
  return [
    ['inventory_hostname', () => name],
    ['inventory_hostname_short', () => name.split('.')[0]],
    ['group_names', () => [...groups].sort()],
    ['groups', all],
  ]
}

/** What a name means that no variable has: a fact, the address, the note that others manage the file. */
function fallbacksOf(host: OtherHost): (name: string) => unknown {
  const facts = once(() => ansibleFacts(host))
  return (name) => {
    if (name === 'ansible_host') return host.address
    if (name === 'ansible_managed') return 'Ansible managed'
    if (name === 'ansible_facts') return { [unlisted]: (fact: string) => facts()[fact] }
    return name.startsWith('ansible_') ? facts()[name.slice('ansible_'.length)] : undefined
  }
}

/** The names of the hosts of each group. */
function groupsOf(hosts: readonly OtherHost[], names: Iterable<string>): Record<string, string[]> {
  const groups: Record<string, string[]> = { all: hosts.map(({ name }) => name), ungrouped: [] }
  for (const name of names) groups[name] ??= []
  for (const host of hosts) {
    for (const group of host.groups) {
      groups[group] ??= []
      groups[group].push(host.name)
    }
  }
  return groups
}

/** The variables of all hosts by name; those of one are put together when it is looked at. */
function hostvarsOf(hosts: readonly OtherHost[], groups: Read, sources: Sources): object {
  const all = {}
  for (const host of hosts) {
    const get = once(() => varsOf(host, groups, sources.get(host.name)?.()))
    Object.defineProperty(all, host.name, { get, enumerable: true })
  }
  return all
}

/** Facts are there too, but are not listed. */
function varsOf(host: OtherHost, groups: Read, source: InventoryHost | undefined): object {
  const fallbacks = fallbacksOf(host)
  const vars = {}
  for (const name of Object.keys(host.vars)) {
    const get = () => source?.templateValue?.(name) ?? host.vars[name]
    Object.defineProperty(vars, name, { get, enumerable: true, configurable: true })
  }
  for (const [name, get] of aboutHost(host, groups))
    Object.defineProperty(vars, name, { get, enumerable: true, configurable: true })
  return Object.assign(vars, { [unlisted]: fallbacks })
}
