// Options that plays, blocks, roles and tasks share, and how tasks are retried.

import type { BecomeMethod } from './become.ts'
import type { Probe } from './probe.ts'
import type { Secret } from './secrets/secret.ts'

/** On a play, block or role they apply to all its tasks, where the innermost setting wins; on a play to handlers too. */
export type SharedOptions = {
  /**
   * Labels for `--tags` and `--skip-tags`; those of plays, blocks, roles and tasks add up. `always`: runs whatever
   * `--tags` says. `never`: runs only if one of its tags is requested.
   */
  readonly tags?: readonly string[]
  /**
   * true: as the become user of the host or play (default root). A name: as that user. false: as the login user. The
   * host's `ansible_become` overrides its play. Default: `--become`, or false.
   */
  readonly become?: boolean | string
  /**
   * How to become that user: sudo (default), su or doas. On a task, block or role it overrides everything else; on a
   * play, the host's `ansible_become_method` overrides it.
   */
  readonly becomeMethod?: BecomeMethod
  /**
   * Environment variables for all commands, probes included; for each variable the innermost setting wins. They are sent
   * on standard input, so that ps does not show them.
   *
   * @example environment: { HTTPS_PROXY: 'http://proxy:3128' }
   */
  readonly environment?: { readonly [name: string]: string | Secret }
  /** Seconds after which a step or probe of a task is killed, with all its child processes. Default: none. */
  readonly timeout?: number
  /**
   * true: tasks follow paths that another user of the host could have changed: below a folder of that user, into what
   * belongs to somebody else. Default false: that is refused with E_UNSAFE_PATH.
   */
  readonly unsafePaths?: boolean
  /** true: a failure is reported, and the host continues with the next task. Default false. */
  readonly ignoreErrors?: boolean
  /** true: if the connection is lost during a task, that is reported, and the host reconnects and continues. */
  readonly ignoreUnreachable?: boolean
  /** true: shows and records neither the texts of changes nor any output. Default false. */
  readonly noLog?: boolean
  /** How many hosts may run a task at once. Default: only `serial` and `forks` limit it. */
  readonly throttle?: number
  /** true: the first host of the batch runs a task for all. The others wait, and share its result. Default false. */
  readonly runOnce?: boolean
}

/** How many times a task is attempted, and how long to wait in between. */
export type Retry = {
  /** Number of attempts, including the first. */
  readonly attempts: number
  /** Seconds until the second attempt. Default 1. */
  readonly delay?: number
  /** Multiplies the delay after each attempt. Default 1. */
  readonly backoff?: number
  /** The longest delay, in seconds. Default 60 with `backoff`, otherwise no limit. */
  readonly maxDelay?: number
  /** A condition that must hold when the task is done. It is read in the trip that verifies the task. */
  readonly until?: Probe<boolean>
}
