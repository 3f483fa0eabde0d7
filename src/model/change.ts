// A change: what differs, its old and new value, and the steps that apply it.

import type { FileState } from './fileState.ts'
import type { Step } from './step.ts'

/**
 * One difference between the desired and the current state.
 *
 * @example { what: 'port 8080/tcp (runtime)', from: 'closed', to: 'open', steps: [run(sh`firewall-cmd --add-port=8080/tcp`)] }
 */
export type Change = {
  readonly what: string
  /** All of `what`, where that is abbreviated: a long command, which -v shows. It may have several lines. */
  readonly whole?: string
  readonly from: string
  readonly to: string
  /** The full texts, for --diff. */
  readonly diff?: TextDiff
  readonly steps: readonly Step[]
  /**
   * What else these steps change, for check mode. The effects of `write` steps are known. `[]`: nothing else. Not given:
   * commands may change any file, and the state `listening`.
   */
  readonly effects?: readonly Effect[]
  /** false: no probe can tell whether its steps did it, so that it is not expected to be gone afterwards. Default true. */
  readonly verify?: boolean
}

export type TextDiff = { readonly path: string; readonly before: string; readonly after: string }

/**
 * One of:
 *
 * - a `path` whose state after the steps is known
 * - a `tree` that changes in unknown ways; with `only: 'additions'`, files may be added there, and those that are there
 *   stay; with `only: 'attributes'`, its owners, groups or modes change, and nothing else
 * - a `state` that is not a file, named like a path without the leading slash (`units/httpd.service`), with the value a
 *   probe would then return
 *
 * Names that tasks share: `units/NAME` (systemd), `listening` (what listens on the host's ports), `processes/HOME`,
 * `packages/NAME`, `firewall/ZONE`. A probe may also read `elsewhere`: what listens on other hosts.
 */
export type Effect =
  | { readonly path: string; readonly becomes: FileState }
  | { readonly tree: string; readonly only?: 'additions' | 'attributes' }
  | { readonly state: string; readonly becomes?: unknown }

/** A text that a task shows, of one line or several. */
export type TaskMessage = {
  readonly text: string
  /** How many -v it needs. Default 0. */
  readonly verbosity?: number
}

/** The effects of what says only the paths that it writes, with everything below them; undefined: it may do anything. */
export function effectsOfWrites(writes?: readonly string[]): readonly Effect[] {
  return writes ? writes.map((tree) => ({ tree })) : [{ tree: '/' }, { state: 'listening' }]
}
