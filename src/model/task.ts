// A task: a pure comparison of what is asked for with what a host says, and what closes the difference.

import type { z } from 'zod'
import type { BecomeMethod } from './become.ts'
import type { Change } from './change.ts'
import { PlaybookError } from './errors/error.ts'
import { callSite, type SourceLocation } from './errors/location.ts'
import type { Observed, Probe, Probes } from './probe.ts'
import { Secret } from './secrets/secret.ts'

/** The definition of a task. Write the members in this order: TypeScript infers from left to right. */
export type TaskSpec<S extends z.ZodType, I, P extends Probes> = {
  readonly name: string
  /** One sentence, for the reference and the command line. */
  readonly summary: string
  readonly params: S
  /** Which instance this is, in a few words: `8080/tcp`, `/etc/hosts`. Shown behind the name. */
  readonly title?: (params: z.output<S>) => string
  /** What to read on the controller (a file to copy): the only place of a task that may. */
  readonly inputs?: (params: z.output<S>, context: InputContext) => I | Promise<I>
  /** What to read on the host, as data. */
  readonly probe: (params: z.output<S>, inputs: I) => P
  /** What differs, and the steps that close it. Pure. An empty list: nothing to do. */
  readonly plan: (params: z.output<S>, observed: Observed<P>, inputs: I) => readonly Change[]
  /** false: acts each time, so it is not looked at again (a restart, a bare command). Default true. */
  readonly verify?: boolean
}

export type InputContext = {
  /** The folder of the file in which the task was written; relative paths start there. */
  readonly directory: string
}

/** A task's definition with its types forgotten, as the engine handles it. */
// biome-ignore lint/suspicious/noExplicitAny: the engine passes a task's own values back to it
export type AnyTaskSpec = TaskSpec<any, any, any>

/** A task with its parameters, ready to be put into a play. */
export type Task = {
  readonly kind: 'task'
  readonly name: string
  /** `firewallPort 8080/tcp` */
  readonly title: string
  readonly spec: AnyTaskSpec
  /** As the schema made them: checked, with defaults. */
  readonly params: unknown
  readonly options: TaskOptions
  /** Where it was written. */
  readonly where: () => SourceLocation | undefined
}

/** What can be said of any task, as its second argument. */
export type TaskOptions = {
  /** Replaces the title shown. */
  readonly title?: string
  /** `always` runs whatever tags are asked for, `never` only if it is asked for. */
  readonly tags?: readonly string[]
  /** true: as the become user of host or play (root if none); a name: as that user; false: as the login user. */
  readonly become?: boolean | string
  /** How to become it, whatever host and play say: sudo, su or doas. */
  readonly becomeMethod?: BecomeMethod
  /** Skips the task where the probe's answer is false. It is read in the same trip as the task's own probes. */
  readonly when?: Probe<boolean>
  /** Handlers to run at the end of the play on a host on which this task changed something. */
  readonly notify?: Task | readonly Task[]
  /** Seconds after which a step of this task is killed, with all its processes. */
  readonly timeout?: number
  /** Tries again what failed, or until something holds. */
  readonly retry?: Retry
  /** Environment of every command of the task, probes included. */
  readonly environment?: { readonly [name: string]: string | Secret }
  /** A failure is reported, and the host goes on. */
  readonly ignoreErrors?: boolean
  /** The loss of the host during this task is reported, and the host goes on with the next, connecting again. */
  readonly ignoreUnreachable?: boolean
  /** Shows neither changes' texts nor output. */
  readonly noLog?: boolean
  /** At most so many hosts carry out this task at once. */
  readonly throttle?: number
  /** The first host of the batch carries it out, for all: the others wait for it here, and go on as it ended. */
  readonly runOnce?: boolean
  /** A host of the inventory that is looked at and changed instead of the task's own, which it is reported for. */
  readonly delegateTo?: string
}

/** How often a task is tried, and how long is waited in between. */
export type Retry = {
  /** How often in all, the first time included. */
  readonly attempts: number
  /** Seconds until the second attempt. Default 1. */
  readonly delay?: number
  /** Each pause is so many times as long as the one before. Default 1. */
  readonly backoff?: number
  /** Seconds that no pause exceeds. Default 60 with `backoff`, else none. */
  readonly maxDelay?: number
  /** What must hold when the task is done; it is read in the same trip as the second look. */
  readonly until?: Probe<boolean>
}

/** A list of tasks, in which lists may stand: a role's list is put in as it is. `false` and `undefined` are left out. */
export type TaskList = readonly (Task | Block | TaskList | false | null | undefined)[]

/** What holds for all tasks of a block, where they say nothing themselves. */
export type BlockOptions = Omit<TaskOptions, 'title' | 'retry'> & {
  /** Runs when a task of the block has failed; if it ends well, the failure is forgiven. */
  readonly rescue?: TaskList
  /** Runs in any case, behind the others. */
  readonly always?: TaskList
}

export type Block = {
  readonly kind: 'block'
  readonly tasks: TaskList
  readonly options: BlockOptions
  /** Where it was written. */
  readonly where: () => SourceLocation | undefined
}

/** The function that a task's definition becomes. Its `spec` stays reachable, for tests and documents. */
export interface TaskFunction<S extends z.ZodType, I = unknown, P extends Probes = Probes> {
  (params: z.input<S>, options?: TaskOptions): Task
  readonly spec: TaskSpec<S, I, P>
}

// biome-ignore lint/suspicious/noExplicitAny: any task at all
export type AnyTaskFunction = TaskFunction<any, any, any>

/**
 * Makes a task of its definition. The result is called with parameters, which are checked at once, before any host
 * is touched, and options (`become`, `notify`, `tags`, …), and gives a `Task` to put into a play.
 *
 * @throws PlaybookError E_PARAMS, from the call: every wrong parameter with its path, the value and what was expected
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
  function task(params: z.input<S>, options: TaskOptions = {}): Task {
    const where = callSite(task)
    const parsed = parseParams(spec, params, where)
    const title = options.title ?? [spec.name, spec.title?.(parsed)].filter(Boolean).join(' ')
    return { kind: 'task', name: spec.name, title, spec, params: parsed, options, where }
  }
  return Object.assign(task, { spec })
}

function parseParams<S extends z.ZodType>(
  spec: { readonly name: string; readonly params: S },
  params: unknown,
  where: () => SourceLocation | undefined,
): z.output<S> {
  const result = spec.params.safeParse(params)
  if (result.success) return result.data
  const details = result.error.issues.map(
    (issue) => `${formatPath(issue.path) || spec.name}: ${issueText(issue, params)}`,
  )
  throw new PlaybookError(
    'E_PARAMS',
    `${spec.name}: ${details.length === 1 ? details[0] : `${details.length} wrong parameters`}`,
    {
      where: where(),
      details: details.length === 1 ? [] : details,
      hint: `Its parameters: run-playbook docs ${spec.name}`,
    },
  )
}

/** `instances[1].http`, as TypeScript would write it. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key),
    '',
  )
}

/** What a schema says of a value, with the value: `expected a port (1-65535), got "8o81"`. */
export function issueText(issue: z.core.$ZodIssue, root: unknown): string {
  const value = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    root,
  )
  const inner = innerIssue(issue)
  if (inner) return `${formatPath(inner.path)}: ${issueText(inner, value)}`
  const [expected, ...others] = new Set(expectations(issue))
  const got = gotText(value, [expected, ...others].includes('expected Secret'))
  const alternatives = [expected, ...others.map((text) => text.replace(/^expected /, ''))]
  return issue.code === 'unrecognized_keys' ? issue.message : `${alternatives.join(' or ')}, got ${got}`
}

/** What stands in the place of a secret may be one that nobody has encrypted yet: it is not shown. */
function gotText(value: unknown, isSecretWanted: boolean): string {
  if (value instanceof Secret) return 'a secret'
  if (value === undefined) return 'nothing'
  if (!isSecretWanted) return abbreviated(value)
  if (typeof value === 'string') return 'a plain value'
  return Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`
}

/** Of a value that fits no alternative of a union: what is wrong inside of it, by the alternative that fits best. */
function innerIssue(issue: z.core.$ZodIssue): z.core.$ZodIssue | undefined {
  if (!isUnexplained(issue)) return undefined
  const inner = issue.errors.filter(([first]) => first && first.path.length > 0)
  return inner.sort((one, other) => one.length - other.length)[0]?.[0]
}

function expectations(issue: z.core.$ZodIssue): string[] {
  if (isUnexplained(issue)) return issue.errors.flatMap((issues) => issues.slice(0, 1).flatMap(expectations))
  return [issue.message.replace(/^[A-Z][\w ]*: (?=expected )/, '').replace(/, received .*$/, '')]
}

/** A union for which nobody wrote a message. */
function isUnexplained(issue: z.core.$ZodIssue): issue is z.core.$ZodIssueInvalidUnion {
  return issue.code === 'invalid_union' && issue.message === 'Invalid input' && issue.errors.length > 0
}

function abbreviated(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value)
  return json.length > 80 ? `${json.slice(0, 77)}…` : json
}
