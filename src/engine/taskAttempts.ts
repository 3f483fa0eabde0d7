// Tries a task until it is done, as often as it says: act, with the next look in the same trip, and look again.

import type { Change } from '../model/change.ts'
import { PlaybookError, toPlaybookError, UnreachableError } from '../model/errors/error.ts'
import type { RunEvent } from '../model/run/event.ts'
import type { ReportedChange } from '../model/run/outcome.ts'
import { type ApplyOptions, applySteps } from './apply/applySteps.ts'
import type { BatchGate } from './coordination/batchGates.ts'
import { type Evaluation, evaluateTask, untilError } from './evaluateTask.ts'
import type { PlannedTask } from './plan/plannedTask.ts'
import { isAnswered } from './probing/probeBatch.ts'
import type { ProbeCache } from './probing/probeCache.ts'
import type { HostRecorder } from './results/hostRecorder.ts'
import { lostHostError, otherHostError } from './results/lostHost.ts'
import type { HostSession } from './session/hostSession.ts'
import { pause, retryDelay } from './session/retry.ts'

export type AttemptOptions = Pick<ApplyOptions, 'fetch' | 'artifacts' | 'reach'> & {
  readonly item: PlannedTask
  /** From the item on: what is looked at with its steps. */
  readonly ahead: readonly PlannedTask[]
  /** Of the host whose task it is. */
  readonly session: HostSession
  /** Of the host on which it is carried out. */
  readonly target: HostSession
  readonly cache: ProbeCache
  readonly recorder: HostRecorder
  readonly gate: BatchGate
  /** How many changes the run has made so far, on all hosts. */
  readonly site: { changes: number }
  readonly emit: (event: RunEvent) => void
  readonly probe: () => Promise<Evaluation>
  /** true: nothing more is started. */
  readonly isOver: () => boolean
  readonly signal?: AbortSignal
}

/** What the attempts at a task came to. */
export type ApplyResult = {
  /** Of the first attempt that changed something. */
  readonly changes: readonly Change[]
  /** How it ended: `changes` if the last attempt was carried out and nothing speaks against it. */
  readonly evaluation: Evaluation
  /** Whether all steps of the last attempt ran, as far as is known; a look after them may have gone wrong. */
  readonly wasCarriedOut: boolean
}

/** `found` is what the first look found. Gives undefined where all was over before anything was begun. */
export async function applyWithRetries(
  found: Evaluation,
  options: AttemptOptions,
): Promise<ApplyResult | undefined> {
  const { item, cache: lookout, signal, probe: look, target, isOver } = options
  const { retry = { attempts: 1 } } = item.task.options
  let changes: readonly Change[] = []
  let wasCarriedOut = false
  let evaluation = found
  for (let attempt = 1; ; attempt += 1) {
    const isBegun = await target.mutex(async () => {
      if (isOver()) return false
      // Another host may have changed the delegate while this one waited.
      if (attempt > 1 || !isAnswered(item, lookout.get(item))) evaluation = await look()
      if (evaluation.kind !== 'changes') return true
      if (changes.length === 0) changes = evaluation.changes
      const applied = await applyOnce(evaluation.changes, options)
      wasCarriedOut = applied.wasCarriedOut
      if (applied.error) evaluation = { kind: 'failed', error: applied.error }
      return true
    })
    if (!isBegun && attempt === 1) return undefined
    if (evaluation.kind !== 'failed' || attempt >= retry.attempts || isOver())
      return { changes, evaluation, wasCarriedOut }
    const seconds = retryDelay(retry, attempt)
    emitRetry(evaluation.error, attempt, seconds, options)
    await pause(seconds * 1000, signal)
    lookout.clear()
  }
}

/** Acts once; gives the error if it failed or did not converge. */
async function applyOnce(
  changes: readonly Change[],
  options: AttemptOptions,
): Promise<{ readonly error?: PlaybookError; readonly wasCarriedOut: boolean }> {
  const { item, ahead, session, target, recorder, cache: lookout, gate, site, emit } = options
  const { fetch, artifacts, reach } = options
  recorder.startChanges(reportedChanges(item, changes).map(({ what }) => what))
  await lookout.idle(item)
  emit({ kind: 'taskStart', host: session.host, task: item.label, index: item.index })
  gate.recordChange()
  site.changes += 1
  target.revision += 1
  const next = lookout.invalidate(item, isProbedAgain(item) ? ahead : ahead.slice(1))
  const owner = { host: session.host, task: item.task.title }
  const steps = changes.flatMap((change) => change.steps)
  const onLine = outputEmitter(options)
  let wasCarriedOut = false
  try {
    const outputs = await applySteps({
      ...{ session: target, owner, item, fetch, artifacts, reach, steps, onLine },
      probes: next.entries,
    }).finally(() => {
      target.revision += 1
    })
    wasCarriedOut = true
    await next.read(outputs)
  } catch (thrown) {
    lookout.clear()
    if (thrown instanceof UnreachableError && item.host === undefined) throw thrown
    const error = toPlaybookError(lost(thrown, item, recorder))
    // Probes come after the steps: where one was given up, the steps have run.
    return { error, wasCarriedOut: wasCarriedOut || error.code === 'E_PROBE_TIMEOUT' }
  }
  const error = verify(item, lookout)
  return { ...(error ? { error } : {}), wasCarriedOut }
}

function isProbedAgain({ isVerified, task }: PlannedTask): boolean {
  return isVerified || task.options.retry?.until !== undefined
}

/** What became of a delegate in the middle of a change is told as of the host itself. */
function lost(thrown: unknown, { host: on, task }: PlannedTask, { current }: HostRecorder): unknown {
  return on === undefined
    ? thrown
    : otherHostError(lostHostError(thrown, task.title, current?.changing ?? []), on)
}

/** The second look: a task that still differs after its steps has not converged. */
function verify(item: PlannedTask, lookout: ProbeCache): PlaybookError | undefined {
  if (!isProbedAgain(item)) return undefined
  const results = lookout.get(item)
  if (!item.isVerified) return untilError(item, results, undefined)
  const evaluation = evaluateTask(item, results, undefined)
  if (evaluation.kind === 'failed') return evaluation.error
  if (evaluation.kind !== 'changes') return undefined
  const details = evaluation.changes.map(({ what, from, to }) => `${what}   is still ${from}, not ${to}`)
  const message = `${item.task.title} was carried out, and its host still differs.`
  return new PlaybookError('E_NOT_CONVERGED', message, { details })
}

function outputEmitter({ item, session, emit }: AttemptOptions): ApplyOptions['onLine'] {
  return (stream, line) => {
    if (!item.task.options.noLog) emit({ kind: 'output', host: session.host, task: item.label, stream, line })
  }
}

function emitRetry(
  { message }: PlaybookError,
  attempt: number,
  seconds: number,
  options: AttemptOptions,
): void {
  const { attempts } = options.item.task.options.retry!
  const line = `attempt ${attempt} of ${attempts} failed: ${message} Again in ${seconds} s.`
  outputEmitter(options)('stderr', line)
}

/** Changes as reports show them. */
export function reportedChanges({ task }: PlannedTask, changes: readonly Change[]): ReportedChange[] {
  if (changes.length === 0) return []
  if (task.options.noLog) return [{ what: task.name, from: 'hidden', to: 'hidden (noLog)' }]
  return changes.map(({ what, from, to, diff }) => ({ what, from, to, ...(diff ? { diff } : {}) }))
}
