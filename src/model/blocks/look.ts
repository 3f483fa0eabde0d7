// A look in the middle of a play: probes a host when its turn comes, and gives tasks.

import { z } from 'zod'
import { effectsOfWrites } from '../change.ts'
import { created } from '../errors/createdItems.ts'
import { PlaybookError } from '../errors/error.ts'
import { callSite } from '../errors/location.ts'
import { type FactName, factNames, type HostFacts } from '../facts.ts'
import type { Probe, Probes } from '../probe.ts'
import { defineTask, type Task, type TaskList, type TaskOptions } from '../task.ts'
import type { PromptQuestion } from './answer.ts'

/** The options of a look apply to the tasks that it gives too, as those of a block do, but for `title` and `retry`. */
export type LookOptions = TaskOptions & {
  /**
   * For dry runs: paths that its tasks may change, with everything below them, where it cannot be known which tasks it
   * gives. Default: any.
   */
  readonly writes?: readonly string[]
}

/** What a look may read: a probe, or a fact that is built in, by its name. */
type Lookable = Probe<unknown> | FactName

type Lookables = { readonly [name: string]: Lookable }

type Found<L> = L extends FactName ? HostFacts[L] : L extends Probe<infer T> ? T : never

/** Of a look, and of a prompt. */
export type LookParams = {
  readonly probes: Lookables
  /** From what was found, by the names of the probes. */
  readonly tasks: (found: Readonly<Record<string, unknown>>) => TaskList
  readonly writes: readonly string[] | undefined
  /** Of a prompt: what is asked; `found` has its `answer`. */
  readonly question?: PromptQuestion
}

export const lookParams = z.custom<LookParams>()

const { spec } = defineTask({
  name: 'look',
  summary: 'Looks on the host when its turn comes, and gives the tasks that follow from it.',
  params: lookParams,
  // The engine puts the probes of facts in the place of their names.
  probe: ({ probes }) => probes as Probes,
  plan: (_, found) => {
    for (const name of Object.keys(found)) void found[name]
    return []
  },
  effects: ({ writes }) => effectsOfWrites(writes),
})

/**
 * Looks on a host in the middle of its tasks, and gives the tasks that follow from what is found there:
 *
 * - `what`: a probe, the name of a fact that is built in (`'mounts'`), or several of these by name.
 * - `tasks`: gets the result, or the results by the same names, and returns a list of tasks. It has to be pure: it may be
 *   called more than once.
 * - `options`: as for a block, for the look and for the tasks that it gives.
 *
 * It looks when its turn comes, so after all changes of the tasks before it. Where none of these changed anything, what
 * was read at the beginning of the play still holds, and only the tasks that it gives need a trip, one for all of them.
 *
 * @throws PlaybookError E_LOOK where `what` is neither a probe nor a fact, or `tasks` is no function
 * @example look(stdout(sh`app --version`), (version) => version.startsWith('1.') && [command({ argv: ['app', 'migrate'] })])
 * @example look({ mounts: 'mounts', version: stdout(sh`app --version`) }, ({ mounts, version }) => [ … ])
 */
export function look<const F extends FactName>(
  what: F,
  tasks: (found: HostFacts[F]) => TaskList | TaskList[number],
  options?: LookOptions,
): Task
export function look<T>(
  what: Probe<T>,
  tasks: (found: T) => TaskList | TaskList[number],
  options?: LookOptions,
): Task
export function look<const P extends Lookables>(
  what: P,
  tasks: (found: { readonly [K in keyof P]: Found<P[K]> }) => TaskList | TaskList[number],
  options?: LookOptions,
): Task
export function look(
  what: Lookable | Lookables,
  tasks: (found: never) => TaskList | TaskList[number],
  { writes, ...options }: LookOptions = {},
): Task {
  const where = callSite(look)
  const isSingle = isLookable(what)
  const probes: Lookables = isSingle ? { found: what } : what
  requireUsable(probes, tasks, where)
  const give = tasks as (found: unknown) => TaskList | TaskList[number]
  const params: LookParams = {
    probes,
    tasks: (found) => {
      const given = give(isSingle ? found.found : found)
      return Array.isArray(given) ? (given as TaskList) : [given as TaskList[number]]
    },
    writes,
  }
  const title = options.title ?? `look ${Object.entries(probes).map(lookedAt, isSingle).join(', ')}`
  return created({ kind: 'task', name: 'look', title, spec, params, options, where }, look)

  function lookedAt([name, probe]: [string, Lookable]): string {
    if (!isSingle) return name
    if (typeof probe === 'string') return probe
    const text = probe.kind === 'file' ? probe.request.path : probe.command.script.trim().split('\n')[0]!
    return text.length > 60 ? `${text.slice(0, 59)}…` : text
  }
}

/** Whether a task gives tasks: it is a look, or a prompt. */
export function isLook(task: Pick<Task, 'spec'>): boolean {
  return task.spec.params === lookParams
}

/** The function of a look that gives its tasks. */
export function tasksOfLook({ params }: Task): LookParams['tasks'] {
  return (params as LookParams).tasks
}

function isLookable(value: unknown): value is Lookable {
  if (typeof value === 'string') return (factNames as readonly string[]).includes(value)
  const { kind, parse } = (value ?? {}) as { kind?: unknown; parse?: unknown }
  return (kind === 'command' || kind === 'file') && typeof parse === 'function'
}

function requireUsable(probes: unknown, tasks: unknown, where: ReturnType<typeof callSite>): void {
  const each = typeof probes === 'object' && probes !== null ? Object.values(probes) : []
  const isUsable = each.length > 0 && each.every(isLookable)
  if (isUsable && typeof tasks === 'function') return
  const expected = isUsable
    ? `a function that returns tasks, got ${typeof tasks}`
    : 'a probe, a fact, or several by name'
  throw new PlaybookError('E_LOOK', `look: expected ${expected}.`, {
    where: where(),
    hint: `look(stdout(sh\`app --version\`), (version) => [ … ]). Facts: ${factNames.join(', ')}`,
  })
}
