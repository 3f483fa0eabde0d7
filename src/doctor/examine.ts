// Examines the hosts of plays: what would fail there, without changing anything.

import type { HostAccess } from '../engine/plan/hostAccess.ts'
import type { PlayPlan } from '../engine/plan/planPlays.ts'
import { openHosts } from '../engine/readTasks.ts'
import { type HostStates, hostState, type RunOptions } from '../engine/runState.ts'
import { tasksWithFacts } from '../engine/tasksWithFacts.ts'
import { isLook } from '../model/blocks/look.ts'
import { createLimiter, type Limiter } from '../model/concurrency/limiter.ts'
import { type PlaybookError, toPlaybookError, UnreachableError } from '../model/errors/error.ts'
import type { Check } from './checks/check.ts'
import { hostChecks } from './checks/hostChecks.ts'
import { peerCheck } from './checks/networkChecks.ts'
import { examineHost, type Finding } from './examineHost.ts'
import { findingsInContext } from './findingsInContext.ts'
import { type Collected, collectNeeds, type HostTasks } from './neededChecks.ts'

export type HostReport = {
  readonly host: string
  /** Why it, or its tasks, could not be examined. */
  readonly errors: readonly PlaybookError[]
  readonly isUnreachable: boolean
  /** `Rocky 9.6 x86_64`; undefined: it was not examined. */
  readonly os: string | undefined
  readonly findings: readonly Finding[]
  /** How many tasks look on the host first, and may give others that are not known. */
  readonly looks: number
}

/** The hosts in parallel, each over one connection. @throws PlaybookError E_NEEDS, E_PLAY */
export async function examine(
  plays: readonly PlayPlan[],
  { connect, forks, signal }: Pick<RunOptions, 'connect' | 'forks' | 'signal'>,
): Promise<HostReport[]> {
  const { states, close } = openHosts({ connect, signal })
  const limit = createLimiter(forks)
  try {
    const { tasks, errors } = await readAllTasks(plays, states, limit)
    const collected = collectNeeds(tasks)
    const plans = plays.flatMap(({ hosts }) => hosts)
    // Tasks are delegated to hosts of no play, too.
    const accesses = new Map(
      [...collected.checks.map(({ access }) => access), ...plans].map((each) => [each.host.name, each]),
    )
    const peers = [...new Set(plans.map(({ settings }) => settings.host))].filter(isName)
    const general = [...hostChecks(), ...(peers.length > 0 ? [peerCheck(peers)] : [])]
    const order = new Set([...plans, ...accesses.values()].map(({ host }) => host.name))
    return await Promise.all(
      [...order].map((name) =>
        limit(async () => {
          const access = accesses.get(name)!
          const own = tasks.filter(({ plan }) => plan.host.name === name).flatMap(({ items }) => items)
          return {
            host: name,
            looks: own.filter(({ task }) => isLook(task)).length,
            ...(await examined(access, { states, plays, collected, general }, errors.get(name) ?? [])),
          }
        }),
      ),
    )
  } finally {
    await close()
  }
}

/** The tasks of all plays; facts that they depend on are read from the hosts. */
async function readAllTasks(plays: readonly PlayPlan[], states: HostStates, limit: Limiter) {
  const errors = new Map<string, PlaybookError[]>()
  const reading = plays.flatMap(({ play, hosts }, playIndex) =>
    hosts.map((plan) =>
      limit(async (): Promise<HostTasks[]> => {
        try {
          const items = plan.items ?? (await tasksWithFacts(plan, states, []))
          return [{ play, playIndex, plan, items }]
        } catch (thrown) {
          const { name } = plan.host
          errors.set(name, [...(errors.get(name) ?? []), toPlaybookError(thrown)])
          return []
        }
      }),
    ),
  )
  return { tasks: (await Promise.all(reading)).flat(), errors }
}

type Context = {
  readonly states: HostStates
  readonly plays: readonly PlayPlan[]
  readonly collected: Collected
  readonly general: readonly Check[]
}

async function examined(
  access: HostAccess,
  { states, plays, collected, general }: Context,
  errors: readonly PlaybookError[],
): Promise<Omit<HostReport, 'host' | 'looks'>> {
  const unknown = { os: undefined, findings: [] }
  const isUnreachable = (all: readonly PlaybookError[]) =>
    all.some((error) => error instanceof UnreachableError)
  if (isUnreachable(errors)) return { errors, isUnreachable: true, ...unknown }
  const { name } = access.host
  const needed = collected.checks.filter((each) => each.access.host.name === name)
  const becoming = needed.find(({ user }) => user !== undefined)
  const user = (becoming ?? needed[0])?.user ?? access.userFor({ options: {} })
  try {
    const { session } = hostState(access, states)
    const { os, findings } = await examineHost(session, user, general, needed)
    const inContext = findingsInContext(name, findings, collected.provided, plays)
    return { errors, isUnreachable: false, os, findings: inContext }
  } catch (thrown) {
    const all = [...errors, toPlaybookError(thrown)]
    return { errors: all, isUnreachable: isUnreachable(all), ...unknown }
  }
}

function isName(host: string): boolean {
  return /[a-z]/i.test(host) && !host.includes(':') && host !== 'localhost'
}
