// Everything that can happen in a run, as a union: a new event does not compile until every reporter knows it.

import type { SourceLocation } from '../errors/location.ts'
import type { HostRecap, RunRecap, TaskResult } from './outcome.ts'

export type RunEvent =
  | {
      readonly kind: 'runStart'
      readonly playbooks: readonly string[]
      readonly isCheck: boolean
      /** Absent for a run that no later one can go on with. */
      readonly resumable?: Resumable
    }
  /** `hosts` in the play's order. */
  | {
      readonly kind: 'playStart'
      readonly play: string
      readonly hosts: readonly string[]
      readonly isCheck: boolean
    }
  /** The host's tasks are known: how many. */
  | { readonly kind: 'hostStart'; readonly play: string; readonly host: string; readonly tasks: number }
  /** Waiting for its turn, for room in a throttle, or for who carries a task out for all: `for` names the hosts. */
  | {
      readonly kind: 'hostWaiting'
      readonly play: string
      readonly host: string
      readonly for: readonly string[]
    }
  /** The steps of a task begin (`isActing`), or its turn to be compared has come. `index` counts from 0. */
  | { readonly kind: 'taskStart'; readonly host: string; readonly task: TaskLabel; readonly index: number }
  /** A line that a running step said, while it runs. */
  | {
      readonly kind: 'output'
      readonly host: string
      readonly task: TaskLabel
      readonly stream: 'stdout' | 'stderr'
      readonly line: string
    }
  | {
      readonly kind: 'taskEnd'
      readonly play: string
      readonly host: string
      readonly task: TaskLabel
      readonly index: number
      readonly result: TaskResult
    }
  /** One exchange with a host: as which user (undefined: the login user), how many entries it carried. */
  | {
      readonly kind: 'trip'
      readonly host: string
      readonly as: string | undefined
      readonly probes: number
      readonly steps: number
      readonly durationMs: number
    }
  /** The commands of a trip and what they said, for -vv and -vvv. */
  | {
      readonly kind: 'command'
      readonly host: string
      readonly script: string
      readonly code: number
      readonly stdout: string
      readonly stderr: string
      readonly isStep: boolean
    }
  /** What the connection did, for -vvvv. */
  | { readonly kind: 'connection'; readonly host: string; readonly message: string }
  | { readonly kind: 'hostEnd'; readonly play: string; readonly recap: HostRecap }
  | {
      readonly kind: 'playEnd'
      readonly play: string
      readonly hosts: readonly HostRecap[]
      readonly durationMs: number
      readonly isCheck: boolean
    }
  | { readonly kind: 'warning'; readonly message: string; readonly where?: SourceLocation }
  /** Ctrl-C or a termination: which steps were running, on the host itself or on a delegate. */
  | {
      readonly kind: 'interrupted'
      readonly running: readonly {
        readonly host: string
        readonly task: string
        readonly delegate?: string
      }[]
    }
  | { readonly kind: 'runEnd'; readonly recap: RunRecap }

/** What a later run needs to go on with this one. */
export type Resumable = {
  /** The values of the flags that decide what hosts are done to, and how they are reached, by the flags' names. */
  readonly flags: { readonly [name: string]: unknown }
  /** Variables of the command line whose values are not kept, for they may be secret: they have to be given again. */
  readonly unkeptVars: readonly string[]
}

/** Names a task in events. */
export type TaskLabel = {
  readonly name: string
  readonly title: string
  readonly isHandler: boolean
  /** The host on which it is carried out, where that is not the one it is reported for. */
  readonly delegate?: string
  readonly where?: SourceLocation
}

export type Listener = (event: RunEvent) => void
