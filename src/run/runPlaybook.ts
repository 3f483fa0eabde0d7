// Runs plays from code.

import { AggregatePlaybookError, PlaybookError } from '../model/errors/error.ts'
import { callSite, type SourceLocation } from '../model/errors/location.ts'
import type { Play } from '../model/play.ts'
import type { StreamEvent } from '../model/run/streamEvent.ts'
import { callbacks } from './callbacks.ts'
import { optionErrors } from './checkOptions.ts'
import { eventLog } from './eventLog.ts'
import type { RunPlaybookOptions } from './options.ts'
import { rejection } from './rejection.ts'
import type { RunResult } from './result.ts'
import { startRun } from './startRun.ts'

/** Awaited, a run gives its result; iterated, its events, from the first one on. */
export type PlaybookRun = Promise<RunResult> & AsyncIterable<StreamEvent>

/**
 * Runs plays, or playbooks by their files, as the command line does. Nothing is printed, no signal handler is set, the
 * process does not end, and several runs may go on at once. A host that fails is a result and no rejection.
 *
 * @throws (rejects) AggregatePlaybookError with all `errors` (file, line, code, hint) where an option, a playbook, the
 *   inventory, a variable or a task is wrong: no host was contacted then
 * @example
 * const run = runPlaybook('site.ts', { inventory: 'production.yaml', limit: 'web', check: true })
 * for await (const event of run) if (event.event === 'taskEnd') console.log(event.host, event.task, event.status)
 * const { exitCode, hosts } = await run
 * @example
 * await runPlaybook(definePlay({ hosts: 'web', tasks: () => [ … ] }), {
 *   inventory: { web: { hosts: { 'web-01': { ansible_host: '10.0.0.21' } } } },
 *   signal: AbortSignal.timeout(60_000),
 * })
 */
export function runPlaybook(
  playbooks: string | Play | readonly (string | Play | readonly Play[])[],
  options: RunPlaybookOptions,
): PlaybookRun {
  const where = callSite(runPlaybook)
  const log = eventLog()
  const result = checkedRun(playbooks, options, log.add, where()).catch((thrown) => {
    throw rejection(thrown, where())
  })
  result.then(
    () => log.end(),
    (thrown) => log.fail(thrown),
  )
  return Object.assign(result, {
    [Symbol.asyncIterator]: () => {
      // Who iterates gets the rejection there.
      result.catch(() => {})
      return log.iterator()
    },
  })
}

async function checkedRun(
  given: Parameters<typeof runPlaybook>[0],
  options: RunPlaybookOptions,
  add: (event: StreamEvent) => void,
  where: SourceLocation | undefined,
): Promise<RunResult> {
  const playbooks = [given].flat(2) as (string | Play)[]
  const errors = [...playbookErrors(playbooks, where), ...optionErrors('runPlaybook', options, where)]
  if (errors.length > 0) throw new AggregatePlaybookError(errors)
  const { onEvent, confirmTask, ask, throwIfAny } = callbacks(options, where)
  const emit = (event: StreamEvent) => {
    add(event)
    onEvent(event)
  }
  const result = await startRun(playbooks, { ...options, confirmTask, ask }, emit)
  throwIfAny()
  return result
}

function playbookErrors(playbooks: readonly unknown[], where: SourceLocation | undefined): PlaybookError[] {
  if (playbooks.length === 0) return [new PlaybookError('E_USAGE', 'No playbook given.', { where })]
  return playbooks.flatMap((each) => {
    if (typeof each === 'string' || (each as { kind?: unknown } | null)?.kind === 'play') return []
    const hint = 'Give the path of a playbook, or what definePlay returns.'
    const found = each === null ? 'null' : typeof each
    return [new PlaybookError('E_NO_PLAY', `runPlaybook: expected a play, found ${found}.`, { where, hint })]
  })
}
