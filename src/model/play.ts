// Defines plays: hosts, variables, facts and tasks.

import type { z } from 'zod'
import { callSite, type SourceLocation } from './errors/location.ts'
import type { PlayHost } from './host.ts'
import type { SomeNeeds } from './needs/needs.ts'
import type { Observed, Probes } from './probe.ts'
import type { SharedOptions } from './sharedOptions.ts'
import type { RoleItem, TaskList } from './task.ts'

/** The definition of a play. `V` is the schema of its variables, `F` its facts. */
export type PlaySpec<V extends z.ZodType, F extends Probes> = SharedOptions & {
  /** Shown in reports. One that is not given is the pattern of its hosts. */
  readonly name?: string
  /** A host pattern: `was`, `web:!web-02`, `all`. */
  readonly hosts: string
  /** Seconds to keep trying to connect to a host that is still starting. Default 0. */
  readonly waitForConnection?: number
  /** The batch size: how many hosts may change at once. Default: all. */
  readonly serial?: Serial
  /** The order of the hosts. Default inventory. */
  readonly order?: PlayOrder
  /** How many hosts to work on at once. Default: the command line's --forks. */
  readonly forks?: number
  /** true: when a host fails, all other hosts stop. Default false. */
  readonly anyErrorsFatal?: boolean
  /** The play ends when more than this percentage of the hosts of a batch has failed. */
  readonly maxFailPercentage?: number
  /** true: a host that fails runs its notified handlers before it stops. Default false. */
  readonly forceHandlers?: boolean
  /** A zod schema of the variables, checked for every host before the first connection. */
  readonly vars?: V
  /** Probes to read on each host before its tasks are known. */
  readonly facts?: F
  /**
   * What the play needs of its hosts besides what its tasks need: `run-playbook doctor` checks it. A run does not.
   *
   * @example needs: ({ vars }) => ({ multicast: [vars.multicast_address], disk: { '/data2': 2 * 1024 ** 3 } })
   */
  readonly needs?: SomeNeeds | ((host: PlayHost<z.output<V>, Observed<F>>) => SomeNeeds)
  /** Tasks to run before `tasks`. Handlers that they notify run before `tasks` starts. */
  readonly preTasks?: (host: PlayHost<z.output<V>, Observed<F>>) => TaskList
  /**
   * Roles, whose tasks run after `preTasks` and before `tasks`: what `defineRole` returns, called with parameters if it
   * needs any, or functions of the host that return tasks.
   */
  readonly roles?: readonly (
    | RoleItem
    | ((host: PlayHost<z.output<V>, Observed<F>>) => TaskList)
    | false
    | null
    | undefined
  )[]
  /** The tasks of a host. Pure: it is called again once facts are known. */
  readonly tasks?: (host: PlayHost<z.output<V>, Observed<F>>) => TaskList
  /** Tasks to run after `tasks` and its handlers. Handlers that they notify run at the end. */
  readonly postTasks?: (host: PlayHost<z.output<V>, Observed<F>>) => TaskList
}

/** A number of hosts (0: all remaining), or a percentage of the play's hosts, rounded down, at least one. */
export type BatchSize = number | `${number}%`

/** The size of all batches, or of each batch in turn. The last entry repeats for the remaining hosts. */
export type Serial = BatchSize | readonly BatchSize[]

export type PlayOrder = 'inventory' | 'reverse_inventory' | 'sorted' | 'reverse_sorted' | 'shuffle'

export type Play = {
  readonly kind: 'play'
  // biome-ignore lint/suspicious/noExplicitAny: the engine passes a play's own values back to it
  readonly spec: PlaySpec<any, any> & { readonly name: string }
  readonly where: () => SourceLocation | undefined
}

/**
 * Defines a play. A playbook's default export is a play, or an array of them.
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
  const { name = String(spec.hosts) } = spec
  return { kind: 'play', spec: { ...spec, name }, where: callSite(definePlay) }
}
