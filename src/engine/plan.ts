// Before any host is contacted: which hosts, variables and tasks each play has, and everything wrong with them.

import { type PlacedTask, placedTasks } from '../model/block.ts'
import { Faults, PlaybookError, toPlaybookError } from '../model/error.ts'
import { flushHandlers } from '../model/flushHandlers.ts'
import type { ConnectionSettings, InventoryHost } from '../model/host.ts'
import { type Inherited, withInherited } from '../model/inherit.ts'
import { formatLocation, thrownAt } from '../model/location.ts'
import type { Play } from '../model/play.ts'
import { didYouMean } from '../model/suggest.ts'
import type { Task, TaskList } from '../model/task.ts'
import { becomeUser } from './become.ts'
import { requireTasks } from './checkTasks.ts'
import { type Item, prepareItem } from './item.ts'
import { keywordFaults } from './keywords.ts'
import { orderedHosts } from './order.ts'
import type { Place } from './place.ts'
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
  /** Makes a task or handler of the play ready for this host. */
  readonly prepare: Prepare
  /** Those of all its tasks, as far as these are known, the ones that the run does not take included. */
  readonly tags: ReadonlySet<string>
  /** undefined: its tasks depend on facts that have to be read first. */
  readonly items: readonly Item[] | undefined
  /** Its tasks, given the facts. */
  readonly itemsWith: (facts: Record<string, unknown>) => Promise<readonly Item[]>
  /** Where it begins, if not at its first task. */
  readonly begin?: Begin
}

export type Prepare = (
  placed: Pick<PlacedTask, 'task'> & Partial<PlacedTask>,
  /** `nth` of the tasks that are made at one place of the playbook. */
  place: { readonly index: number; readonly isHandler: boolean; readonly nth?: number },
) => Promise<Item>

/** The index of the task at which a host begins, the number of its tasks for none of them; undefined: it takes no part. */
export type Begin = (items: readonly Item[]) => number | undefined

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
    const { spec, where } = bound.play
    const wrong = keywordFaults('play', spec.name, spec, where)
    for (const fault of wrong) faults.set(keyOf(fault), fault)
    if (wrong.length > 0) continue
    const hosts: HostPlan[] = []
    for (const host of orderedHosts(bound.hosts, bound.play.spec.order)) {
      try {
        hosts.push(await planHost(bound, host, options))
      } catch (thrown) {
        for (const fault of thrown instanceof Faults ? thrown.faults : [playFault(thrown, bound.play)]) {
          faults.set(keyOf(fault), fault)
        }
      }
    }
    plans.push({ play: bound.play, hosts })
  }
  if (faults.size > 0) throw new Faults([...faults.values()])
  return plans
}

/** The same fault shows on every host. */
function keyOf({ code, message, where }: PlaybookError): string {
  return `${code}${message}${JSON.stringify(where)}`
}

async function planHost(
  { play, vars }: BoundPlay,
  host: InventoryHost,
  options: PlanOptions,
): Promise<HostPlan> {
  const { spec } = play
  const { settings, userOf } = login(play, host, options)
  const defaults = playDefaults(play)
  const other = (name: string) => login(play, namedHost(name, options), options)
  const placeOf = (task: Task): Place => {
    const { delegateTo } = task.options
    if (delegateTo === undefined || delegateTo === host.name) return { on: undefined, as: userOf(task) }
    return { on: delegateTo, as: atTask(task, () => other(delegateTo)).userOf(task) }
  }
  const prepare: Prepare = (placed, { index, isHandler, nth = 1 }) => {
    const task = withInherited(placed.task, defaults)
    const key = `${isHandler ? `handler ${task.title} ` : ''}${placeInPlaybook(task)} ${nth}`
    return prepareItem({ ...placed, task }, { index, isHandler, key, ...placeOf(task) })
  }
  const tags = new Set(spec.tags)
  const itemsOf = async (facts: Record<string, unknown> | undefined): Promise<Item[]> => {
    const all = placedTasks(sections(play, playHost(host, vars.get(host.name), facts, options.site)))
    for (const { task } of all) for (const tag of task.options.tags ?? []) tags.add(tag)
    const tasks = selectedTasks(all, spec.tags ?? [], options.tags)
    const handlers = tasks.flatMap(({ task }) => [task.options.notify ?? []].flat() as readonly Task[])
    for (const handler of new Set(handlers)) placeOf(withInherited(handler, defaults))
    const nthAt = counter()
    return Promise.all(
      tasks.map((placed, index) => {
        const nth = nthAt(placeInPlaybook(placed.task))
        return prepare(placed, { index, isHandler: false, nth })
      }),
    )
  }
  const itemsWith = (facts: Record<string, unknown>) =>
    itemsOf(facts).catch((thrown) => {
      throw playFault(thrown, play)
    })
  const items = await withoutFacts(itemsOf)
  return { host, settings, userOf, other, prepare, tags, items, itemsWith }
}

/** All tasks of a host in their order; the handlers notified by pre-tasks and tasks run before what comes next. */
function sections(play: Play, host: ReturnType<typeof playHost>): TaskList {
  const { preTasks, tasks, postTasks } = play.spec
  const [before, own, after] = [preTasks, tasks, postTasks].map((section): TaskList => {
    const list: unknown = section ? section(host) : []
    requireTasks(list, play)
    return list
  })
  return [preTasks ? [before!, flushHandlers()] : [], own!, postTasks ? [flushHandlers(), after!] : []]
}

/** What a play says of all its tasks. Its tags select them, and whom it becomes, and how, weighs less than the inventory. */
function playDefaults({ spec }: Play): Inherited {
  const { tags: _tags, become: _become, becomeMethod: _method, ...defaults } = spec
  return defaults
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

/** @throws PlaybookError E_UNKNOWN_HOST */
function namedHost(name: string, { site }: PlanOptions): InventoryHost {
  const found = selected(name, site).find((host) => host.name === name)
  if (found) return found
  const names = selected('all', site).map((host) => host.name)
  throw new PlaybookError('E_UNKNOWN_HOST', `No host "${name}" in the inventory.`, {
    hint: didYouMean(name, [...names, 'localhost']) ?? 'Its hosts: run-playbook inventory --list-hosts all',
  })
}

function selected(pattern: string, { select }: Site): readonly InventoryHost[] {
  try {
    return select(pattern)
  } catch (thrown) {
    if (thrown instanceof PlaybookError) return []
    throw thrown
  }
}

/** What is wrong with a task is said at its place. */
function atTask<T>(task: Task, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    const { code, message, hint, details, where = task.where() } = toPlaybookError(thrown)
    throw new PlaybookError(code, `${task.title}: ${message}`, { hint, details, where })
  }
}

/** The same on every host: where the task was written, or its title where that is not known. */
function placeInPlaybook(task: Task): string {
  const where = task.where()
  return where ? formatLocation(where) : task.title
}

function counter(): (key: string) => number {
  const counts = new Map<string, number>()
  return (key) => {
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    return count
  }
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

function playFault(thrown: unknown, play: Play): PlaybookError {
  if (thrown instanceof PlaybookError) return thrown
  const error = toPlaybookError(thrown)
  return new PlaybookError('E_PLAY', `${play.spec.name}: its tasks could not be made: ${error.message}`, {
    where: thrownAt(thrown) ?? play.where(),
    cause: thrown,
  })
}
