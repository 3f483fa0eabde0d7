// Plans the tasks of each play and host, and collects all errors.

import { type FlatTask, flattenTasks } from '../../model/blocks/block.ts'
import { AggregatePlaybookError, PlaybookError, toPlaybookError } from '../../model/errors/error.ts'
import { thrownAt } from '../../model/errors/location.ts'
import type { HostFacts } from '../../model/facts.ts'
import type { InventoryHost } from '../../model/host.ts'
import { withInherited } from '../../model/inherit.ts'
import type { SomeNeeds } from '../../model/needs/needs.ts'
import type { Play } from '../../model/play.ts'
import type { Task } from '../../model/task.ts'
import { ansibleReader } from '../facts/ansibleReader.ts'
import { expectedTasks } from '../facts/expectedTasks.ts'
import { type FactRequest, FactStore, FactsNeeded } from '../facts/factStore.ts'
import { templateHost } from '../facts/templateHost.ts'
import type { HostRole } from './expandRoles.ts'
import { type FactTask, factTasks } from './factTask.ts'
import { findHost, type HostAccess, type HostAccessOptions, hostAccess } from './hostAccess.ts'
import { orderedHosts } from './hostOrder.ts'
import { errorAtTask, type PlannedTask, planTask } from './plannedTask.ts'
import { givenTaskList, type HostValues, hostOfPlay, playDefaults, playTaskList } from './playTaskList.ts'
import { withRoleHandlers } from './roleHandlers.ts'
import { InvalidRoleVars, RoleVars } from './roleVars.ts'
import { selectedTasks, type TagSelection } from './tags.ts'
import type { Target } from './target.ts'
import { createTaskKeys, handlerKey } from './taskKeys.ts'
import { validateKeywords } from './validateKeywords.ts'

/** A play with its hosts and their checked variables. */
export type BoundPlay = {
  readonly play: Play
  readonly hosts: readonly InventoryHost[]
  /** By host name, as the play's schema made them. */
  readonly vars: ReadonlyMap<string, unknown>
}

export type HostPlan = HostAccess & {
  /** Another host of the inventory. @throws PlaybookError E_UNKNOWN_HOST */
  readonly other: (name: string) => HostAccess
  /** Plans a task or handler of the play for this host. */
  readonly prepare: PlanTask
  /** The tags of all its tasks that are known, including tasks that the run does not select. */
  readonly tags: ReadonlySet<string>
  /** Its tasks; undefined: they depend on facts that have to be read first. */
  readonly items: readonly PlannedTask[] | undefined
  /** Where its tasks depend on facts, what `expect` gives before any are read. */
  readonly expected: readonly PlannedTask[]
  /**
   * What is probably to be probed besides the facts that have been read: other facts, and the tasks that there would be if
   * these were as they were last. Probed ahead, what proves right costs no trip of its own.
   */
  readonly expect: (read?: FactStore) => Promise<readonly PlannedTask[]>
  /** Its tasks, given the facts. @throws FactsNeeded for facts that are to be read first */
  readonly itemsWith: (facts: FactStore) => Promise<readonly PlannedTask[]>
  /** What reads these facts, of this host and others, one for each. @throws PlaybookError E_UNKNOWN_HOST */
  readonly factTasks: (requests: readonly FactRequest[]) => Promise<readonly FactTask[]>
  /**
   * The tasks that a look gives; `make` calls its function.
   *
   * @throws FactsNeeded for facts that are to be added to `facts` first, and what the function throws
   */
  readonly itemsGiven: (look: PlannedTask, make: () => unknown) => Promise<readonly PlannedTask[]>
  /** The facts from which its tasks were made. */
  readonly facts: () => FactStore
  /** What the play itself needs of the host. @throws PlaybookError E_PLAY where its function throws */
  readonly needs: () => SomeNeeds
  /** Where it begins, if not at its first task. */
  readonly begin?: FindStart
}

type PositionOf = (task: Task, index: number) => { readonly index: number; readonly key: string }

export type PlanTask = (
  placed: Pick<FlatTask, 'task'> & Partial<FlatTask>,
  /** A handler has no `key`. */
  position: { readonly index: number; readonly key?: string },
) => Promise<PlannedTask>

/** The index of a host's first task, or the number of its tasks to run none; undefined: it takes no part. */
export type FindStart = (items: readonly PlannedTask[]) => number | undefined

export type PlayPlan = { readonly play: Play; readonly hosts: readonly HostPlan[] }

type PlanOptions = HostAccessOptions & {
  readonly tags: TagSelection
  readonly isCheck?: boolean
  /** The facts of a host as they were last read; without it nothing is known of them. */
  readonly lastFacts?: (host: HostAccess) => Partial<HostFacts> | undefined
}

/**
 * Plans all plays.
 *
 * @throws AggregatePlaybookError with the errors of all plays and hosts
 */
export async function planPlays(plays: readonly BoundPlay[], options: PlanOptions): Promise<PlayPlan[]> {
  const errors = new Map<string, PlaybookError>()
  const plans: PlayPlan[] = []
  for (const bound of plays) {
    const { spec, where } = bound.play
    const invalid = validateKeywords('play', spec.name, spec, where)
    for (const error of invalid) errors.set(errorKey(error), error)
    if (invalid.length > 0) continue
    const hosts: HostPlan[] = []
    const roleVars = new RoleVars(options.inventory)
    for (const host of orderedHosts(bound.hosts, bound.play.spec.order)) {
      try {
        hosts.push(await planHost(bound, host, options, roleVars))
      } catch (thrown) {
        if (thrown instanceof InvalidRoleVars) continue
        const all = thrown instanceof AggregatePlaybookError ? thrown.errors : [playError(thrown, bound.play)]
        for (const error of all) errors.set(errorKey(error), error)
      }
    }
    for (const error of roleVars.errors()) errors.set(errorKey(error), error)
    plans.push({ play: bound.play, hosts })
  }
  if (errors.size > 0) throw new AggregatePlaybookError([...errors.values()])
  return plans
}

/** The same error shows on every host. */
function errorKey({ code, message, where }: PlaybookError): string {
  return `${code}${message}${JSON.stringify(where)}`
}

async function planHost(
  { play, hosts, vars }: BoundPlay,
  host: InventoryHost,
  options: PlanOptions,
  roleVars: RoleVars,
): Promise<HostPlan> {
  const { spec } = play
  const { settings, userFor } = hostAccess(play, host, options)
  const defaults = playDefaults(play)
  const other = (name: string) => hostAccess(play, findHost(name, options), options)
  const targetOf = (task: Task): Target => {
    const { delegateTo } = task.options
    if (delegateTo === undefined || delegateTo === host.name) return { host: undefined, user: userFor(task) }
    try {
      return { host: delegateTo, user: other(delegateTo).userFor(task) }
    } catch (thrown) {
      throw errorAtTask(thrown, task)
    }
  }
  const seenByTemplates = (values: HostValues) =>
    templateHost(host, hostOfPlay(play, values), {
      play,
      playHosts: hosts,
      readAnsible: values.readAnsible,
      inventory: options.inventory,
    })
  const prepareSeeing =
    (templatesSee: ReturnType<typeof templateHost>): PlanTask =>
    (placed, { index, key }) => {
      const task = withInherited(placed.task, defaults)
      const isHandler = key === undefined
      const target = targetOf(task)
      return planTask(
        { ...placed, task },
        {
          target,
          index,
          isHandler,
          isCheck: options.isCheck === true,
          key: key ?? handlerKey(task),
          playFile: play.where()?.file,
          templateHost: templatesSee(task.role),
        },
      )
    }
  const tags = new Set(spec.tags)
  const valuesWith = (facts: FactStore, ownRoleVars = roleVars): HostValues => {
    const { inventory } = options
    const readAnsible = ansibleReader(facts)
    return { host, vars: vars.get(host.name), facts, readAnsible, inventory, roleVars: ownRoleVars }
  }
  /** What the host's tasks are made of, for those that looks give. */
  let used: { readonly values: HostValues; readonly roles: readonly HostRole[] } | undefined
  const prepare: PlanTask = (placed, position) =>
    prepareSeeing(seenByTemplates(used?.values ?? valuesWith(new FactStore())))(placed, position)
  const planned = (
    values: HostValues,
    flat: readonly FlatTask[],
    roles: readonly HostRole[],
    positionOf: PositionOf,
  ) => {
    const prepareOne = prepareSeeing(seenByTemplates(values))
    const all = flat.map((placed) => ({ ...placed, task: withRoleHandlers(placed.task, roles) }))
    for (const { task } of all) for (const tag of task.options.tags ?? []) tags.add(tag)
    const tasks = selectedTasks(all, spec.tags ?? [], options.tags)
    const handlers = tasks.flatMap(({ task }) => [task.options.notify ?? []].flat() as readonly Task[])
    for (const handler of new Set(handlers)) targetOf(withInherited(handler, defaults))
    return Promise.all(tasks.map((placed, index) => prepareOne(placed, positionOf(placed.task, index))))
  }
  const itemsFrom = (values: HostValues): Promise<PlannedTask[]> => {
    const { list, roles } = playTaskList(play, values)
    if (values.roleVars === roleVars) used = { values, roles }
    const keyOf = createTaskKeys()
    return planned(values, flattenTasks(list), roles, (task, index) => ({ index, key: keyOf(task) }))
  }
  const rolesChecked = (thrown: unknown): unknown => {
    if (thrown instanceof AggregatePlaybookError) return joinedError(thrown.errors)
    return thrown instanceof InvalidRoleVars ? joinedError(roleVars.errors(host)) : thrown
  }
  const itemsGiven: HostPlan['itemsGiven'] = async (look, make) => {
    const given = () => givenTaskList(make, look.task, used!.values)
    const { list, roles } = attempted(given, rolesChecked)
    const flat = flattenTasks(list, look).map((placed) => ({ ...placed, task: asGiven(placed.task, look) }))
    const keyOf = createTaskKeys()
    const { index } = look
    return planned(used!.values, flat, [...used!.roles, ...roles], (task) => ({
      index,
      key: `${look.key} ${keyOf(task)}`,
    }))
  }
  const itemsOf = async (facts: FactStore) => itemsFrom(valuesWith(facts))
  const itemsWith = (facts: FactStore) =>
    itemsOf(facts).catch((thrown) => {
      if (thrown instanceof FactsNeeded) throw thrown
      throw playError(rolesChecked(thrown), play)
    })
  const access = (name: string) => (name === host.name ? { host, settings, userFor } : other(name))
  const readers = (requests: readonly FactRequest[]) => factTasks(requests, host.name, access)
  const lastFacts = (name: string) => options.lastFacts?.(access(name))
  // Errors in the variables of roles count only with the facts as they are.
  const guessedItems = async (facts: FactStore) =>
    itemsFrom(valuesWith(facts, new RoleVars(options.inventory)))
  const expect = (read?: FactStore) => expectedTasks(guessedItems, readers, lastFacts, read)
  const needs = () => {
    if (typeof spec.needs !== 'function') return spec.needs ?? {}
    try {
      return spec.needs(hostOfPlay(play, used?.values ?? valuesWith(new FactStore())))
    } catch (thrown) {
      throw playError(thrown, play)
    }
  }
  const items = await withoutFacts(itemsOf)
  const expected = items ? [] : await expect()
  return {
    host,
    settings,
    userFor,
    other,
    prepare,
    tags,
    items,
    expected,
    expect,
    itemsWith,
    itemsGiven,
    factTasks: readers,
    facts: () => used!.values.facts,
    needs,
  }
}

/** A task inherits from the look that gives it what it would from a block, and its role. */
function asGiven(task: Task, { task: { options, role } }: PlannedTask): Task {
  const inheriting = withInherited(task, options)
  return role && !task.role ? { ...inheriting, title: `${role.name} : ${task.title}`, role } : inheriting
}

async function withoutFacts(
  itemsOf: (facts: FactStore) => Promise<readonly PlannedTask[]>,
): Promise<readonly PlannedTask[] | undefined> {
  try {
    return await itemsOf(new FactStore())
  } catch (thrown) {
    if (thrown instanceof FactsNeeded) return undefined
    throw thrown
  }
}

/** Does the work, and throws its error as `changed` gives it. */
function attempted<T>(work: () => T, changed: (thrown: unknown) => unknown): T {
  try {
    return work()
  } catch (thrown) {
    throw changed(thrown)
  }
}

function playError(thrown: unknown, play: Play): PlaybookError {
  if (thrown instanceof PlaybookError) return thrown
  const error = toPlaybookError(thrown)
  return new PlaybookError('E_PLAY', `${play.spec.name}: its tasks could not be created: ${error.message}`, {
    where: thrownAt(thrown) ?? play.where(),
    cause: thrown,
  })
}

/** Several errors as one, for the result of a host. */
function joinedError([first, ...others]: readonly PlaybookError[]): PlaybookError {
  return first!.with({ details: [...first!.details, ...others.map(({ message }) => message)] })
}
