// Reporters that users write.

import type { StreamEvent } from './streamEvent.ts'

/** What a reporter does in a run. */
export type CustomReporter = {
  /** Called with each event, in order. A promise that it returns is awaited before the run ends, not before the next event. */
  readonly handle: (event: StreamEvent) => void | Promise<void>
  /** Called once, after the last event. Up to 30 seconds. */
  readonly close?: () => void | Promise<void>
}

export type ReporterSpec = {
  /** For messages. */
  readonly name: string
  /** Which events there are, as `-v` to `-vvvv`; at least those of the command line. Default 0. */
  readonly verbose?: number
  /** Begins a run: makes a reporter with a state of its own. */
  readonly start: (run: { readonly cwd: string }) => CustomReporter | Promise<CustomReporter>
}

export type ReporterDefinition = ReporterSpec & { readonly kind: 'reporter' }

/**
 * Defines a reporter, the default export of a file or package for `--reporter`. It gets the events of `--output jsonl`,
 * beside what the run itself prints. Secrets are masked. An error in it is a warning that names it, and does not stop the
 * run; it then gets no more events. Print to stderr: on stdout, it would be in the middle of the output of the run.
 *
 * @example
 * export default defineReporter({
 *   name: 'slow tasks',
 *   start: () => {
 *     const slow: string[] = []
 *     return {
 *       handle: (event) => {
 *         if (event.event === 'taskEnd' && event.durationMs > 10_000) slow.push(`${event.host} ${event.task}`)
 *       },
 *       close: () => writeFile('slow.txt', slow.join('\n')),
 *     }
 *   },
 * })
 */
export function defineReporter(spec: ReporterSpec): ReporterDefinition {
  return { ...spec, kind: 'reporter' }
}
