// Defines roles: tasks with variables, facts and handlers of their own, for any play.

import { z } from 'zod'
import { created } from '../errors/createdItems.ts'
import { PlaybookError } from '../errors/error.ts'
import { callSite, type SourceLocation } from '../errors/location.ts'
import { didYouMean } from '../errors/suggest.ts'
import type { PlayHost } from '../host.ts'
import type { Observed, Probes } from '../probe.ts'
import { parseParams } from '../schema/parseParams.ts'
import type { AnyRole, RoleHandler, RoleOptions, RoleUse, Task, TaskList } from '../task.ts'

/**
 * The definition of a role. Write the members in this order, because TypeScript infers from top to bottom: what
 * `handlers` and `tasks` receive follows from `params`, `vars` and `facts`.
 */
export type RoleSpec<P extends z.ZodType, V extends z.ZodType, F extends Probes, H extends RoleHandlers> = {
  /** Begins the title of each of its tasks, `nginx : copyFile …`, and is a tag of all of them: `--tags nginx`. */
  readonly name: string
  /** A zod schema of its parameters: `users({ names: ['eve'] })`. Without it the role takes none. */
  readonly params?: P
  /**
   * A zod schema of the inventory's variables that it reads, checked for every host that uses the role, before the first
   * connection. Other roles and the play do not see it, so they may name the same variables.
   */
  readonly vars?: V
  /** Probes to read on each host where its tasks use `host.facts`. They are the role's own, as `vars` are. */
  readonly facts?: F
  /** Further tags of all its tasks. */
  readonly tags?: readonly string[]
  /**
   * Its handlers by name, which is their title too: `nginx : reload`. Either tasks, or a function of the host. Its tasks
   * notify `host.handlers.reload`; other tasks of the play notify `nginx.handler('reload')`.
   */
  readonly handlers?: H | ((host: HostWithParams<z.output<P>, z.output<V>, Observed<F>>) => H)
  /** Its tasks for a host. Pure: it is called again once facts are known. It may use other roles. */
  readonly tasks: (host: RoleHost<z.output<P>, z.output<V>, Observed<F>, H>) => TaskList
}

/** Handlers by name. */
export type RoleHandlers = { readonly [name: string]: Task }

/** A host as a role sees it: `vars` and `facts` are the role's own, `params` those of the call, `handlers` by name. */
export type RoleHost<P, V, F, H> = HostWithParams<P, V, F> & { readonly handlers: H }

type HostWithParams<P, V, F> = PlayHost<V, F> & { readonly params: P }

/** What `defineRole` returns. Call it with parameters and options, or use it as it is if it needs no parameters. */
export interface Role<P extends z.ZodType = z.ZodType, H extends RoleHandlers = RoleHandlers> {
  (...args: RoleArguments<z.input<P>>): UsedRole<H>
  readonly kind: 'role'
  // biome-ignore lint/suspicious/noExplicitAny: the engine passes a role's own values back to it
  readonly spec: RoleSpec<P, any, any, any>
  /** The same as a call. */
  readonly use: (...args: RoleArguments<z.input<P>>) => UsedRole<H>
  /**
   * A handler of the role, for `notify` of tasks outside of it. It is the handler of each use of the role in the
   * play; equal ones run once.
   */
  readonly handler: (name: keyof H & string) => RoleHandler
  /** The file and line where it is defined. Its `files/` and `templates/` are looked up in that folder. */
  readonly where: () => SourceLocation | undefined
}

/** A role that was called. Its `handler` is that of this use alone. */
export type UsedRole<H extends RoleHandlers> = RoleUse & {
  readonly handler: (name: keyof H & string) => RoleHandler
}

// biome-ignore lint/complexity/noBannedTypes: {} is what a call without arguments gives
type RoleArguments<I> = {} extends I
  ? [params?: I, options?: RoleOptions]
  : [params: I, options?: RoleOptions]

type NoParams = z.ZodObject<Record<never, never>, z.core.$strict>

/**
 * Defines a role. A play uses it in `roles` or in a list of tasks, as often as needed, each time with parameters.
 *
 * @throws PlaybookError E_ROLE for an unknown member or an invalid name; E_PARAMS, from the call, for wrong parameters
 * @example
 * export const nginx = defineRole({
 *   name: 'nginx',
 *   vars: z.object({ nginx_port: z.int().default(80) }),
 *   handlers: { reload: service({ name: 'nginx', state: 'reloaded' }) },
 *   tasks: ({ vars, handlers }) => [
 *     dnf({ name: 'nginx' }),
 *     copyFile({ dest: '/etc/nginx/conf.d/port.conf', content: portConf(vars.nginx_port) }, { notify: handlers.reload }),
 *   ],
 * })
 * // in a playbook
 * export default definePlay({ hosts: 'web', roles: [nginx, users({ names: ['eve'] })] })
 */
export function defineRole<
  P extends z.ZodType = NoParams,
  V extends z.ZodType = z.ZodRecord<z.ZodString, z.ZodUnknown>,
  const F extends Probes = Record<never, never>,
  H extends RoleHandlers = Record<never, never>,
>(spec: RoleSpec<P, V, F, H>): Role<P, H> {
  const where = callSite(defineRole)
  validateSpec(spec, where)
  const params = spec.params ?? z.strictObject({})
  function role(given: unknown = {}, options: RoleOptions = {}): UsedRole<H> {
    const usedAt = callSite(role)
    const parsed = parseParams({ name: spec.name, params }, given, usedAt)
    const use: RoleUse = { kind: 'roleUse', role: self, params: parsed, options, where: usedAt }
    return created(Object.assign(use, { handler: (name: string) => handlerOf(use, name) }), role)
  }
  const handler = (name: string) => handlerOf(self, name)
  const self: AnyRole & { readonly use: () => RoleUse } = Object.assign(role, {
    kind: 'role' as const,
    spec,
    use: role,
    handler,
    where,
  })
  return self as unknown as Role<P, H>
}

function handlerOf(of: RoleHandler['of'], name: string): RoleHandler {
  return { kind: 'roleHandler', of, name }
}

const members = ['name', 'params', 'vars', 'facts', 'tags', 'handlers', 'tasks']

/** Playbooks are not type-checked when they run. */
function validateSpec(spec: object, where: () => SourceLocation | undefined): void {
  const { name, tasks, tags } = spec as { name?: unknown; tasks?: unknown; tags?: unknown }
  const fail = (message: string, hint?: string): never => {
    throw new PlaybookError('E_ROLE', message, { where: where(), hint })
  }
  if (typeof name !== 'string' || !/^[\w@][\w@./-]*$/.test(name))
    fail(
      `defineRole: name: expected letters, digits and _ - . / @, got ${JSON.stringify(name) ?? 'nothing'}`,
      'It is a tag, too, as in --tags nginx.',
    )
  const unknown = Object.keys(spec).find((key) => !members.includes(key))
  if (unknown !== undefined)
    fail(`${name}: a role has no ${unknown}.`, hints[unknown] ?? didYouMean(unknown, members) ?? memberHint)
  if (typeof tasks !== 'function')
    fail(`${name}: tasks: expected a function of the host.`, 'tasks: ({ vars, params }) => [ … ]')
  if (tags !== undefined && !(Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')))
    fail(`${name}: tags: expected a list of strings, got ${JSON.stringify(tags)}`)
}

const memberHint = `It has ${members.join(', ')}.`

const hints: { readonly [member: string]: string | undefined } = {
  defaults: 'Give the variable a default in the schema: vars: z.object({ port: z.int().default(80) }).',
  dependencies: 'A role uses other roles in its list of tasks: tasks: () => [common, …].',
  roles: 'A role uses other roles in its list of tasks: tasks: () => [common, …].',
  become: 'Give it where the role is used: nginx({}, { become: true }).',
  when: 'Give it where the role is used: nginx({}, { when: … }).',
}
