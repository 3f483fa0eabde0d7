// Runs one play on its hosts: batches, forks, and what happens to the others when a host fails.

import { UnreachableError } from '../model/errors/error.ts'
import { createLimiter } from '../model/limiter.ts'
import { emptyCounts, type HostRecap } from '../model/run/outcome.ts'
import { createBatchGates } from './coordination/batchGates.ts'
import { createFailureLimit } from './coordination/failureLimit.ts'
import { RunOnce } from './coordination/runOnce.ts'
import { createThrottle, type Throttle } from './coordination/throttle.ts'
import { failedEvaluation } from './evaluateTask.ts'
import { type HostEnd, type HostRunOptions, runHostTasks } from './hostRun.ts'
import { batchesOf } from './plan/hostOrder.ts'
import type { PlannedTask } from './plan/plannedTask.ts'
import type { HostPlan, PlayPlan } from './plan/planPlays.ts'
import { knownItems, playsAfter } from './prefetch.ts'
import { readFacts } from './probing/facts.ts'
import { interruptedError } from './results/lostHost.ts'
import { secretsOfItems } from './results/masking.ts'
import { type RunState, sessionOf } from './runState.ts'
import type { HostSession } from './session/hostSession.ts'

export async function runPlay({ play, hosts }: PlayPlan, state: RunState): Promise<HostRecap[]> {
  const { spec } = play
  const { options, emit, excluded: lost } = state
  const startedAt = performance.now()
  const taking = hosts.filter((plan) => !lost.has(plan.host.name) && takesPart(plan))
  const names = taking.map(({ host }) => host.name)
  emit({ kind: 'playStart', play: spec.name, hosts: names, isCheck: options.isCheck })
  const batches = batchesOf(names, spec.serial)
  const gates = createBatchGates(batches)
  const shared = sharedByHosts(taking, batches)
  const limit = createLimiter(spec.forks ?? options.forks)
  const failureLimit = createFailureLimit(batches, spec)
  const skipped: string[] = []
  const ends = await Promise.all(
    taking.map((plan) =>
      limit(async () => {
        const { name } = plan.host
        const end = await runHost(plan, spec, state, {
          gate: gates.get(name)!,
          isPlayOver: () => failureLimit.isReachedFor(name),
          throttle: shared.throttle,
          runOnce: shared.onceFor(name),
        })
        shared.onceFor(name).leave(name)
        if (end.isFailed || end.isUnreachable) {
          lost.add(name)
          failureLimit.record(name)
        } else if (end.isCutShort) {
          lost.add(name)
          skipped.push(name)
        }
        return end.recap
      }),
    ),
  )
  if (skipped.length > 0 && !options.signal?.aborted) {
    const message = `${spec.name}: ${skipped.join(', ')} not gone through, because too many other hosts failed.`
    emit({ kind: 'warning', message })
  }
  const durationMs = performance.now() - startedAt
  emit({ kind: 'playEnd', play: spec.name, hosts: ends, durationMs, isCheck: options.isCheck })
  return ends
}

async function runHost(
  plan: HostPlan,
  spec: PlayPlan['play']['spec'],
  state: RunState,
  company: Pick<HostRunOptions, 'gate' | 'isPlayOver' | 'throttle' | 'runOnce'>,
): Promise<HostEnd> {
  const { options, emit } = state
  const { host, prepare } = plan
  const session = sessionOf(plan, state)
  session.connectTimeout = spec.waitForConnection ?? 0
  const items = await itemsOf(plan, spec, session).catch((thrown): HostEnd => {
    company.gate.done()
    const error = options.signal?.aborted ? interruptedError('facts', []) : thrown
    return factsFailed(error, { play: spec.name, session, emit })
  })
  if (!Array.isArray(items)) return items as HostEnd
  if (!plan.items) {
    state.addSecrets(secretsOfItems(items as readonly PlannedTask[]))
    company.runOnce.setTasks(host.name, begunItems(plan, items as readonly PlannedTask[]))
  }
  const start = beginning(plan, items as readonly PlannedTask[])
  return runHostTasks({
    play: spec.name,
    session,
    items: start === undefined ? [] : (items as readonly PlannedTask[]),
    start: start ?? 0,
    laterTasks: knownItems(host.name, playsAfter(spec, options.plays)),
    site: state.site,
    prepare,
    ...company,
    forcesHandlers: spec.forceHandlers ?? options.forceHandlers ?? false,
    sessionAt: ({ host: on }) => (on === undefined ? session : sessionOf(plan.other(on), state)),
    emit,
    isCheck: options.isCheck,
    confirmTask: options.confirmTask,
    fetch: options.fetch,
    pendingHandlers: options.pendingHandlers,
    artifacts: options.artifacts,
    reach: (name, task) => {
      const other = plan.other(name)
      return { session: sessionOf(other, state), as: other.userFor(task) }
    },
    signal: options.signal,
  })
}

/** Whether a host begins somewhere in the play; where its tasks depend on facts, that shows when they are read. */
export function takesPart(plan: HostPlan): boolean {
  return !plan.items || beginning(plan, plan.items) !== undefined
}

function beginning({ begin }: HostPlan, items: readonly PlannedTask[]): number | undefined {
  return begin ? begin(items) : 0
}

/** The tasks that the host comes to. */
function begunItems(plan: HostPlan, items: readonly PlannedTask[]): readonly PlannedTask[] {
  return items.slice(beginning(plan, items) ?? items.length)
}

/** How many hosts may carry out a task at once, and what one host of a batch carries out for all. */
function sharedByHosts(
  plans: readonly HostPlan[],
  batches: readonly (readonly string[])[],
): { readonly throttle: Throttle; readonly onceFor: (host: string) => RunOnce } {
  const runOnce = new Map<string, RunOnce>()
  for (const batch of batches) {
    const forAll = new RunOnce(batch)
    for (const name of batch) runOnce.set(name, forAll)
  }
  for (const plan of plans) {
    const { name } = plan.host
    if (plan.items) runOnce.get(name)!.setTasks(name, begunItems(plan, plan.items))
  }
  return { throttle: createThrottle(), onceFor: (host) => runOnce.get(host)! }
}

async function itemsOf(
  plan: HostPlan,
  spec: PlayPlan['play']['spec'],
  session: HostSession,
): Promise<readonly PlannedTask[]> {
  if (plan.items) return plan.items
  const as = plan.userFor({ options: {} })
  return plan.itemsWith(await readFacts(session, as, spec.facts ?? {}))
}

type FactsOf = {
  readonly play: string
  readonly session: HostSession
  readonly emit: RunState['emit']
}

/** In check mode facts that cannot be read may be there after what is planned: the play is unknown then. */
function factsFailed(thrown: unknown, { play, session, emit }: FactsOf): HostEnd {
  const isUnreachable = thrown instanceof UnreachableError
  const evaluation = failedEvaluation(thrown, 'facts', isUnreachable ? undefined : session.predictedState)
  const status = isUnreachable ? 'unreachable' : evaluation.kind
  const { kind: _, ...outcome } = isUnreachable ? { kind: status, error: thrown } : evaluation
  const recap: HostRecap = {
    host: session.host,
    counts: { ...emptyCounts(), [status]: 1 },
    ignored: 0,
    tasks: 0,
    trips: session.takeTrips(),
    durationMs: 0,
  }
  const task = { name: 'facts', title: 'facts', isHandler: false }
  emit({
    kind: 'taskEnd',
    play,
    host: session.host,
    task,
    index: -1,
    result: { ...outcome, status, changes: [], durationMs: 0 },
  })
  emit({ kind: 'hostEnd', play, recap })
  return { recap, isFailed: status === 'failed', isUnreachable, isCutShort: false }
}
