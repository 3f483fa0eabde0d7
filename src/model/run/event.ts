// All events of a run. Every reporter must handle every event, or it does not compile.

import type { SourceLocation } from '../errors/location.ts'
import type { HostRecap, RunRecap, TaskResult } from './outcome.ts'
import type { Question } from './question.ts'

export type RunEvent =
  | {
      readonly kind: 'runStart'
      readonly playbooks: readonly string[]
      readonly isCheck: boolean
      /** Who runs it, and on which machine: `alice@laptop`. */
      readonly by?: string
      /** Absent if the run cannot be resumed. */
      readonly resumable?: Resumable
    }
  /** `hosts` in the play's order. */
  | {
      readonly kind: 'playStart'
      readonly play: string
      readonly hosts: readonly string[]
      readonly isCheck: boolean
    }
  /** The host's tasks are known; `tasks` is their number. */
  | { readonly kind: 'hostStart'; readonly play: string; readonly host: string; readonly tasks: number }
  /**
   * Waiting for its batch, a throttle, or a host that runs a task for all. `for` names the hosts it waits for; none:
   * until fewer hosts are worked on at once.
   */
  | {
      readonly kind: 'hostWaiting'
      readonly play: string
      readonly host: string
      readonly for: readonly string[]
    }
  /** A person is asked, for all hosts that wait; the answer comes with `answer`. */
  | ({ readonly kind: 'question' } & Omit<Question, 'task'> & { readonly task: TaskLabel })
  /** How a question was answered; `value` is not there where it is secret. */
  | {
      readonly kind: 'answer'
      readonly play: string
      readonly task: TaskLabel
      readonly by: 'person' | 'variable' | 'default' | 'time' | 'nobody'
      readonly name?: string
      readonly value?: string
    }
  /** All hosts that have reached a task pause for a time. */
  | {
      readonly kind: 'pause'
      readonly play: string
      readonly task: TaskLabel
      readonly hosts: readonly string[]
      readonly seconds: number
    }
  /** A task begins on a host. `index` starts at 0. */
  | { readonly kind: 'taskStart'; readonly host: string; readonly task: TaskLabel; readonly index: number }
  /** A line of output, while a step is running. */
  | {
      readonly kind: 'output'
      readonly host: string
      readonly task: TaskLabel
      readonly stream: 'stdout' | 'stderr'
      readonly line: string
    }
  /** How much of a file is there, on its way to or from a host, or to this machine. */
  | {
      readonly kind: 'transfer'
      readonly host: string
      readonly bytes: number
      /** undefined: not known. */
      readonly total: number | undefined
    }
  | {
      readonly kind: 'taskEnd'
      readonly play: string
      readonly host: string
      readonly task: TaskLabel
      readonly index: number
      readonly result: TaskResult
      /** Of what the task was to do, where the run can be resumed. */
      readonly digest?: string
    }
  /**
   * A try of a block failed at a task, and its next try begins after `delaySeconds` at the task with the index `from`.
   * `attempt` counts from 1. The task that failed has no `taskEnd`, unless an `always` came after it.
   */
  | {
      readonly kind: 'retry'
      readonly play: string
      readonly host: string
      readonly task: TaskLabel
      readonly index: number
      readonly attempt: number
      readonly attempts: number
      readonly delaySeconds: number
      readonly from: number
      readonly result: TaskResult
    }
  /** One round trip: its user (undefined: the login user), and the number of probes and steps in it. */
  | {
      readonly kind: 'trip'
      readonly host: string
      readonly as: string | undefined
      readonly probes: number
      readonly steps: number
      readonly durationMs: number
    }
  /** A command of a trip and its output, for -vv and -vvv. */
  | {
      readonly kind: 'command'
      readonly host: string
      readonly script: string
      readonly code: number
      readonly stdout: string
      readonly stderr: string
      readonly isStep: boolean
    }
  /** A message about the connection, for -vvvv. */
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
  /** The run was interrupted or terminated. Lists the steps that were running, on the host itself or on a delegate. */
  | {
      readonly kind: 'interrupted'
      readonly running: readonly {
        readonly host: string
        readonly task: string
        readonly delegate?: string
      }[]
    }
  | { readonly kind: 'runEnd'; readonly recap: RunRecap }

/** What a later run needs to resume this one. */
export type Resumable = {
  /** Flags that select hosts and tasks or decide how hosts are reached, by name. */
  readonly flags: { readonly [name: string]: unknown }
  /** Extra variables whose values are not kept, because they may be secret. They must be given again. */
  readonly unkeptVars: readonly string[]
}

/** Identifies a task in events. */
export type TaskLabel = {
  readonly name: string
  readonly title: string
  readonly isHandler: boolean
  /** The host that runs it, if that is not the host it is reported for. */
  readonly delegate?: string
  readonly where?: SourceLocation
}

export type EventOf<K extends RunEvent['kind']> = Extract<RunEvent, { kind: K }>

/** A function for each kind of event: a new kind does not compile until it is here. */
export type EventHandlers<R> = { readonly [K in RunEvent['kind']]: (event: EventOf<K>) => R }

export type Listener = (event: RunEvent) => void
