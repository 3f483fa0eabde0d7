// Before any host is contacted: which hosts, variables and tasks each play has, and everything wrong with them.

import { Faults, PlaybookError, toPlaybookError } from '../model/error.ts'
import type { ConnectionSettings, InventoryHost } from '../model/host.ts'
import { thrownAt } from '../model/location.ts'
import type { Play } from '../model/play.ts'
import type { AnyTaskFunction, Block, Task } from '../model/task.ts'
import { becomeUser } from './become.ts'
import { type Item, prepareItem } from './item.ts'
import { orderedHosts } from './order.ts'
import { FactsNeeded, playHost, type Site } from './playHost.ts'
import { selectedTasks, type TagSelection } from './tags.ts'

/** A play with its hosts and their checked variables. */
export type BoundPlay = {
  readonly play: Play
  readonly hosts: readonly InventoryHost[]
  /** By host name, as the play's schema made them. */
  readonly vars: ReadonlyMap<string, unknown>
}

export type HostPlan = {
  readonly host: InventoryHost
  readonly settings: ConnectionSettings
  readonly userOf: (task: Pick<Task, 'options'>) => string | undefined
  /** Another host of the inventory. @throws PlaybookError E_UNKNOWN_HOST */
  readonly other: (name: string) => Pick<HostPlan, 'host' | 'settings' | 'userOf'>
  /** undefined: its tasks depend on facts that have to be read first. */
  readonly items: readonly Item[] | undefined
  /** Its tasks, given the facts. */
  readonly itemsWith: (facts: Record<string, unknown>) => Promise<readonly Item[]>
}

export type PlayPlan = { readonly play: Play; readonly hosts: readonly HostPlan[] }

export type PlanOptions = {
  readonly site: Site
  readonly settingsOf: (host: InventoryHost) => ConnectionSettings
  /** The host's `ansible_become`, where it has one. */
  readonly becomesByDefault?: (host: InventoryHost) => boolean | undefined
  readonly tags: TagSelection
}

/**
 * The plans of all plays.
 *
 * @throws Faults: every wrong task of every play and host at once
 */
export async function planPlays(plays: readonly BoundPlay[], options: PlanOptions): Promise<PlayPlan[]> {
  const faults = new Map<string, PlaybookError>()
  const plans: PlayPlan[] = []
  for (const bound of plays) {
    const hosts: HostPlan[] = []
    for (const host of orderedHosts(bound.hosts, bound.play.spec.order)) {
      try {
        hosts.push(await planHost(bound, host, options))
      } catch (thrown) {
        for (const fault of thrown instanceof Faults ? thrown.faults : [playFault(thrown, bound.play)]) {
          faults.set(`${fault.code}${fault.message}${JSON.stringify(fault.where)}`, fault)
        }
      }
    }
    plans.push({ play: bound.play, hosts })
  }
  if (faults.size > 0) throw new Faults([...faults.values()])
  return plans
}

async function planHost(
  { play, vars }: BoundPlay,
  host: InventoryHost,
  options: PlanOptions,
): Promise<HostPlan> {
  const { spec } = play
  const { settings, userOf } = login(play, host, options)
  const itemsOf = async (facts: Record<string, unknown> | undefined): Promise<Item[]> => {
    const list = spec.tasks(playHost(host, vars.get(host.name), facts, options.site))
    requireTasks(list, play)
    const tasks = selectedTasks(list, spec.tags ?? [], options.tags)
    return Promise.all(
      tasks.map((placed, index) => prepareItem(placed, { index, isHandler: false, as: userOf(placed.task) })),
    )
  }
  const itemsWith = (facts: Record<string, unknown>) =>
    itemsOf(facts).catch((thrown) => {
      throw playFault(thrown, play)
    })
  const other = (name: string) => login(play, namedHost(name, options), options)
  return { host, settings, userOf, other, items: await withoutFacts(itemsOf), itemsWith }
}

/** How to reach a host, and whom tasks of a play become there. */
function login(
  { spec }: Play,
  host: InventoryHost,
  options: PlanOptions,
): Pick<HostPlan, 'host' | 'settings' | 'userOf'> {
  const settings = options.settingsOf(host)
  const isBecoming = options.becomesByDefault?.(host)
  return { host, settings, userOf: (task) => becomeUser(task, spec, settings, isBecoming) }
}

function namedHost(name: string, { site }: PlanOptions): InventoryHost {
  const found = site.select(name).find((host) => host.name === name)
  if (found) return found
  throw new PlaybookError('E_UNKNOWN_HOST', `No host "${name}" in the inventory.`)
}

async function withoutFacts(
  itemsOf: (facts: undefined) => Promise<readonly Item[]>,
): Promise<readonly Item[] | undefined> {
  try {
    return await itemsOf(undefined)
  } catch (thrown) {
    if (thrown instanceof FactsNeeded) return undefined
    throw thrown
  }
}

/** A playbook runs without having been type-checked: what its `tasks` gives may be anything. */
function requireTasks(list: unknown, play: Play): void {
  const isList = Array.isArray(list)
  const strange = isList ? strangeIn(list) : list
  if (isList && strange === undefined) return
  const what = isList ? `${described(strange)} among its tasks` : described(strange)
  throw new PlaybookError('E_PLAY', `${play.spec.name}: tasks(host) gives ${what}, not a list of tasks.`, {
    where: play.where(),
    hint: 'A task is called with its parameters: copyFile({ … }); tasks is not async.',
  })
}

/** What stands in a list, or in a block of it, and is no task. */
function strangeIn(list: readonly unknown[]): unknown {
  for (const item of list.flat(Number.POSITIVE_INFINITY)) {
    const { kind } = (item || { kind: 'task' }) as { kind?: unknown }
    if (kind !== 'task' && kind !== 'block') return item
    if (kind !== 'block') continue
    const { tasks, options } = item as Block
    const strange = strangeIn([tasks, options.rescue ?? [], options.always ?? []])
    if (strange !== undefined) return strange
  }
  return undefined
}

function described(value: unknown): string {
  if (typeof value === 'function') return `the function ${nameOf(value)}`
  if (value instanceof Promise) return 'a promise'
  return value === undefined ? 'nothing' : (JSON.stringify(value)?.slice(0, 60) ?? String(value))
}

// biome-ignore lint/complexity/noBannedTypes: any function at all
function nameOf(value: Function): string {
  return (value as Partial<AnyTaskFunction>).spec?.name ?? (value.name || '(without a name)')
}

function playFault(thrown: unknown, play: Play): PlaybookError {
  if (thrown instanceof PlaybookError) return thrown
  const error = toPlaybookError(thrown)
  return new PlaybookError('E_PLAY', `${play.spec.name}: its tasks could not be made: ${error.message}`, {
    where: thrownAt(thrown) ?? play.where(),
    cause: thrown,
  })
}
