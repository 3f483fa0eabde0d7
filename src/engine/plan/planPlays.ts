// Before any host is contacted: which hosts, variables and tasks each play has, and everything wrong with them.

import { type FlatTask, flattenTasks } from '../../model/block.ts'
import { AggregatePlaybookError, PlaybookError, toPlaybookError } from '../../model/errors/error.ts'
import { thrownAt } from '../../model/errors/location.ts'
import type { InventoryHost } from '../../model/host.ts'
import { withInherited } from '../../model/inherit.ts'
import type { Play } from '../../model/play.ts'
import type { Task } from '../../model/task.ts'
import { findHost, type HostAccess, type HostAccessOptions, hostAccess } from './hostAccess.ts'
import { orderedHosts } from './hostOrder.ts'
import { type PlannedTask, planTask } from './plannedTask.ts'
import { FactsNeeded, playHost } from './playHost.ts'
import { playDefaults, playTaskList } from './playTaskList.ts'
import { selectedTasks, type TagSelection } from './tags.ts'
import type { Target } from './target.ts'
/** A play with its hosts and their checked variables. */
import { createTaskKeys, handlerKey } from './taskKeys.ts'
import { validateKeywords } from './validateKeywords.ts'

export type BoundPlay = {
  readonly play: Play
  readonly hosts: readonly InventoryHost[]
  /** By host name, as the play's schema made them. */
  readonly vars: ReadonlyMap<string, unknown>
}

export type HostPlan = HostAccess & {
  /** Another host of the inventory. @throws PlaybookError E_UNKNOWN_HOST */
  readonly other: (name: string) => HostAccess
  /** Makes a task or handler of the play ready for this host. */
  readonly prepare: PlanTask
  /** Those of all its tasks, as far as these are known, the ones that the run does not take included. */
  readonly tags: ReadonlySet<string>
  /** undefined: its tasks depend on facts that have to be read first. */
  readonly items: readonly PlannedTask[] | undefined
  /** Its tasks, given the facts. */
  readonly itemsWith: (facts: Record<string, unknown>) => Promise<readonly PlannedTask[]>
  /** Where it begins, if not at its first task. */
  readonly begin?: FindStart
}

export type PlanTask = (
  placed: Pick<FlatTask, 'task'> & Partial<FlatTask>,
  /** `key`: where it stands in the playbook; a handler has none. */
  place: { readonly index: number; readonly key?: string },
) => Promise<PlannedTask>

/** The index of the task at which a host begins, the number of its tasks for none of them; undefined: it takes no part. */
export type FindStart = (items: readonly PlannedTask[]) => number | undefined

export type PlayPlan = { readonly play: Play; readonly hosts: readonly HostPlan[] }

export type PlanOptions = HostAccessOptions & {
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
    const wrong = validateKeywords('play', spec.name, spec, where)
    for (const error of wrong) faults.set(errorKey(error), error)
    if (wrong.length > 0) continue
    const hosts: HostPlan[] = []
    for (const host of orderedHosts(bound.hosts, bound.play.spec.order)) {
      try {
        hosts.push(await planHost(bound, host, options))
      } catch (thrown) {
        for (const error of thrown instanceof AggregatePlaybookError
          ? thrown.errors
          : [playError(thrown, bound.play)]) {
          faults.set(errorKey(error), error)
        }
      }
    }
    plans.push({ play: bound.play, hosts })
  }
  if (faults.size > 0) throw new AggregatePlaybookError([...faults.values()])
  return plans
}

/** The same fault shows on every host. */
function errorKey({ code, message, where }: PlaybookError): string {
  return `${code}${message}${JSON.stringify(where)}`
}

async function planHost(
  { play, vars }: BoundPlay,
  host: InventoryHost,
  options: PlanOptions,
): Promise<HostPlan> {
  const { spec } = play
  const { settings, userFor: userOf } = hostAccess(play, host, options)
  const defaults = playDefaults(play)
  const other = (name: string) => hostAccess(play, findHost(name, options), options)
  const targetOf = (task: Task): Target => {
    const { delegateTo } = task.options
    if (delegateTo === undefined || delegateTo === host.name) return { host: undefined, user: userOf(task) }
    return { host: delegateTo, user: withTaskContext(task, () => other(delegateTo)).userFor(task) }
  }
  const prepare: PlanTask = (placed, { index, key }) => {
    const task = withInherited(placed.task, defaults)
    const setting = { index, isHandler: key === undefined, key: key ?? handlerKey(task), ...targetOf(task) }
    return planTask({ ...placed, task }, setting)
  }
  const tags = new Set(spec.tags)
  const itemsOf = async (facts: Record<string, unknown> | undefined): Promise<PlannedTask[]> => {
    const all = flattenTasks(
      playTaskList(play, playHost(host, vars.get(host.name), facts, options.inventory)),
    )
    for (const { task } of all) for (const tag of task.options.tags ?? []) tags.add(tag)
    const tasks = selectedTasks(all, spec.tags ?? [], options.tags)
    const handlers = tasks.flatMap(({ task }) => [task.options.notify ?? []].flat() as readonly Task[])
    for (const handler of new Set(handlers)) targetOf(withInherited(handler, defaults))
    const keyOf = createTaskKeys()
    return Promise.all(tasks.map((placed, index) => prepare(placed, { index, key: keyOf(placed.task) })))
  }
  const itemsWith = (facts: Record<string, unknown>) =>
    itemsOf(facts).catch((thrown) => {
      throw playError(thrown, play)
    })
  const items = await withoutFacts(itemsOf)
  return { host, settings, userFor: userOf, other, prepare, tags, items, itemsWith }
}

/** What is wrong with a task is said at its place. */
function withTaskContext<T>(task: Task, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    const error = toPlaybookError(thrown)
    throw error.with({ message: `${task.title}: ${error.message}`, where: error.where ?? task.where() })
  }
}

async function withoutFacts(
  itemsOf: (facts: undefined) => Promise<readonly PlannedTask[]>,
): Promise<readonly PlannedTask[] | undefined> {
  try {
    return await itemsOf(undefined)
  } catch (thrown) {
    if (thrown instanceof FactsNeeded) return undefined
    throw thrown
  }
}

function playError(thrown: unknown, play: Play): PlaybookError {
  if (thrown instanceof PlaybookError) return thrown
  const error = toPlaybookError(thrown)
  return new PlaybookError('E_PLAY', `${play.spec.name}: its tasks could not be made: ${error.message}`, {
    where: thrownAt(thrown) ?? play.where(),
    cause: thrown,
  })
}
