// Holds the variables of a host in layers, merged on first use.

import { once } from '../../model/concurrency/once.ts'
import type { SourceLocation } from '../../model/errors/location.ts'
import type { InventoryHost, VarContext } from '../../model/host.ts'
import { searchInstead } from '../../model/secrets/secret.ts'
import { containsJinja } from '../parsing/jinja.ts'
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
export type LoadedHost = Omit<InventoryHost, 'seeing'> & {
  readonly seeing: ((context: VarContext) => LoadedHost) | undefined
  /** Its variables as they are written, with braces in them. */
  readonly rawVars: { readonly [name: string]: unknown }
  /** The names of the variables with templates in them: `vars` evaluates them when they are read. */
  readonly templated: ReadonlySet<string>
  /** These, and those of `-e`: of both it matters when they are read from `vars`. */
  readonly observed: ReadonlySet<string>
  /** Whether the variable may use facts, which are read during a run. */
  readonly mayUseFacts: (name: string) => boolean
  /** Notes that a variable is read otherwise than from `vars`. */
  readonly noteRead: (name: string) => void
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
  /** The names of the variables with templates in them. */
  readonly templated: () => ReadonlySet<string>
}

export function mergedLayers(layers: readonly VarLayer[]): MergedLayers {
  let templated: ReadonlySet<string> | undefined
  return {
    layers: layers.filter(({ vars }) => vars.size > 0),
    values: mergeLayers(layers),
    templated: () => {
      templated ??= templatedNames(layers)
      return templated
    },
  }
}

function templatedNames(layers: readonly VarLayer[], start: Iterable<string> = []): ReadonlySet<string> {
  const names = new Set(start)
  for (const { vars } of layers) {
    for (const [name, { node }] of vars) {
      if (containsJinja(node)) names.add(name)
      else names.delete(name)
    }
  }
  return names
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
  /** Evaluates variables with templates in them; undefined if no file of the inventory has any. */
  readonly templates: Templates | undefined
  /** Notes that a variable of `-e` is read. */
  readonly noteRead: (name: string) => void
}

/** @throws PlaybookError with the place of the braces; what `context.read` throws */
type Evaluate = (host: LoadedHost, name: string, context?: VarContext) => unknown

export type Templates = {
  /** The value of a variable for TypeScript. */
  readonly result: Evaluate
  /** The same for templates that read a variable. */
  readonly templateValue: Evaluate
  readonly mayUseFacts: (host: LoadedHost, name: string) => boolean
  /** Whether it depends on more of its context than facts. */
  readonly mayUseFiles: (host: LoadedHost, name: string) => boolean
}

/** A host whose variables are merged on first use. */
export function loadedHost(
  { name, declaredAt }: HostData,
  { groups, shared, own, extra, groupOf, templates, noteRead }: HostContext,
): LoadedHost {
  const layers = [...shared.layers, ...own, { owner: { kind: 'extra' } as VarOwner, vars: extra }]
  const ownLayers = layers.slice(shared.layers.length)
  const rawVars = once(() => hostValues(name, shared.values, ownLayers))
  const templated = once(() => (templates ? templatedNames(ownLayers, shared.templated()) : noNames))
  const observed = once(() => (extra.size > 0 ? new Set([...templated(), ...extra.keys()]) : templated()))
  const vars = once(() => observedVars(host, templates?.result))
  const mayUseFacts = (variable: string) =>
    templated().has(variable) && templates?.mayUseFacts(host, variable) === true
  const usesContext = once(() =>
    [...templated()].some((name) => mayUseFacts(name) || templates!.mayUseFiles(host, name)),
  )
  const definitions = (variable: string) => definitionsIn(layers, variable)
  const host: LoadedHost = {
    name,
    declaredAt,
    groups: groups
      .map((group) => group.name)
      .filter((group) => group !== 'all')
      .sort(),
    get vars() {
      return observed().size > 0 ? vars() : rawVars()
    },
    get rawVars() {
      return rawVars()
    },
    get templated() {
      return templated()
    },
    get observed() {
      return observed()
    },
    noteRead,
    mayUseFacts,
    templateValue: templates && ((variable) => templates.templateValue(host, variable)),
    get seeing() {
      return usesContext() ? (context: VarContext) => seeingMore(host, templates!, context) : undefined
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
  return host
}

function seeingMore(host: LoadedHost, { result, templateValue }: Templates, context: VarContext): LoadedHost {
  const vars = once(() => observedVars(host, (_, name) => result(host, name, context)))
  const noFactsLeft = { mayUseFacts: { value: () => false }, seeing: { value: undefined } }
  return Object.create(host, {
    vars: { get: vars },
    templateValue: { value: (name: string) => templateValue(host, name, context) },
    ...(context.read ? noFactsLeft : {}),
  })
}

const noNames: ReadonlySet<string> = new Set()

/** The variables of a host; those with templates in them are evaluated when they are read. */
function observedVars(host: LoadedHost, evaluate: Evaluate | undefined): Readonly<Record<string, unknown>> {
  const vars: Record<string, unknown> = { ...host.rawVars }
  for (const name of host.observed) {
    const get = once(() => {
      host.noteRead(name)
      return evaluate && host.templated.has(name) ? evaluate(host, name) : host.rawVars[name]
    })
    Object.defineProperty(vars, name, { get, enumerable: true })
  }
  Object.defineProperty(vars, 'inventory_hostname', { value: host.name, enumerable: false })
  searchInstead(vars, host.rawVars)
  return Object.freeze(vars)
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
