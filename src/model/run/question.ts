// Defines the questions that a run asks, and what answers them.

/** A question that a run asks a person, or code. */
export type Question = {
  readonly play: string
  /** The title of the task that asks. */
  readonly task: string
  /** The hosts that wait for the answer. */
  readonly hosts: readonly string[]
  readonly text: string
  /** Of a `prompt`: what `-e NAME=value` answers. A `pause` has none: there is only to go on or to abort. */
  readonly name?: string
  /** The answer is not shown. */
  readonly isSecret: boolean
  /** The allowed answers. */
  readonly choices?: readonly string[]
  /** What an empty answer means; not there where it is secret. */
  readonly default?: string
  /** A `pause` goes on by itself after so many seconds. */
  readonly seconds?: number
  /** Why the last answer was refused. */
  readonly problem?: string
}

/**
 * Asks, and gives the answer; undefined: there is none. For a `pause`, false aborts and anything else goes on. It ends
 * when the signal aborts.
 */
export type Ask = (question: Question, signal: AbortSignal) => Promise<unknown>
