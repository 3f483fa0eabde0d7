// Defines plays: hosts, variables, facts and tasks.

import type { z } from 'zod'
import type { BecomeMethod } from './become.ts'
import { callSite, type SourceLocation } from './errors/location.ts'
import type { PlayHost } from './host.ts'
import type { Observed, Probes } from './probe.ts'
import type { TaskList, TaskOptions } from './task.ts'

/** The definition of a play. `V` is the schema of its variables, `F` its facts. */
export type PlaySpec<V extends z.ZodType, F extends Probes> = {
  readonly name: string
  /** A pattern of hosts: `was`, `web:!web-02`, `all`. */
  readonly hosts: string
  /** true: as the become user of the host (root if it names none); a name: as that user. Default false. */
  readonly become?: boolean | string
  /** How to become it, on hosts whose `ansible_become_method` says nothing: sudo (default), su or doas. */
  readonly becomeMethod?: BecomeMethod
  /** Seconds for which a host that cannot be reached yet is tried again: one that is starting. Default 0. */
  readonly waitForConnection?: number
  /** How many hosts may change at once, batch after batch. Default: all. */
  readonly serial?: Serial
  /** In which order the hosts come. Default inventory. */
  readonly order?: PlayOrder
  /** How many hosts are worked on at once; the command line's --forks if not given. */
  readonly forks?: number
  /** true: when a host fails, no other goes on. Default false. */
  readonly anyErrorsFatal?: boolean
  /** The play ends when more than this share of the hosts of a batch has failed: a percentage. */
  readonly maxFailPercentage?: number
  /** true: a host that fails runs the handlers that were notified on it before it stops. Default false. */
  readonly forceHandlers?: boolean
  /** These hold for all tasks and handlers of the play, where they say nothing themselves: see `TaskOptions`. */
  readonly tags?: readonly string[]
  readonly environment?: TaskOptions['environment']
  readonly timeout?: number
  readonly ignoreErrors?: boolean
  readonly ignoreUnreachable?: boolean
  readonly noLog?: boolean
  readonly throttle?: number
  readonly runOnce?: boolean
  /** A zod schema of the variables; checked for every host before the first connection. */
  readonly vars?: V
  /** What to read on each host before its tasks are known. */
  readonly facts?: F
  /** What comes before `tasks`; handlers that were notified by it run before these begin. */
  readonly preTasks?: (host: PlayHost<z.output<V>, Observed<F>>) => TaskList
  /** The tasks of a host. Pure: called again when facts are there. */
  readonly tasks: (host: PlayHost<z.output<V>, Observed<F>>) => TaskList
  /** What comes when the handlers that were notified so far have run; those it notifies run behind it. */
  readonly postTasks?: (host: PlayHost<z.output<V>, Observed<F>>) => TaskList
}

/** A number of hosts (0: all that are left), or a percentage of the play's hosts, rounded down, at least one. */
export type BatchSize = number | `${number}%`

/** The size of all batches, or of each in turn: the last entry holds for all hosts that are left. */
export type Serial = BatchSize | readonly BatchSize[]

export type PlayOrder = 'inventory' | 'reverse_inventory' | 'sorted' | 'reverse_sorted' | 'shuffle'

export type Play = {
  readonly kind: 'play'
  // biome-ignore lint/suspicious/noExplicitAny: the engine passes a play's own values back to it
  readonly spec: PlaySpec<any, any>
  readonly where: () => SourceLocation | undefined
}

/**
 * Makes a play. A playbook exports one as default, or an array of them.
 *
 * @example
 * export default definePlay({
 *   name: 'Greeting',
 *   hosts: 'web',
 *   become: true,
 *   vars: z.object({ greeting: z.string() }),
 *   tasks: (host) => [copyFile({ dest: '/etc/motd', content: `${host.vars.greeting}\n` })],
 * })
 */
export function definePlay<
  V extends z.ZodType = z.ZodRecord<z.ZodString, z.ZodUnknown>,
  const F extends Probes = Record<never, never>,
>(spec: PlaySpec<V, F>): Play {
  return { kind: 'play', spec, where: callSite(definePlay) }
}
