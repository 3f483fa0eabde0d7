// A change: one thing that differs, from what, to what, and the steps that close it.

import type { FileState } from './file.ts'
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
  /** What check mode shall take as done by these steps. Those of `write` steps are known without being said. */
  readonly effects?: readonly Effect[]
}

export type TextDiff = { readonly path: string; readonly before: string; readonly after: string }

/** A path whose state after the steps is known, or a tree of which only that it changes. */
export type Effect = { readonly path: string; readonly becomes: FileState } | { readonly tree: string }
