// Joins the sections of a play into one task list for a host.

import { flushHandlers } from '../../model/flushHandlers.ts'
import type { InventoryHost, ReadAnsibleFact } from '../../model/host.ts'
import type { Inherited } from '../../model/inherit.ts'
import type { Play } from '../../model/play.ts'
import type { Probes } from '../../model/probe.ts'
import { foldersOfRole } from '../../model/roles/roleFolders.ts'
import type { AnyRole, Task, TaskList } from '../../model/task.ts'
import type { FactRequest, FactStore } from '../facts/factStore.ts'
import { withoutDropped } from './droppedItems.ts'
import { expandRoles, factCollector, type HostRole, type RoleContext } from './expandRoles.ts'
import { type HostSelector, playHost } from './playHost.ts'
import { InvalidRoleVars, type RoleVars } from './roleVars.ts'
import { validateTaskList } from './validateTaskList.ts'

/** What the tasks of a host are made of. */
export type HostValues = {
  readonly host: InventoryHost
  /** The variables of the play. */
  readonly vars: unknown
  readonly facts: FactStore
  /** Reads them for variables of the inventory. */
  readonly readAnsible: ReadAnsibleFact
  readonly inventory: HostSelector
  readonly roleVars: RoleVars
}

/**
 * All tasks of a host in order, and the roles in it. Handlers notified by preTasks, and by roles and tasks, run before
 * the next section.
 *
 * @throws FactsNeeded, with all facts that are to be read first; InvalidRoleVars
 */
export function playTaskList(
  play: Play,
  values: HostValues,
): { readonly list: TaskList; readonly roles: readonly HostRole[] } {
  const { spec } = play
  const { attempt, throwIfNeeded } = factCollector()
  const context = roleContext(values, attempt)
  const host = hostOfPlay(play, values)
  const listOf = (make: () => unknown): TaskList =>
    attempt(() => expandRoles(validTaskList(make, { name: spec.name, where: play.where }), context)) ?? []
  const roles = (spec.roles ?? []).map((role) => listOf(() => (isFunction(role) ? role(host) : [role])))
  const [before, own, after] = [spec.preTasks, spec.tasks, spec.postTasks].map((section) =>
    section ? listOf(() => section(host)) : undefined,
  )
  throwIfNeeded()
  if (context.isInvalid()) throw new InvalidRoleVars(`Variables of roles are wrong on ${values.host.name}.`)
  const list = [before ? [before, flushHandlers()] : [], roles, own, after ? [flushHandlers(), after] : []]
  return { list, roles: context.roles }
}

/** A host as the play sees it. */
export function hostOfPlay({ spec }: Play, { host, vars, facts, readAnsible, inventory }: HostValues) {
  return playHost(
    host,
    { vars, read: factReader(facts, spec.facts), context: { read: readAnsible } },
    spec,
    inventory,
  )
}

/** Reads the facts that a play or a role declares as the user of its tasks, and built-in ones as that of the play. */
function factReader(
  store: FactStore,
  declared: Probes = none,
  options: FactRequest['options'] = {},
): Parameters<typeof playHost>[1]['read'] {
  return (host, fact) =>
    store.read(fact === 'facts' ? { host, facts: declared, options } : { host, facts: fact, options: {} })
}

const none: Probes = {}

/**
 * The list that a look gives, and the roles in it.
 *
 * @throws FactsNeeded, with all facts that are to be read first; InvalidRoleVars
 */
export function givenTaskList(
  make: () => unknown,
  look: Task,
  values: HostValues,
): { readonly list: TaskList; readonly roles: readonly HostRole[] } {
  const { attempt, throwIfNeeded } = factCollector()
  const context = roleContext(values, attempt)
  const owner = { name: look.title, where: look.where, call: 'the function of the look' }
  const around = { roles: [], inherited: [look.options] }
  const list = attempt(() => expandRoles(validTaskList(make, owner), context, around)) ?? []
  throwIfNeeded()
  if (context.isInvalid()) throw new InvalidRoleVars(`Variables of roles are wrong on ${values.host.name}.`)
  return { list, roles: context.roles }
}

function validTaskList(make: () => unknown, owner: Parameters<typeof validateTaskList>[1]): TaskList {
  const list = withoutDropped(make)
  validateTaskList(list, owner)
  return list
}

function isFunction(role: unknown): role is (host: ReturnType<typeof playHost>) => unknown {
  return typeof role === 'function' && (role as { kind?: unknown }).kind !== 'role'
}

/** Goes on after a role whose variables are wrong, or whose facts are to be read first: others may be, too. */
function roleContext(
  { host, facts, readAnsible, inventory, roleVars }: HostValues,
  attemptWithFacts: RoleContext['attempt'],
): RoleContext & { readonly isInvalid: () => boolean } {
  let isInvalid = false
  const factsOf = ({ spec }: AnyRole, inherited: readonly Inherited[]) => {
    const become = inherited.find((each) => each.become !== undefined)?.become
    const becomeMethod = inherited.find((each) => each.becomeMethod !== undefined)?.becomeMethod
    return factReader(facts, spec.facts, { become, becomeMethod })
  }
  return {
    roles: [],
    isInvalid: () => isInvalid,
    hostFor: (role, inherited) =>
      playHost(
        host,
        {
          vars: roleVars.of(role, host),
          read: factsOf(role, inherited),
          context: { read: readAnsible, folders: foldersOfRole(role) },
        },
        role.spec,
        inventory,
      ),
    listOf: (make, role) => validTaskList(make, { name: role.spec.name, where: role.where }),
    attempt: (work) => {
      try {
        return attemptWithFacts(work)
      } catch (thrown) {
        if (!(thrown instanceof InvalidRoleVars)) throw thrown
        isInvalid = true
        return undefined
      }
    },
  }
}

/** The options that tasks inherit from the play: not its tags, and not `become`, which inventory variables override. */
export function playDefaults({ spec }: Play): Inherited {
  const { tags: _tags, become: _become, becomeMethod: _method, ...defaults } = spec
  return defaults
}
