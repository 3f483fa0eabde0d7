// Defines tasks: parameters, probes, and the comparison that plans changes.

import type { z } from 'zod'
import type { Change, Effect, TaskMessage } from './change.ts'
import { created } from './errors/createdItems.ts'
import { callSite, type SourceLocation } from './errors/location.ts'
import type { Provides, SomeNeeds } from './needs/needs.ts'
import type { Observed, Probe, Probes } from './probe.ts'
import type { AnsibleNames } from './schema/otherNames.ts'
import { parseParams } from './schema/parseParams.ts'
import type { Retry, SharedOptions } from './sharedOptions.ts'

/** The definition of a task. Write the members in this order, because TypeScript infers from top to bottom. */
export type TaskSpec<S extends z.ZodType, I, P extends Probes> = {
  readonly name: string
  /** One sentence, for the reference and the command line. */
  readonly summary: string
  /** For a task that is called otherwise: its parameters and options, from the arguments of a call. */
  readonly called?: (args: readonly unknown[]) => readonly unknown[]
  /** The modules of Ansible that it takes the place of, and what their parameters are called here, to be suggested. */
  readonly ansible?: AnsibleNames
  readonly params: S
  /** What the task is about, in a few words: `8080/tcp`, `/etc/hosts`. Shown after the name. */
  readonly title?: (params: z.output<S>) => string
  /** What it needs of the host where it runs, which `run-playbook doctor` checks before anything is changed. Pure. */
  readonly needs?: SomeNeeds | ((params: z.output<S>) => SomeNeeds)
  /** What it brings to the host, so that it is no problem where a later task needs that. Pure. */
  readonly provides?: (params: z.output<S>) => Provides
  /**
   * Reads what is needed from the controller, such as a file to copy. Only this function may do so. Secrets that it
   * reads or makes stand in its result's `secrets`, so that they are masked wherever they appear.
   */
  readonly inputs?: (params: z.output<S>, context: InputContext) => I | Promise<I>
  /** What to read on the host, as data. */
  readonly probe: (params: z.output<S>, inputs: I) => P
  /** Compares, and returns what differs with the steps that change it. Pure. An empty list: nothing to do. */
  readonly plan: (params: z.output<S>, observed: Observed<P>, inputs: I) => readonly Change[]
  /**
   * Waits when the hosts of a batch have come to the task, once for all of them; not where the task is skipped, and not
   * in a dry run, which shows `message` instead.
   */
  readonly pause?: (params: z.output<S>) => Pause
  /** What to show on its host where nothing differs. Pure. Default: nothing. */
  readonly message?: (params: z.output<S>, observed: Observed<P>, inputs: I) => TaskMessage
  /**
   * For check mode: all that its changes may touch, for where it cannot be known what they would be. Default: what its
   * probes read.
   */
  readonly effects?: (params: z.output<S>, inputs: I) => readonly Effect[]
  /** false: acts every time, so it is not probed again after its steps (a restart, a bare command). Default true. */
  readonly verify?: boolean
}

/** What a task waits for: so many seconds, or a person; both: whichever comes first. */
export type Pause = {
  readonly seconds?: number
  /** What a person at the terminal reads, who goes on or aborts. */
  readonly prompt?: string
}

export type InputContext = {
  /** The folder of the file that calls the task. */
  readonly directory: string
  /**
   * The absolute path of a file or folder on the controller. A relative one is looked up in `files/` (or `templates/`)
   * of the role that the task belongs to and in the role's folder, then in the folder of the file that calls the task,
   * then in that of the playbook, and in `files/` of these.
   *
   * @throws PlaybookError E_NO_SOURCE with the places where it was looked for
   */
  readonly find: (path: string, folder?: 'files' | 'templates') => string
  /** What templates see of the host; not there where a task is tested without one. */
  readonly host?: TemplateVariables
}

/** The variables that a template sees, by name; each is read when the template names it. */
export type TemplateVariables = {
  /** Undefined: there is none of this name. */
  readonly get: (name: string) => unknown
  /** All names, for suggestions. */
  readonly names: () => Iterable<string>
  /**
   * Those of the host that are no facts and not made by the run, or of another host, as data; without those that cannot
   * be evaluated.
   */
  readonly data: (host?: string) => { readonly [name: string]: unknown }
}

/** The member of an object among those variables that gives what the object does not list: a host's facts. */
export const unlisted = Symbol('unlisted')

/** A task's definition without its type parameters, as the engine uses it. */
// biome-ignore lint/suspicious/noExplicitAny: the engine passes a task's own values back to it
type AnyTaskSpec = TaskSpec<any, any, any>

/** A task with its parameters, ready for a play. */
export type Task = {
  readonly kind: 'task'
  readonly name: string
  /** `firewallPort 8080/tcp` */
  readonly title: string
  readonly spec: AnyTaskSpec
  /** The parsed parameters, with defaults. */
  readonly params: unknown
  readonly options: TaskOptions
  /** The file and line of the call that made it. */
  readonly where: () => SourceLocation | undefined
  /** The role that it belongs to, which the plan of a play fills in. */
  readonly role?: {
    readonly name: string
    readonly folder: string | undefined
    /** What the role sees of the host as its own. */
    readonly host?: { readonly vars: unknown; readonly params: unknown }
  }
}

/** The options of any task, its second argument. */
export type TaskOptions = ItemOptions & {
  /** The title to show instead of the usual one. */
  readonly title?: string
  /** Retries the task if it fails, or until a condition holds. */
  readonly retry?: Retry
}

/** Options of tasks, blocks and roles. */
type ItemOptions = SharedOptions & {
  /**
   * Skips the task if this probe is false. It is read in the same trip as the task's own probes. A condition on
   * variables is TypeScript: `isEnabled && task(…)`.
   *
   * @example when: succeeds(sh`test -e /etc/legacy`)
   */
  readonly when?: Probe<boolean>
  /**
   * Handlers to run on every host where the task changes something: at the next `flushHandlers()`, between the sections
   * of the play, or at its end. A handler is a task, or one of a role: `nginx.handler('reload')`.
   */
  readonly notify?: Handler | readonly Handler[]
  /** An inventory host to probe and change instead of the task's own host, for which the result is reported. */
  readonly delegateTo?: string
}

/** What `notify` takes: a task, or a handler of a role of the play. */
export type Handler = Task | RoleHandler

/** A handler of a role, by its name: `nginx.handler('reload')`. */
export type RoleHandler = {
  readonly kind: 'roleHandler'
  readonly name: string
  /** A role, for the handlers of all its uses in the play; or one use of it. */
  readonly of: RoleItem
}

/** A list of tasks, blocks, roles, and nested lists. What is false, null, undefined, 0 or empty text is left out. */
export type TaskList = readonly (Task | Block | RoleItem | TaskList | Falsy)[]

type Falsy = false | null | undefined | '' | 0 | 0n

/** A role with its parameters, or one that needs none, as a play or a task list uses it. */
export type RoleItem = RoleUse | RoleWithoutParams

/** A role called with its parameters and options: `users({ names: ['eve'] }, { tags: ['accounts'] })`. */
export type RoleUse = {
  readonly kind: 'roleUse'
  readonly role: AnyRole
  /** The parsed parameters, with defaults. */
  readonly params: unknown
  readonly options: RoleOptions
  /** The file and line of the call that made it. */
  readonly where: () => SourceLocation | undefined
}

/** A role that can be used without a call. */
type RoleWithoutParams = { readonly kind: 'role'; readonly use: () => RoleUse }

/** A role as the engine knows it: its name, and its spec, which `defineRole` has typed. */
export type AnyRole = {
  readonly kind: 'role'
  // biome-ignore lint/suspicious/noExplicitAny: the engine passes a role's own values back to it
  readonly spec: any
  readonly where: () => SourceLocation | undefined
}

/** Options for all tasks of a role, the second argument of its call. A task's own options are stronger. */
export type RoleOptions = ItemOptions

/** Options for all tasks of a block. A task's own options are stronger. */
export type BlockOptions = ItemOptions & {
  /** Runs all tasks of the block again, from the first one, when one fails or `until` does not hold after the last. */
  readonly retry?: Retry
  /** Runs when a task of the block fails. If the rescue succeeds, the host continues. */
  readonly rescue?: TaskList
  /** Runs last, whether or not a task failed. */
  readonly always?: TaskList
}

export type Block = {
  readonly kind: 'block'
  readonly tasks: TaskList
  readonly options: BlockOptions
  /** The file and line of the call that made it. */
  readonly where: () => SourceLocation | undefined
}

/**
 * The function that `defineTask` returns. Its `spec` is there for tests and documentation. The declarations of the
 * package hold `Params` as tsc infers it, with a comment for each parameter (build/documentParams.mjs).
 */
export interface TaskFunction<
  S extends z.ZodType,
  I = unknown,
  P extends Probes = Probes,
  Params = z.input<S>,
> {
  (params: Params, options?: TaskOptions): Task
  readonly spec: TaskSpec<S, I, P>
}

// biome-ignore lint/suspicious/noExplicitAny: any task at all
export type AnyTaskFunction = TaskFunction<any, any, any>

/**
 * Defines a task. Call the result with parameters and options (`become`, `notify`, `tags`, …) to get a `Task` for a
 * play. Parameters are checked by that call, before any host is contacted.
 *
 * Editors show what a type of the parameters says of each: `params: schema as z.ZodType<z.output<typeof schema>, Params>`.
 *
 * @throws PlaybookError E_PARAMS, from the call: every invalid parameter with its path, its value and what is expected
 * @example
 * export const motd = defineTask({
 *   name: 'motd',
 *   summary: 'Sets the message of the day.',
 *   params: z.strictObject({ text: z.string() }),
 *   probe: () => ({ current: fileAs('/etc/motd', { content: true }, contentText) }),
 *   plan: ({ text }, { current }) => current === text ? [] : [{ what: '/etc/motd', from: …, to: …, steps: [write(…)] }],
 * })
 */
export function defineTask<S extends z.ZodType, const P extends Probes, I = undefined>(
  spec: TaskSpec<S, I, P>,
): TaskFunction<S, I, P> {
  function task(...args: [params: z.input<S>, options?: TaskOptions]): Task {
    const [params, options = {}] = (spec.called?.(args) ?? args) as typeof args
    const where = callSite(task)
    const parsed = parseParams(spec, params, where, `Its parameters: run-playbook docs ${spec.name}`)
    const title = options.title ?? [spec.name, spec.title?.(parsed)].filter(Boolean).join(' ')
    return created({ kind: 'task', name: spec.name, title, spec, params: parsed, options, where }, task)
  }
  return Object.assign(task, { spec })
}
