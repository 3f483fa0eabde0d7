// Runs one play on its hosts: batches, forks, and what happens to the others when a host fails.

import { UnreachableError } from '../model/errors/error.ts'
import { createLimiter } from '../model/limiter.ts'
import { emptyCounts, type HostRecap } from '../model/run/outcome.ts'
import { batchesOf } from './batches.ts'
import { type ConvergeOptions, converge, type HostEnd } from './converge.ts'
import { readFacts } from './facts.ts'
import { countFailures } from './failures.ts'
import type { Item } from './item.ts'
import { failedVerdict } from './judge.ts'
import { knownItems, playsAfter } from './lookAhead.ts'
import { interrupted } from './loss.ts'
import { secretsOfItems } from './masking.ts'
import type { HostPlan, PlayPlan } from './plan.ts'
import { OnceForAll } from './runOnce.ts'
import { type RunState, sessionOf } from './runState.ts'
import type { HostSession } from './session.ts'
import { createThrottle, type Throttle } from './throttle.ts'
import { createTurns } from './turns.ts'

export async function runPlay({ play, hosts }: PlayPlan, state: RunState): Promise<HostRecap[]> {
  const { spec } = play
  const { options, emit, lost } = state
  const startedAt = performance.now()
  const taking = hosts.filter((plan) => !lost.has(plan.host.name) && takesPart(plan))
  const names = taking.map(({ host }) => host.name)
  emit({ kind: 'playStart', play: spec.name, hosts: names, isCheck: options.isCheck })
  const batches = batchesOf(names, spec.serial)
  const turns = createTurns(batches)
  const shared = sharedByHosts(taking, batches)
  const pool = createLimiter(spec.forks ?? options.forks)
  const failures = countFailures(batches, spec)
  const skipped: string[] = []
  const ends = await Promise.all(
    taking.map((plan) =>
      pool(async () => {
        const { name } = plan.host
        const end = await runHost(plan, spec, state, {
          turn: turns.get(name)!,
          isPlayOver: () => failures.isOverFor(name),
          throttle: shared.throttle,
          once: shared.onceFor(name),
        })
        shared.onceFor(name).leave(name)
        if (end.isFailed || end.isUnreachable) {
          lost.add(name)
          failures.note(name)
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
  company: Pick<ConvergeOptions, 'turn' | 'isPlayOver' | 'throttle' | 'once'>,
): Promise<HostEnd> {
  const { options, emit } = state
  const { host, prepare } = plan
  const session = sessionOf(plan, state)
  session.patience = spec.waitForConnection ?? 0
  const items = await itemsOf(plan, spec, session).catch((thrown): HostEnd => {
    company.turn.done()
    const error = options.signal?.aborted ? interrupted('facts', []) : thrown
    return factsFailed(error, { play: spec.name, session, emit })
  })
  if (!Array.isArray(items)) return items as HostEnd
  if (!plan.items) {
    state.learn(secretsOfItems(items as readonly Item[]))
    company.once.knows(host.name, begunItems(plan, items as readonly Item[]))
  }
  const start = beginning(plan, items as readonly Item[])
  return converge({
    play: spec.name,
    session,
    items: start === undefined ? [] : (items as readonly Item[]),
    start: start ?? 0,
    later: knownItems(host.name, playsAfter(spec, options.plays)),
    site: state.site,
    prepare,
    ...company,
    forcesHandlers: spec.forceHandlers ?? options.forceHandlers ?? false,
    sessionAt: ({ on }) => (on === undefined ? session : sessionOf(plan.other(on), state)),
    emit,
    isCheck: options.isCheck,
    consent: options.consent,
    fetch: options.fetch,
    owed: options.owed,
    artifacts: options.artifacts,
    reach: (name, task) => {
      const other = plan.other(name)
      return { session: sessionOf(other, state), as: other.userOf(task) }
    },
    signal: options.signal,
  })
}

/** Whether a host begins somewhere in the play; where its tasks depend on facts, that shows when they are read. */
export function takesPart(plan: HostPlan): boolean {
  return !plan.items || beginning(plan, plan.items) !== undefined
}

function beginning({ begin }: HostPlan, items: readonly Item[]): number | undefined {
  return begin ? begin(items) : 0
}

/** The tasks that the host comes to. */
function begunItems(plan: HostPlan, items: readonly Item[]): readonly Item[] {
  return items.slice(beginning(plan, items) ?? items.length)
}

/** How many hosts may carry out a task at once, and what one host of a batch carries out for all. */
function sharedByHosts(
  plans: readonly HostPlan[],
  batches: readonly (readonly string[])[],
): { readonly throttle: Throttle; readonly onceFor: (host: string) => OnceForAll } {
  const once = new Map<string, OnceForAll>()
  for (const batch of batches) {
    const forAll = new OnceForAll(batch)
    for (const name of batch) once.set(name, forAll)
  }
  for (const plan of plans) {
    const { name } = plan.host
    if (plan.items) once.get(name)!.knows(name, begunItems(plan, plan.items))
  }
  return { throttle: createThrottle(), onceFor: (host) => once.get(host)! }
}

async function itemsOf(
  plan: HostPlan,
  spec: PlayPlan['play']['spec'],
  session: HostSession,
): Promise<readonly Item[]> {
  if (plan.items) return plan.items
  const as = plan.userOf({ options: {} })
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
  const verdict = failedVerdict(thrown, 'facts', isUnreachable ? undefined : session.prediction)
  const status = isUnreachable ? 'unreachable' : verdict.kind
  const { kind: _, ...outcome } = isUnreachable ? { kind: status, error: thrown } : verdict
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
