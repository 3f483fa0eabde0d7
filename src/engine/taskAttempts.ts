// Applies a task's changes and verifies them, as many times as its `retry` allows.

import type { Change } from '../model/change.ts'
import { delay } from '../model/concurrency/delay.ts'
import { PlaybookError, toPlaybookError, UnreachableError } from '../model/errors/error.ts'
import type { TaskOutput } from '../model/run/outcome.ts'
import { applySteps, isOutdated } from './apply/applySteps.ts'
import type { OnLine } from './apply/stepObservers.ts'
import { StepOutcomes } from './apply/stepOutcome.ts'
import { type Evaluation, evaluateTask, untilError } from './evaluateTask.ts'
import type { HostContext } from './hostContext.ts'
import type { PlannedTask } from './plan/plannedTask.ts'
import { isAnswered } from './probing/probeBatch.ts'
import type { ProbeCache } from './probing/probeCache.ts'
import { lostHostError, otherHostError } from './results/lostHost.ts'
import { StepOutput } from './results/stepOutput.ts'
import { reportedChanges } from './results/taskResult.ts'
import { WaitedForLock } from './session/hostLock.ts'
import { retryDelay } from './session/retry.ts'

type AttemptOptions = {
  readonly item: PlannedTask
  /** From the item on: what is probed along with its steps. */
  readonly ahead: readonly PlannedTask[]
  readonly cache: ProbeCache
  readonly context: HostContext
  readonly evaluate: () => Promise<Evaluation>
}

type ApplyResult = {
  /** Of the first attempt that changed something; if it succeeded, without those that turned out not to be made. */
  readonly changes: readonly Change[]
  /** `changes` if the last attempt was applied, and nothing speaks against it. */
  readonly evaluation: Evaluation
  /** What the commands of the last attempt printed. */
  readonly output: TaskOutput | undefined
  /** Whether all steps of the last attempt ran, as far as is known; verifying them may have failed. */
  readonly wasApplied: boolean
}

/** How often it is planned again because something else changes the host. */
const mostRepeats = 3

/** Begins with the evaluation `found`. Gives undefined where the run was over before anything began. */
export async function applyWithRetries(
  found: Evaluation,
  options: AttemptOptions,
): Promise<ApplyResult | undefined> {
  const { item, cache, context, evaluate } = options
  const { retry = { attempts: 1 } } = item.task.options
  let changes: readonly Change[] = []
  const outcomes = new StepOutcomes()
  let wasApplied = false
  let output: TaskOutput | undefined
  let evaluation = found
  for (let attempt = 1; ; attempt += 1) {
    const isBegun = await context.hostAt(item.target).mutex(async () => {
      if (context.isOver) return false
      // Another host may have changed the delegate while this one waited.
      if (attempt > 1 || !isAnswered(item, cache.get(item))) evaluation = await evaluate()
      if (evaluation.kind !== 'changes') return true
      if (!changes.some(outcomes.isMade)) changes = evaluation.changes
      let applied = await applyOnce(evaluation.changes, options, outcomes)
      for (let repeats = 0; applied.isStale && repeats < mostRepeats; repeats += 1) {
        if (attempt === 1) changes = []
        evaluation = await evaluate()
        if (evaluation.kind !== 'changes') return true
        if (!changes.some(outcomes.isMade)) changes = evaluation.changes
        applied = await applyOnce(evaluation.changes, options, outcomes)
      }
      wasApplied = applied.wasApplied
      output = applied.output
      if (applied.error) evaluation = { kind: 'failed', error: applied.error }
      return true
    })
    if (!isBegun && attempt === 1) return undefined
    if (evaluation.kind !== 'failed')
      return { changes: outcomes.made(changes), evaluation, output, wasApplied }
    if (attempt >= retry.attempts || context.isOver) return { changes, evaluation, output, wasApplied }
    const seconds = retryDelay(retry, attempt)
    emitRetry(evaluation.error, attempt, seconds, options)
    await delay(seconds * 1000, context.run.options.signal)
    cache.clear()
  }
}

/** Gives the error if the steps failed or the task did not converge. `isStale`: nothing was changed, because the host is no longer as the plan found it. */
async function applyOnce(
  changes: readonly Change[],
  options: AttemptOptions,
  outcomes: StepOutcomes,
): Promise<AppliedOnce> {
  const printed = new StepOutput()
  const applied = await applyAndVerify(changes, options, printed, outcomes)
  const isShown = !options.item.task.options.noLog
  return { ...applied, output: isShown ? printed.masked(options.context.run.mask) : undefined }
}

type AppliedOnce = {
  readonly error?: PlaybookError
  readonly wasApplied: boolean
  readonly isStale?: true
  readonly output?: TaskOutput | undefined
}

async function applyAndVerify(
  changes: readonly Change[],
  options: AttemptOptions,
  printed: StepOutput,
  outcomes: StepOutcomes,
): Promise<Omit<AppliedOnce, 'output'>> {
  const { item, ahead, cache, context } = options
  const { host, run, recorder, coordination, reach } = context
  const { fetch, artifacts } = run.options
  const target = context.hostAt(item.target)
  recorder.startChanges(reportedChanges(item, changes).map(({ what }) => what))
  await cache.idle(item.target)
  context.emit({ kind: 'taskStart', host, task: item.label, index: item.index })
  // In check mode only commands that may act there come here: nobody plans again because of them.
  if (!context.isCheck) coordination.batchGate.recordChange()
  run.revision += 1
  target.revision += 1
  const followUp = cache.invalidate(item.target, isProbedAgain(item) ? ahead : ahead.slice(1))
  const owner = { host, task: item.task.title }
  const steps = changes.flatMap((change) => change.steps)
  const onLine = outputEmitter(options)
  let wasApplied = false
  try {
    const outputs = await applySteps({
      session: target.session,
      owner,
      item,
      fetch,
      artifacts,
      reach,
      steps,
      onLine,
      onBytes: (bytes, total) => context.emit({ kind: 'transfer', host, bytes, total }),
      onOutput: (output) => printed.add(output),
      onStep: outcomes.record,
      onCall: outcomes.recordCall,
      probes: followUp.entries,
      isPlanned: true,
      isCheck: context.isCheck,
      signal: run.options.signal,
    }).finally(() => {
      target.revision += 1
    })
    wasApplied = true
    outcomes.settle()
    await followUp.read(outputs)
  } catch (thrown) {
    cache.clear()
    if (thrown instanceof WaitedForLock) return { error: thrown, isStale: true, wasApplied }
    if (item.isVerified && thrown instanceof PlaybookError && isOutdated(steps[0], thrown))
      return { error: thrown, isStale: true, wasApplied }
    if (thrown instanceof UnreachableError && item.target.host === undefined) throw thrown
    const error = toPlaybookError(lostTargetError(thrown, options))
    // Probes come after the steps: where one was given up, the steps have run. It may be a later task's.
    if (!['E_PROBE_TIMEOUT', 'E_PROBE_OUTPUT'].includes(error.code)) return { error, wasApplied }
    return { error: await verifyAlone(options), wasApplied: true }
  }
  return { error: verify(item, cache), wasApplied }
}

function isProbedAgain({ isVerified, task }: PlannedTask): boolean {
  return isVerified || task.options.retry?.until !== undefined
}

/** A delegate that is lost in the middle of a change is reported like the host itself. */
function lostTargetError(thrown: unknown, { item, context }: AttemptOptions): unknown {
  const { host } = item.target
  if (host === undefined) return thrown
  return otherHostError(
    lostHostError(thrown, item.task.title, context.recorder.current?.changing ?? []),
    host,
  )
}

/** Probes again for this task alone. */
async function verifyAlone({ item, cache }: AttemptOptions): Promise<PlaybookError | undefined> {
  if (!isProbedAgain(item)) return undefined
  try {
    await cache.ensure([item])
  } catch (thrown) {
    return toPlaybookError(thrown)
  }
  return verify(item, cache)
}

/** A task that still differs after its steps has not converged. */
function verify(item: PlannedTask, cache: ProbeCache): PlaybookError | undefined {
  if (!isProbedAgain(item)) return undefined
  const results = cache.get(item)
  if (!item.isVerified) return untilError(item, results)
  const evaluation = evaluateTask(item, results, undefined)
  if (evaluation.kind === 'failed') return evaluation.error
  if (evaluation.kind !== 'changes') return undefined
  const remaining = evaluation.changes.filter((change) => change.verify !== false)
  if (remaining.length === 0) return undefined
  const details = remaining.map(({ what, from, to }) => `${what}   is still ${from}, not ${to}`)
  const message = `${item.task.title} was applied, but the host still differs.`
  return new PlaybookError('E_NOT_CONVERGED', message, { details })
}

function outputEmitter({ item, context }: AttemptOptions): OnLine {
  return (stream, line) => {
    if (!item.task.options.noLog)
      context.emit({ kind: 'output', host: context.host, task: item.label, stream, line })
  }
}

function emitRetry(
  { message }: PlaybookError,
  attempt: number,
  seconds: number,
  options: AttemptOptions,
): void {
  const { attempts } = options.item.task.options.retry!
  const line = `attempt ${attempt} of ${attempts} failed: ${message} Retrying in ${seconds} s.`
  outputEmitter(options)('stderr', line)
}
