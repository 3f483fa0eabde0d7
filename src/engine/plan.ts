// Before any host is contacted: which hosts, variables and tasks each play has, and everything wrong with them.

import { type FlatTask, flattenTasks } from '../model/block.ts'
import { AggregatePlaybookError, PlaybookError, toPlaybookError } from '../model/errors/error.ts'
import { thrownAt } from '../model/errors/location.ts'
import type { InventoryHost } from '../model/host.ts'
import { withInherited } from '../model/inherit.ts'
import type { Play } from '../model/play.ts'
import type { Task } from '../model/task.ts'
import { type Item, prepareItem } from './item.ts'
import { keywordFaults } from './keywords.ts'
import { type Login, type LoginOptions, login, namedHost } from './login.ts'
import { orderedHosts } from './order.ts'
import type { Place } from './place.ts'
import { FactsNeeded, playHost } from './playHost.ts'
import { playDefaults, sections } from './sections.ts'
import { selectedTasks, type TagSelection } from './tags.ts'

/** A play with its hosts and their checked variables. */
import { createTaskKeys, handlerKey } from './taskKeys.ts'

export type BoundPlay = {
  readonly play: Play
  readonly hosts: readonly InventoryHost[]
  /** By host name, as the play's schema made them. */
  readonly vars: ReadonlyMap<string, unknown>
}

export type HostPlan = Login & {
  /** Another host of the inventory. @throws PlaybookError E_UNKNOWN_HOST */
  readonly other: (name: string) => Login
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
  placed: Pick<FlatTask, 'task'> & Partial<FlatTask>,
  /** `key`: where it stands in the playbook; a handler has none. */
  place: { readonly index: number; readonly key?: string },
) => Promise<Item>

/** The index of the task at which a host begins, the number of its tasks for none of them; undefined: it takes no part. */
export type Begin = (items: readonly Item[]) => number | undefined

export type PlayPlan = { readonly play: Play; readonly hosts: readonly HostPlan[] }

export type PlanOptions = LoginOptions & {
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
    for (const fault of wrong) faults.set(faultKey(fault), fault)
    if (wrong.length > 0) continue
    const hosts: HostPlan[] = []
    for (const host of orderedHosts(bound.hosts, bound.play.spec.order)) {
      try {
        hosts.push(await planHost(bound, host, options))
      } catch (thrown) {
        for (const fault of thrown instanceof AggregatePlaybookError
          ? thrown.errors
          : [playFault(thrown, bound.play)]) {
          faults.set(faultKey(fault), fault)
        }
      }
    }
    plans.push({ play: bound.play, hosts })
  }
  if (faults.size > 0) throw new AggregatePlaybookError([...faults.values()])
  return plans
}

/** The same fault shows on every host. */
function faultKey({ code, message, where }: PlaybookError): string {
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
  const prepare: Prepare = (placed, { index, key }) => {
    const task = withInherited(placed.task, defaults)
    const setting = { index, isHandler: key === undefined, key: key ?? handlerKey(task), ...placeOf(task) }
    return prepareItem({ ...placed, task }, setting)
  }
  const tags = new Set(spec.tags)
  const itemsOf = async (facts: Record<string, unknown> | undefined): Promise<Item[]> => {
    const all = flattenTasks(sections(play, playHost(host, vars.get(host.name), facts, options.site)))
    for (const { task } of all) for (const tag of task.options.tags ?? []) tags.add(tag)
    const tasks = selectedTasks(all, spec.tags ?? [], options.tags)
    const handlers = tasks.flatMap(({ task }) => [task.options.notify ?? []].flat() as readonly Task[])
    for (const handler of new Set(handlers)) placeOf(withInherited(handler, defaults))
    const keyOf = createTaskKeys()
    return Promise.all(tasks.map((placed, index) => prepare(placed, { index, key: keyOf(placed.task) })))
  }
  const itemsWith = (facts: Record<string, unknown>) =>
    itemsOf(facts).catch((thrown) => {
      throw playFault(thrown, play)
    })
  const items = await withoutFacts(itemsOf)
  return { host, settings, userOf, other, prepare, tags, items, itemsWith }
}

/** What is wrong with a task is said at its place. */
function atTask<T>(task: Task, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    const error = toPlaybookError(thrown)
    throw error.with({ message: `${task.title}: ${error.message}`, where: error.where ?? task.where() })
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
