// Rehearses planned steps in check mode, to find those that are sure to fail.

import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { posix } from 'node:path'
import type { Readable } from 'node:stream'
import type { Change } from '../../model/change.ts'
import { PlaybookError, UnreachableError } from '../../model/errors/error.ts'
import { contentBytes } from '../../model/fileChange.ts'
import { lastLines, type Output } from '../../model/probe.ts'
import type { Rehearsal, RunStep, Step, UploadStep, WriteStep } from '../../model/step.ts'
import { rehearsalFolder, sentValidationEntry, validationEntry } from '../../wire/rehearsalScript.ts'
import type { ScriptEntry } from '../../wire/script.ts'
import { runEntry } from '../../wire/stepScript.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'
import { latestChange } from './predictedResult.ts'
import type { PredictedState } from './predictedState.ts'

/** What to run for a step, and what its failure means. */
type Rehearsed = {
  readonly entry: ScriptEntry
  readonly reads: readonly string[] | undefined
  readonly failure: (output: Output) => PlaybookError
}

/** The host on which steps are rehearsed. */
export type RehearsalHost = {
  readonly trip: (entries: readonly ScriptEntry[]) => Promise<readonly (Output | undefined)[]>
  /** Sends bytes into a new file. */
  readonly send: (source: Buffer | Readable, path: string) => Promise<void>
}

/** A step that would fail. `mendedBy`: the task whose planned change may prevent it. */
export type RehearsalFailure = { readonly error: PlaybookError; readonly mendedBy: string | undefined }

/**
 * Runs the rehearsals of a task's steps, which change nothing on the host, and gives the error of the first step that
 * would fail. No trip where no step has a rehearsal, one for all of them otherwise; content to validate that does not fit
 * a script is sent before it.
 *
 * @throws UnreachableError
 */
export async function rehearse(
  item: PlannedTask,
  changes: readonly Change[],
  host: RehearsalHost,
  predicted: PredictedState | undefined,
): Promise<RehearsalFailure | undefined> {
  const rehearsed: Rehearsed[] = []
  for (const step of changes.flatMap(({ steps }) => steps)) {
    const rehearsal = await rehearsalOf(step, item, host)
    if (rehearsal) rehearsed.push(rehearsal)
  }
  if (rehearsed.length === 0) return undefined
  const isHidden = item.task.options.noLog === true
  const entries = rehearsed.map(({ entry }) => ({ ...entry, kind: 'probe' as const, isHidden }))
  const outputs = await host.trip(entries).catch(nothingIfReached)
  const failed = rehearsed.findIndex((_, index) => (outputs?.[index]?.code ?? 0) !== 0)
  if (!outputs || failed < 0) return undefined
  const { failure, reads } = rehearsed[failed]!
  const mendedBy = reads ? predicted && latestChange(predicted, reads) : predicted?.pending.at(-1)
  return { error: failure(outputs[failed]!), mendedBy }
}

/** A rehearsal that could not run says nothing about the step. */
function nothingIfReached(thrown: unknown): undefined {
  if (!(thrown instanceof PlaybookError) || thrown instanceof UnreachableError) throw thrown
}

async function rehearsalOf(
  step: Step,
  { environment }: PlannedTask,
  host: RehearsalHost,
): Promise<Rehearsed | undefined> {
  if (step.kind === 'run' && step.rehearse !== undefined) {
    const { command, reads } = asRehearsal(step.rehearse)
    const entry = runEntry({ kind: 'run', command, environment: step.environment }, environment)
    return { entry, reads, failure: (output) => stepFailure(step, output) }
  }
  if ((step.kind !== 'write' && step.kind !== 'upload') || !step.validate) return undefined
  const entry = (step.kind === 'write' && validationEntry(step)) || (await sentValidation(step, host))
  return entry && { entry, reads: undefined, failure: (output) => refusedContent(step.path, output) }
}

/** undefined: the content is not at hand on the controller, or could not be sent. */
async function sentValidation(
  step: WriteStep | UploadStep,
  { send }: RehearsalHost,
): Promise<ScriptEntry | undefined> {
  const source = step.kind === 'write' ? contentBytes(step.content) : localSource(step)
  if (source === undefined) return undefined
  const name = `.run-playbook-${randomBytes(6).toString('hex')}`
  const sent = send(source, posix.join(rehearsalFolder, name, 'data'))
  return sent.then(() => sentValidationEntry(step, name)).catch(nothingIfReached)
}

function localSource({ source }: UploadStep): Readable | undefined {
  // What cannot be read is an error of whoever reads the stream, if it comes to that.
  return source.kind === 'local' ? createReadStream(source.path).on('error', () => {}) : undefined
}

function asRehearsal(rehearsal: NonNullable<RunStep['rehearse']>): Rehearsal {
  return 'script' in rehearsal ? { command: rehearsal } : rehearsal
}

function stepFailure({ explain }: RunStep, output: Output): PlaybookError {
  const message = 'It would fail: a rehearsal, which changes nothing, failed.'
  return explain?.(output) ?? new PlaybookError('E_STEP', message, { details: lastLines(output) })
}

function refusedContent(path: string, output: Output): PlaybookError {
  const message = `The validation command rejects the new content of ${path}.`
  return new PlaybookError('E_WRITE', message, { details: lastLines(output) })
}
