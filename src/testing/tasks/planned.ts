// Runs a task's plan on given observations, without a host.

import type { z } from 'zod'
import type { Observed, Probes } from '../../model/probe.ts'
import type { Step } from '../../model/step.ts'
import type { TaskFunction } from '../../model/task.ts'

/** What a task would do: its changes, and its steps in short form. */
export type Planned = {
  readonly changes: readonly { readonly what: string; readonly from: string; readonly to: string }[]
  /** The script of each command; `write PATH`, `upload PATH`, `call TITLE` for the other steps. */
  readonly steps: readonly string[]
}

/**
 * What `task(params)` would do on a host where its probes return `observed`, the parsed results by name.
 *
 * @throws PlaybookError E_PARAMS, and any error of the task's plan
 * @example assert.equal(planned(firewallPort, { ports: ['80/tcp'] }, { permanent: ['80/tcp'], runtime: ['80/tcp'] }).changes, [])
 */
export function planned<S extends z.ZodType, I, P extends Probes>(
  task: TaskFunction<S, I, P>,
  params: z.input<S>,
  observed: Observed<P>,
  inputs?: I,
): Planned {
  const changes = task.spec.plan(task(params).params as z.output<S>, observed, inputs as I)
  return {
    changes: changes.map(({ what, from, to }) => ({ what, from, to })),
    steps: changes.flatMap((change) => change.steps.map(shortStep)),
  }
}

function shortStep(step: Step): string {
  if (step.kind === 'run') return step.command.script
  if (step.kind === 'start') return `start ${step.command.script}`
  if (step.kind === 'call') return `call ${step.title}`
  return `${step.kind} ${step.path}`
}
