// Runs one play on its hosts, in batches, and stops hosts when too many others fail.

import { createLimiter } from '../model/concurrency/limiter.ts'
import { UnreachableError } from '../model/errors/error.ts'
import { emptyCounts, type HostRecap } from '../model/run/outcome.ts'
import { Barriers } from './coordination/barriers.ts'
import { createBatchGates } from './coordination/batchGates.ts'
import { createFailureLimit } from './coordination/failureLimit.ts'
import { RunOnce } from './coordination/runOnce.ts'
import { createThrottle } from './coordination/throttle.ts'
import { failedEvaluation } from './evaluateTask.ts'
import type { Coordination } from './hostContext.ts'
import { type HostEnd, runHostTasks } from './hostRun.ts'
import type { HostState } from './hostState.ts'
import { batchesOf } from './plan/hostOrder.ts'
import type { PlannedTask } from './plan/plannedTask.ts'
import type { HostPlan, PlayPlan } from './plan/planPlays.ts'
import { knownTasks, playsAfter } from './prefetch.ts'
import { interruptedError } from './results/lostHost.ts'
import { secretsOfItems } from './results/masking.ts'
import { hostState, type RunState } from './runState.ts'
import { tasksWithFacts } from './tasksWithFacts.ts'

type PlaySpec = PlayPlan['play']['spec']

export async function runPlay({ play, hosts }: PlayPlan, run: RunState): Promise<HostRecap[]> {
  const { spec } = play
  const { options, emit, excluded } = run
  const startedAt = performance.now()
  const plans = hosts.filter((plan) => !excluded.has(plan.host.name) && takesPart(plan))
  const names = plans.map(({ host }) => host.name)
  emit({ kind: 'playStart', play: spec.name, hosts: names, isCheck: options.isCheck })
  const batches = batchesOf(names, spec.serial)
  const gates = createBatchGates(batches)
  const runOnce = runOnceByHost(plans, batches)
  const barriers = barriersByHost(plans, batches)
  const failureLimit = createFailureLimit(batches, spec)
  const throttle = createThrottle()
  const limit = createLimiter(spec.forks ?? options.forks)
  const skipped: string[] = []
  const runHost = async (plan: HostPlan, giveUpRoom: () => void): Promise<HostRecap> => {
    const { name } = plan.host
    const end = await runOnHost(plan, spec, run, {
      batchGate: gates.get(name)!,
      throttle,
      runOnce: runOnce.get(name)!,
      barriers: barriers.get(name)!,
      giveUpRoom,
      isPlayOver: () => failureLimit.isReachedFor(name),
    })
    runOnce.get(name)!.leave(name)
    barriers.get(name)!.leave(name)
    if (end.isFailed || end.isUnreachable) failureLimit.record(name)
    else if (end.isCutShort) skipped.push(name)
    if (end.isFailed || end.isUnreachable || end.isCutShort) excluded.add(name)
    return end.recap
  }
  const recaps = await Promise.all(
    plans.map((plan) =>
      limit(
        (giveUpRoom) => runHost(plan, giveUpRoom),
        () => emit({ kind: 'hostWaiting', play: spec.name, host: plan.host.name, for: [] }),
      ),
    ),
  )
  if (skipped.length > 0 && !options.signal?.aborted) {
    const reason = run.isAborted ? 'the run was aborted by the user' : 'too many hosts failed'
    const message = `${spec.name}: ${skipped.join(', ')} skipped: ${reason}.`
    emit({ kind: 'warning', message })
  }
  const durationMs = performance.now() - startedAt
  emit({ kind: 'playEnd', play: spec.name, hosts: recaps, durationMs, isCheck: options.isCheck })
  return recaps
}

async function runOnHost(
  plan: HostPlan,
  play: PlaySpec,
  run: RunState,
  coordination: Coordination,
): Promise<HostEnd> {
  const { options } = run
  const { name } = plan.host
  const state = hostState(plan, run)
  state.session.retryConnectingFor(play.waitForConnection ?? 0)
  const laterTasks = knownTasks(name, playsAfter(play, options.plays))
  let items: readonly PlannedTask[]
  try {
    items = plan.items ?? (await tasksWithFacts(plan, run, laterTasks))
  } catch (thrown) {
    coordination.batchGate.done()
    const error = options.signal?.aborted ? interruptedError('facts', []) : thrown
    return factsFailed(error, play.name, state, run)
  }
  if (!plan.items) {
    run.addSecrets(secretsOfItems(items))
    coordination.runOnce.setTasks(name, tasksToRun(plan, items))
  }
  const start = startIndex(plan, items)
  const tasks = start === undefined ? { items: [], start: 0 } : { items, start }
  return runHostTasks({ run, play, plan, coordination, laterTasks, ...tasks })
}

/** Whether a host runs any task of the play; where its tasks depend on facts, that is not known before. */
export function takesPart(plan: HostPlan): boolean {
  return !plan.items || startIndex(plan, plan.items) !== undefined
}

function startIndex({ begin }: HostPlan, items: readonly PlannedTask[]): number | undefined {
  return begin ? begin(items) : 0
}

function tasksToRun(plan: HostPlan, items: readonly PlannedTask[]): readonly PlannedTask[] {
  return items.slice(startIndex(plan, items) ?? items.length)
}

/** By host, what the hosts of its batch run once for all. */
function runOnceByHost(
  plans: readonly HostPlan[],
  batches: readonly (readonly string[])[],
): Map<string, RunOnce> {
  const byHost = new Map<string, RunOnce>()
  for (const batch of batches) {
    const runOnce = new RunOnce(batch)
    for (const name of batch) byHost.set(name, runOnce)
  }
  for (const plan of plans) {
    const { name } = plan.host
    if (plan.items) byHost.get(name)!.setTasks(name, tasksToRun(plan, plan.items))
  }
  return byHost
}

/** By host, where the hosts of its batch wait for one another. */
function barriersByHost(
  plans: readonly HostPlan[],
  batches: readonly (readonly string[])[],
): Map<string, Barriers> {
  const shared = batches.map((batch) => ({ batch, barriers: new Barriers(batch) }))
  const byHost = new Map(shared.flatMap(({ batch, barriers }) => batch.map((name) => [name, barriers])))
  for (const plan of plans)
    if (plan.items)
      byHost.get(plan.host.name)!.at(plan.host.name, plan.items, startIndex(plan, plan.items) ?? 0)
  return byHost
}

/** In check mode planned changes may mend facts that cannot be read: the play is unknown then. */
function factsFailed(thrown: unknown, play: string, state: HostState, { emit }: RunState): HostEnd {
  const { name: host, session } = state
  const isUnreachable = thrown instanceof UnreachableError
  const { kind: status, ...outcome } = isUnreachable
    ? { kind: 'unreachable' as const, error: thrown }
    : failedEvaluation(thrown, 'facts', undefined)
  const recap: HostRecap = {
    host,
    counts: { ...emptyCounts(), [status]: 1 },
    ignored: 0,
    tasks: 0,
    trips: session.takeTrips(),
    durationMs: 0,
  }
  const isUnconnected = isUnreachable && thrown.stage === 'connect'
  const name = isUnconnected ? 'connect' : 'facts'
  const task = { name, title: name, isHandler: false }
  const result = { ...outcome, status, changes: [], durationMs: 0 }
  emit({ kind: 'taskEnd', play, host, task, index: -1, result })
  emit({ kind: 'hostEnd', play, recap })
  return { recap, isFailed: status === 'failed', isUnreachable, isCutShort: false }
}
