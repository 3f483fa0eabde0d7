// A change: one thing that differs, from what, to what, and the steps that close it.

import type { FileState } from './files/fileState.ts'
import type { Step } from './step.ts'

/**
 * One difference between what was asked for and what is.
 *
 * @example { what: 'port 8080/tcp (runtime)', from: 'closed', to: 'open', steps: [run(sh`firewall-cmd --add-port=8080/tcp`)] }
 */
export type Change = {
  readonly what: string
  readonly from: string
  readonly to: string
  /** The whole texts, for --diff. */
  readonly diff?: TextDiff
  readonly steps: readonly Step[]
  /**
   * What check mode shall take as done by these steps. Those of `write` steps are known without being said. `[]`: nothing
   * else changes. Not given: commands may have done anything, of which the state `listening` is taken to be part.
   */
  readonly effects?: readonly Effect[]
}

export type TextDiff = { readonly path: string; readonly before: string; readonly after: string }

/**
 * A path whose state after the steps is known; a tree of which only is known that it changes; or a state that no file
 * holds, named like a path without its first slash (`units/httpd.service`), and what a probe of it would then say.
 *
 * The names that tasks share: `units/NAME` of systemd, `listening` (who answers on the host's ports), `processes/HOME`,
 * `packages/NAME`, `firewall/ZONE`. A probe may also read `elsewhere`: what listens on other hosts.
 */
export type Effect =
  | { readonly path: string; readonly becomes: FileState }
  | { readonly tree: string }
  | { readonly state: string; readonly becomes?: unknown }
