// Runs one task on a host: probes it, evaluates it, and applies or predicts its changes.

import { questionOf } from '../model/blocks/prompt.ts'
import type { Change } from '../model/change.ts'
import { PlaybookError, UnreachableError } from '../model/errors/error.ts'
import { isFlush } from '../model/flushHandlers.ts'
import type { TaskOutput } from '../model/run/outcome.ts'
import type { BlockRetries } from './blockRetries.ts'
import { commandsInCheckMode, isPredictedByCall } from './checkMode/commandsInCheckMode.ts'
import { admittingChange } from './checkMode/predictedResult.ts'
import { effectsOf } from './checkMode/predictedState.ts'
import { type RehearsalHost, rehearse } from './checkMode/rehearse.ts'
import { unsafeStep } from './checkMode/unsafeStep.ts'
import { PassEnded } from './coordination/hostGate.ts'
import { type OnceOutcome, runOnceError } from './coordination/runOnce.ts'
import { type Evaluation, evaluateTask, failedEvaluation } from './evaluateTask.ts'
import { givenTasks } from './givenTasks.ts'
import type { HandlerItems } from './handlers/handlerItems.ts'
import type { HostContext } from './hostContext.ts'
import { type PlannedTask, runsOnce } from './plan/plannedTask.ts'
import type { ProbeCache } from './probing/probeCache.ts'
import { lostHostError, otherHostError } from './results/lostHost.ts'
import { hasFailed, reportable, reportedChanges, type UntimedResult } from './results/taskResult.ts'
import { applyWithRetries } from './taskAttempts.ts'

/** One pass over a host's tasks: from the first on, until others change what was probed. */
export type HostPass = {
  /** Its tasks, and the handlers that were inserted among them. */
  readonly items: PlannedTask[]
  readonly cache: ProbeCache
  readonly handlers: HandlerItems
  readonly retries: BlockRetries
}

/** @throws PassEnded, UnreachableError */
export function runTask(index: number, pass: HostPass, context: HostContext): Promise<UntimedResult> {
  return new TaskRun(index, pass, context).run()
}

class TaskRun {
  readonly #index: number
  readonly #item: PlannedTask
  readonly #pass: HostPass
  readonly #context: HostContext
  /** The tasks that it gives, if it is a look. */
  #given: readonly PlannedTask[] = []

  constructor(index: number, pass: HostPass, context: HostContext) {
    this.#index = index
    this.#item = pass.items[index]!
    this.#pass = pass
    this.#context = context
  }

  async run(): Promise<UntimedResult> {
    const { task } = this.#item
    const { recorder } = this.#context
    const isConfirmed = await this.#isConfirmed()
    this.#context.requireNotOver()
    // A handler that is skipped here stays pending.
    if (!isConfirmed) return { status: 'skipped', changes: [], reason: 'skipped at the prompt' }
    recorder.current = { item: this.#item, startedAt: performance.now(), changing: [] }
    try {
      const outcome = await this.#outcomeElsewhere()
      this.#context.requireNotOver()
      return outcome ? await this.#adopt(outcome) : await this.#probeAndApply()
    } catch (thrown) {
      const isIgnored = thrown instanceof UnreachableError && task.options.ignoreUnreachable
      if (!isIgnored || this.#context.isInterrupted) throw thrown
      this.#pass.cache.clear()
      const error = lostHostError(thrown, task.title, recorder.current?.changing ?? [])
      return this.#finish({ status: 'unreachable', changes: [], error })
    }
  }

  async #isConfirmed(): Promise<boolean> {
    const { host, play, run } = this.#context
    const { confirmTask } = run.options
    if (!confirmTask) return true
    const { title } = this.#item.task
    const before = this.#pass.items.slice(0, this.#index)
    const occurrence = before.filter(({ task }) => task.title === title).length
    return confirmTask({ play: play.name, host, title, occurrence })
  }

  /** How the task ended on the host that runs it once for all; undefined: this host runs it. */
  async #outcomeElsewhere(): Promise<OnceOutcome | undefined> {
    const { host, coordination, gate } = this.#context
    if (!runsOnce(this.#item)) return undefined
    const { runOnce, barriers } = coordination
    const onWait = (runner: string) => {
      gate.emitWaiting([runner])
      barriers.aside(host)
    }
    return runOnce.claim(host, this.#item, onWait).finally(() => barriers.back(host))
  }

  /** Takes over the outcome on another host. If that host changed something, all that was probed is void. */
  async #adopt(outcome: OnceOutcome): Promise<UntimedResult> {
    const { status, by } = outcome
    const { gate } = this.#context
    if (status === 'failed' || status === 'unreachable') {
      await gate.enter()
      const isIgnored = status === 'unreachable' && this.#item.task.options.ignoreUnreachable
      const error = runOnceError(this.#item, outcome)
      return { status: isIgnored ? 'unreachable' : 'failed', changes: [], error }
    }
    if (status === 'changed' || status === 'unknown') this.#pass.cache.clear()
    return this.#settled({ status: 'skipped', changes: [], reason: `runs once, on ${by}` })
  }

  async #probeAndApply(): Promise<UntimedResult> {
    const { gate, isCheck } = this.#context
    const evaluation = await this.#evaluate()
    if (evaluation.kind === 'failed') await gate.enter()
    if (evaluation.kind === 'ok' && this.#item.task.spec.pause && !isCheck) return this.#pause()
    if (this.#willRun(evaluation)) return this.#finish({ status: 'changed', changes: [] })
    if (isCheck && evaluation.kind === 'changes') return this.#predict(evaluation.changes)
    if (evaluation.kind !== 'changes' && (isCheck || !isRetried(this.#item, evaluation)))
      return this.#conclude(evaluation)
    await gate.enter()
    return this.#throttled(evaluation)
  }

  /** That the host cannot become the task's user fails the task, like any other error. */
  async #evaluate(): Promise<Evaluation> {
    const { items, cache } = this.#pass
    const { unknownBecause } = this.#item
    if (unknownBecause !== undefined) return { kind: 'unknown', reason: unknownBecause }
    const predicted = this.#context.dryRun.predicted(this.#item)
    try {
      await cache.ensure(items.slice(this.#index))
    } catch (thrown) {
      if (thrown instanceof UnreachableError || this.#context.isInterrupted) throw thrown
      return failedEvaluation(thrown, this.#item.task.name, predicted && admittingChange(predicted))
    }
    const found = evaluateTask(this.#item, cache.get(this.#item), predicted)
    const asked = found.kind === 'ok' ? await this.#ask() : undefined
    if (asked?.error) return { kind: 'failed', error: asked.error }
    const given = await givenTasks(this.#item, found, cache, predicted, this.#context, asked?.answer)
    this.#given = given.items
    return given.evaluation
  }

  /** The answer to a prompt, for which the hosts of a batch meet. */
  async #ask(): Promise<{ readonly answer?: unknown; readonly error?: PlaybookError } | undefined> {
    const question = questionOf(this.#item.task)
    if (!question) return undefined
    const { run, play } = this.#context
    const key = `${play.name} ${this.#item.key}`
    const answerFor = (hosts: readonly string[]) => run.questions.answer(key, question, this.#asker(hosts))
    try {
      const needsPerson = run.questions.needsPerson(question)
      return { answer: await (needsPerson ? this.#meet(answerFor) : answerFor([this.#context.host])) }
    } catch (thrown) {
      if (!(thrown instanceof PlaybookError) || thrown instanceof UnreachableError) throw thrown
      this.#context.requireNotOver()
      return { error: thrown }
    }
  }

  /** Waits, once for all hosts of a batch. What was read before no longer holds. */
  async #pause(): Promise<UntimedResult> {
    const { run } = this.#context
    const { spec, params } = this.#item.task
    const wait = spec.pause!(params)
    const paused = (hosts: readonly string[], key: string) =>
      run.questions.pause(key, wait, this.#asker(hosts))
    const goesOn = await this.#meet(paused, () => this.#context.abort()).catch((thrown) =>
      thrown instanceof PlaybookError ? thrown : Promise.reject(thrown),
    )
    if (goesOn === true) return this.#conclude({ kind: 'ok' })
    const error = goesOn || new PlaybookError('E_PAUSE_ABORTED', 'The run was aborted by the user.')
    return this.#finish({ status: 'failed', changes: [], error })
  }

  /** @throws PassEnded */
  async #meet<T>(act: (hosts: readonly string[], key: string) => Promise<T>, onAbort = () => {}): Promise<T> {
    const { gate, host, coordination } = this.#context
    await gate.enter()
    coordination.giveUpRoom()
    const unlessOver = (hosts: readonly string[], key: string) => {
      this.#context.requireNotOver()
      return act(hosts, key)
    }
    const { run } = this.#context
    const { stopped } = run
    const { waits } = run.questions
    const met = coordination.barriers.arrive(host, this.#item, unlessOver, (hosts) => gate.emitWaiting(hosts))
    const result = await Promise.race([met, stopped])
    if (result === false) onAbort()
    this.#context.requireNotOver()
    if (run.questions.waits > waits) this.#pass.cache.clear()
    return result as T
  }

  #asker(hosts: readonly string[]) {
    return { play: this.#context.play.name, task: this.#item.label, hosts }
  }

  /** A handler that is surely notified runs, though it cannot be known what it will find. */
  #willRun({ kind }: Evaluation): boolean {
    const isSure = this.#pass.handlers.dependsOn(this.#item) === undefined
    return kind === 'unknown' && this.#item.label.isHandler && isSure
  }

  /** Applies the task once fewer hosts than its `throttle` do; after waiting it is probed again. */
  #throttled(evaluation: Evaluation): Promise<UntimedResult> {
    const { host, coordination, gate } = this.#context
    let hasWaited = false
    const work = async () => {
      this.#context.requireNotOver()
      if (hasWaited) this.#pass.cache.clear()
      return this.#apply(hasWaited ? await this.#evaluate() : evaluation)
    }
    return coordination.throttle(this.#item, host, work, (hosts) => {
      hasWaited = true
      gate.emitWaiting(hosts)
    })
  }

  async #apply(found: Evaluation): Promise<UntimedResult> {
    const { notifications } = this.#pass.handlers
    const takeBack = notifications.expect(this.#item.task)
    const applied = await applyWithRetries(found, {
      item: this.#item,
      ahead: this.#pass.items.slice(this.#index),
      cache: this.#pass.cache,
      context: this.#context,
      evaluate: () => this.#evaluate(),
    })
    if (!applied) {
      takeBack()
      throw new PassEnded('stop')
    }
    const { changes, evaluation, output, wasApplied } = applied
    const isPrediction =
      this.#context.isCheck && found.kind === 'changes' && found.changes.some(isPredictedByCall)
    if (isPrediction) {
      takeBack()
      return this.#concludePrediction(changes, evaluation, found.changes)
    }
    if (evaluation.kind === 'failed') {
      if (!wasApplied && !this.#context.isInterrupted) takeBack()
      const { error } = evaluation
      return this.#finish({ status: 'failed', changes: reportedChanges(this.#item, changes), error, output })
    }
    if (changes.length === 0) takeBack()
    if (evaluation.kind === 'changes' || (evaluation.kind === 'ok' && changes.length > 0))
      return changes.length > 0
        ? this.#changed(this.#asMade(changes), output)
        : this.#finish({ status: 'ok', changes: [], output })
    return this.#conclude(evaluation)
  }

  /** Check mode: what calls would change. They know nothing of the planned changes of earlier tasks. */
  #concludePrediction(
    changes: readonly Change[],
    evaluation: Evaluation,
    planned: readonly Change[],
  ): UntimedResult {
    const { dryRun } = this.#context
    if (evaluation.kind === 'failed') {
      const mendedBy = dryRun.predicted(this.#item)?.pending.at(-1)
      const end = failedEvaluation(evaluation.error, this.#item.task.name, mendedBy)
      return this.#conclude(end, planned)
    }
    if (changes.length === 0) return this.#finish({ status: 'ok', changes: [] })
    dryRun.record(this.#item, changes, this.#pass.cache.get(this.#item))
    return this.#changed(changes)
  }

  /** In check mode only commands that may act there make changes. */
  #asMade(changes: readonly Change[]): readonly Change[] {
    if (!this.#context.isCheck) return changes
    return changes.map((change) => ({ ...change, to: `${change.to}, in this dry run` }))
  }

  /** The evaluation is the result: there is nothing to apply. */
  #conclude(
    evaluation: Exclude<Evaluation, { kind: 'changes' }>,
    changes?: readonly Change[],
  ): UntimedResult {
    if (evaluation.kind === 'failed')
      return this.#finish({ status: 'failed', changes: [], error: evaluation.error })
    this.#insertGiven()
    if (evaluation.kind === 'ok') {
      const { message } = evaluation
      return this.#finish({ status: 'ok', changes: [], message })
    }
    if (evaluation.kind === 'unknown') {
      this.#context.dryRun.recordUnknown(this.#item, changes)
      this.#pass.handlers.notifications.notify(this.#item.task, false)
    }
    return this.#finish({ status: evaluation.kind, changes: [], reason: evaluation.reason })
  }

  /** The tasks of a look come right after it. */
  #insertGiven(): void {
    if (this.#given.length === 0) return
    const { items, handlers } = this.#pass
    const { recorder } = this.#context
    items.splice(this.#index + 1, 0, ...this.#given)
    recorder.addTasks(this.#given.filter(({ task }) => !isFlush(task)).length)
    handlers.resume(this.#given, { emit: (event) => recorder.emit(event) })
  }

  /** Check mode: takes the changes as made, unless a rehearsal of their steps fails. */
  async #predict(changes: readonly Change[]): Promise<UntimedResult> {
    const { handlers, cache } = this.#pass
    const { dryRun, gate } = this.#context
    const dependsOn = handlers.dependsOn(this.#item)
    if (dependsOn !== undefined) {
      const reason = `runs only if ${dependsOn} changes something`
      return this.#conclude({ kind: 'unknown', reason }, changes)
    }
    const predicted = dryRun.predicted(this.#item)!
    const commands = commandsInCheckMode(changes, predicted)
    if (commands.kind === 'run') {
      await gate.enter()
      return this.#throttled({ kind: 'changes', changes })
    }
    if (commands.kind === 'skipped') {
      if (effectsOf(changes).length > 0) dryRun.record(this.#item, changes, cache.get(this.#item))
      return this.#conclude(commands)
    }
    if (commands.kind === 'unknown') return this.#conclude(commands, changes)
    const unsafe = unsafeStep(this.#item, changes, cache.get(this.#item), predicted)
    const failure = unsafe ?? (await rehearse(this.#item, changes, this.#rehearsalHost(), predicted))
    if (failure) {
      const evaluation = failedEvaluation(failure.error, this.#item.task.name, failure.mendedBy)
      if (evaluation.kind === 'failed') await gate.enter()
      return this.#conclude(evaluation, changes)
    }
    dryRun.record(this.#item, changes, cache.get(this.#item))
    return this.#changed(changes)
  }

  #rehearsalHost(): RehearsalHost {
    const { host, user } = this.#item.target
    const { session } = this.#context.hostAt(this.#item.target)
    const there = <T>(work: Promise<T>): Promise<T> =>
      work.catch((thrown) => {
        throw host === undefined ? thrown : otherHostError(thrown, host)
      })
    return {
      trip: (entries) => there(session.trip(user, entries)),
      send: (source, path) => there(session.upload(source, path, user)),
    }
  }

  #changed(changes: readonly Change[], output?: TaskOutput): UntimedResult {
    this.#pass.handlers.notifications.notify(this.#item.task, true)
    return this.#finish({ status: 'changed', changes: reportedChanges(this.#item, changes), output })
  }

  /** This host ran the task itself, perhaps for others too. */
  #finish(found: UntimedResult): UntimedResult {
    const result = reportable(this.#item, found)
    const isFinal = !hasFailed(result) || !this.#pass.retries.isRetried(this.#item)
    if (runsOnce(this.#item) && isFinal) this.#context.gate.publish(this.#item, result)
    return this.#settled(result)
  }

  #settled(result: UntimedResult): UntimedResult {
    const { label, task } = this.#item
    if (label.isHandler && !hasFailed(result)) this.#pass.handlers.notifications.settle(task)
    return result
  }
}

function isRetried({ task }: PlannedTask, { kind }: Evaluation): boolean {
  return kind === 'failed' && task.options.retry !== undefined
}
