// A part of the task file: what to read, and what to change.

import type { Change, Probe, TaskSpec, z } from '../../../src/index.ts'

type Probes = { readonly [name: string]: Probe<unknown> }

/** The names of probes are those of the part alone. */
export type FilePart = {
  readonly probes: Probes
  readonly plan: (observed: never) => readonly Change[]
}

/** A part that is another task. */
export function partOf<S extends z.ZodType, I, P extends Probes>(
  spec: TaskSpec<S, I, P>,
  params: z.input<S>,
): FilePart {
  const parsed = spec.params.parse(params)
  return {
    probes: spec.probe(parsed, undefined as I),
    plan: (observed) => spec.plan(parsed, observed, undefined as I),
  }
}
