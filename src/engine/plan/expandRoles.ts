// Replaces the roles of a task list by blocks of their tasks.

import { dirname } from 'node:path'
import { PlaybookError } from '../../model/errors/error.ts'
import type { PlayHost } from '../../model/host.ts'
import { type Inherited, withInherited } from '../../model/inherit.ts'
import type { AnyRole, Block, RoleItem, RoleUse, Task, TaskList } from '../../model/task.ts'
import { FactsNeeded } from '../facts/factStore.ts'

/** A use of a role on a host, with the handlers that belong to it. */
export type HostRole = { readonly use: RoleUse; readonly handlers: { readonly [name: string]: Task } }

export type RoleContext = {
  /** The host as the role sees it, with what is inherited from the use and what is around it, innermost first. */
  // biome-ignore lint/suspicious/noExplicitAny: a role's own types are forgotten here
  readonly hostFor: (role: AnyRole, inherited: readonly Inherited[]) => PlayHost<any, any>
  /** Calls a function of the role that makes tasks, and validates the list. */
  readonly listOf: (make: () => unknown, role: AnyRole) => TaskList
  /** Does the work, or puts it off until facts and variables are there. */
  readonly attempt: <T>(work: () => T) => T | undefined
  /** Collects all roles that are used. */
  readonly roles: HostRole[]
}

type Around = {
  readonly roles: readonly AnyRole[]
  /** Options of the blocks and roles around, innermost first. */
  readonly inherited: readonly Inherited[]
  /** What the innermost role sees. */
  readonly host?: RoleValues
}

type RoleValues = { readonly vars: unknown; readonly params: unknown }

/** The list with a block for each role; the tasks of roles carry the role's name in their titles. */
export function expandRoles(
  list: TaskList,
  context: RoleContext,
  around: Around = { roles: [], inherited: [] },
): TaskList {
  return list.map((item) => {
    if (!item) return item
    if (Array.isArray(item)) return expandRoles(item as TaskList, context, around)
    const one = item as Exclude<typeof item, TaskList>
    if (one.kind === 'task') return markedTask(one, around.roles[0], around.host)
    if (one.kind === 'block') return expandedBlock(one, context, around)
    return context.attempt(() => roleBlock(useOf(one), context, around))
  })
}

function useOf(item: RoleItem): RoleUse {
  return item.kind === 'role' ? item.use() : item
}

function expandedBlock(block: Block, context: RoleContext, around: Around): Block {
  const inside = { ...around, inherited: [block.options, ...around.inherited] }
  const expanded = (list: TaskList | undefined) => list && expandRoles(list, context, inside)
  const { rescue, always } = block.options
  const options = { ...block.options, rescue: expanded(rescue), always: expanded(always) }
  return { ...block, tasks: expanded(block.tasks)!, options }
}

/** @throws PlaybookError E_ROLE for a role that uses itself; FactsNeeded; InvalidRoleVars */
function roleBlock(use: RoleUse, context: RoleContext, around: Around): Block {
  const { role, params, options, where } = use
  if (around.roles.includes(role)) throw circle(use, around.roles)
  const inherited = [options, ...around.inherited]
  const host = Object.assign(context.hostFor(role, inherited), { params })
  const inside: Around = { roles: [role, ...around.roles], inherited, host }
  const handlers = handlersOf(role, host, inherited)
  context.roles.push({ use, handlers })
  const tasks = context.listOf(() => role.spec.tasks(Object.assign(host, { handlers })), role)
  const tags = [role.spec.name, ...(role.spec.tags ?? []), ...(options.tags ?? [])]
  return {
    kind: 'block',
    tasks: expandRoles(tasks, context, inside),
    options: { ...options, tags },
    where,
  }
}

/** Its handlers, titled by their names; they inherit what tasks do, but for tags, conditions and handlers. */
function handlersOf(role: AnyRole, host: RoleValues, inherited: readonly Inherited[]): HostRole['handlers'] {
  const { spec } = role
  const own: unknown = typeof spec.handlers === 'function' ? spec.handlers(host) : (spec.handlers ?? {})
  const entries = Object.entries(isRecord(own) ? own : { '': own })
  return Object.fromEntries(
    entries.map(([name, handler]) => {
      if ((handler as Partial<Task> | undefined)?.kind !== 'task') throw wrongHandlers(role, name)
      const titled = { ...(handler as Task), title: (handler as Task).options.title ?? name }
      const inheriting = inherited.reduce(
        (task, { tags: _tags, notify: _notify, ...outer }) => withInherited(task, outer),
        titled as Task,
      )
      return [name, markedTask(inheriting, role, host)]
    }),
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('kind' in value)
}

/** The task as one of the role. */
function markedTask(task: Task, role: AnyRole | undefined, host: RoleValues | undefined): Task {
  if (!role || task.role) return task
  const { name } = role.spec
  const file = role.where()?.file
  return {
    ...task,
    title: `${name} : ${task.title}`,
    role: { name, folder: file === undefined ? undefined : dirname(file), host },
  }
}

function wrongHandlers({ spec, where }: AnyRole, name: string): PlaybookError {
  const what = name === '' ? 'handlers are not tasks by name' : `the handler ${name} is not a task`
  return new PlaybookError('E_ROLE', `${spec.name}: ${what}.`, {
    where: where(),
    hint: "handlers: { reload: service({ name: 'nginx', state: 'reloaded' }) }",
  })
}

function circle({ role, where }: RoleUse, around: readonly AnyRole[]): PlaybookError {
  const names = [role, ...around.slice(0, around.indexOf(role) + 1)].map(({ spec }) => spec.name).reverse()
  return new PlaybookError('E_ROLE', `The role ${role.spec.name} uses itself: ${names.join(' → ')}.`, {
    where: where() ?? role.where(),
  })
}

/** Collects what has to be read before the work can be done, so that all is read together. */
export function factCollector() {
  const requests: FactsNeeded['requests'][number][] = []
  return {
    attempt: <T>(work: () => T): T | undefined => {
      try {
        return work()
      } catch (thrown) {
        if (!(thrown instanceof FactsNeeded)) throw thrown
        requests.push(...thrown.requests)
        return undefined
      }
    },
    throwIfNeeded: () => {
      if (requests.length > 0) throw new FactsNeeded(requests)
    },
  }
}
