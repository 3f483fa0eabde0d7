// Examines the hosts of plays: what would fail there, without changing anything.

import type { PlayPlan } from '../engine/plan/planPlays.ts'
import { openHosts } from '../engine/readTasks.ts'
import { hostState, type RunOptions } from '../engine/runState.ts'
import { tasksWithFacts } from '../engine/tasksWithFacts.ts'
import { isLook } from '../model/blocks/look.ts'
import { createLimiter } from '../model/concurrency/limiter.ts'
import { type PlaybookError, toPlaybookError, UnreachableError } from '../model/errors/error.ts'
import type { Check, Verdict } from './checks/check.ts'
import { hostChecks } from './checks/hostChecks.ts'
import { nameCheck } from './checks/networkChecks.ts'
import { type Examined, examineHost, type Finding } from './examineHost.ts'
import {
  type Collected,
  collectNeeds,
  type HostTasks,
  isBefore,
  type NeededCheck,
  type Provided,
} from './neededChecks.ts'

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

/** The hosts in parallel, each over one connection. */
export async function examine(
  plays: readonly PlayPlan[],
  { connect, forks, signal }: Pick<RunOptions, 'connect' | 'forks' | 'signal'>,
): Promise<HostReport[]> {
  const { states, close } = openHosts({ connect, signal })
  const limit = createLimiter(forks)
  const failed = new Map<string, PlaybookError[]>()
  const fail = (host: string, thrown: unknown) =>
    failed.set(host, [...(failed.get(host) ?? []), toPlaybookError(thrown)])
  try {
    const known = await Promise.all(
      plays.flatMap(({ play, hosts }, playIndex) =>
        hosts.map((plan) =>
          limit(async (): Promise<HostTasks | undefined> => {
            try {
              const items = plan.items ?? (await tasksWithFacts(plan, states, []))
              return { play, playIndex, plan, items }
            } catch (thrown) {
              fail(plan.host.name, thrown)
              return undefined
            }
          }),
        ),
      ),
    )
    const tasks = known.filter((each) => each !== undefined)
    const collected = collectNeeds(tasks)
    const plans = new Map(plays.flatMap(({ hosts }) => hosts.map((plan) => [plan.host.name, plan] as const)))
    const accesses = new Map(collected.checks.map(({ access }) => [access.host.name, access]))
    const peers = [...plans.values()].map(({ settings }) => settings.host).filter(isName)
    const one = async (host: string): Promise<HostReport> => {
      const plan = plans.get(host)
      const needed = collected.checks.filter(({ access }) => access.host.name === host)
      const mainUser =
        (needed.find(({ user }) => user !== undefined) ?? needed[0])?.user ?? plan?.userFor({ options: {} })
      const general = [...hostChecks(), ...peers.map(peerCheck)]
      const looks = tasks.flatMap(({ plan, items }) => (plan.host.name === host ? items : []))
      const report = { host, looks: looks.filter(({ task }) => isLook(task)).length }
      const errors = failed.get(host) ?? []
      if (errors.some((error) => error instanceof UnreachableError))
        return { ...report, errors, isUnreachable: true, os: undefined, findings: [] }
      try {
        const { session } = hostState(plan ?? accesses.get(host)!, states)
        const examined = await examineHost(session, mainUser, general, needed)
        return { ...report, errors, isUnreachable: false, ...judged(host, examined, collected, plays) }
      } catch (thrown) {
        const isUnreachable = thrown instanceof UnreachableError
        return {
          ...report,
          errors: [...errors, toPlaybookError(thrown)],
          isUnreachable,
          os: undefined,
          findings: [],
        }
      }
    }
    const hosts = new Set([...plans.keys(), ...accesses.keys()])
    return await Promise.all([...hosts].map((host) => limit(() => one(host))))
  } finally {
    await close()
  }
}

/** Hosts by name reach one another by name: the addresses of configuration files are those of the inventory. */
function peerCheck(name: string): Check {
  const check = nameCheck(name)
  return {
    ...check,
    judge: (...args) => {
      const verdict = check.judge(...args)
      return verdict?.level === 'problem' ? { ...verdict, level: 'warning' } : verdict
    },
  }
}

function isName(host: string): boolean {
  return /[a-z]/i.test(host) && !host.includes(':') && host !== 'localhost'
}

/** What an earlier task brings is no problem, and what only a skipped task would need is a warning. */
function judged(
  host: string,
  { os, findings }: Examined,
  { provided }: Collected,
  plays: readonly PlayPlan[],
) {
  const addresses = new Map(
    plays.flatMap(({ hosts }) =>
      hosts.flatMap((plan) => [plan.settings.host, plan.host.name].map((key) => [key, plan.host.name])),
    ),
  )
  const own = (finding: Finding): Finding => {
    const { verdict, neededBy } = finding
    if (verdict.level !== 'problem' || neededBy.length === 0) return finding
    const left = neededBy.filter((each) => !provided.some((brought) => brings(brought, each)))
    if (left.length === 0) {
      const by = provided.find((brought) => brings(brought, neededBy[0]!))!.needer
      return {
        ...finding,
        verdict: { level: 'later', text: `${verdict.text}; brought before by ${shortened(by.title)}` },
      }
    }
    const level = left.some(({ isCertain }) => isCertain) ? 'problem' : 'warning'
    return { ...finding, verdict: { ...verdict, level }, neededBy: left }

    function brings(
      { host: where, packages = [], ports = [], position }: Provided,
      needing: NeededCheck,
    ): boolean {
      if (!isBefore(position, needing.position)) return false
      if (verdict.port) return where === addresses.get(verdict.port.host) && ports.includes(verdict.port.port)
      return (
        where === host &&
        (verdict.packages ?? []).some((name) => packages.some((each) => isPackage(each, name)))
      )
    }
  }
  return { os, findings: findings.map(own) satisfies { verdict: Verdict }[] }
}

/** Of packages with a version in their name another version will do: java-21-openjdk-devel has java too. */
function isPackage(brought: string, name: string): boolean {
  const stem = (text: string) => text.replace(/\d[\d.]*/g, '')
  return brought === name || (/\d/.test(name) && stem(brought).startsWith(stem(name)))
}

function shortened(title: string): string {
  return title.length > 48 ? `${title.slice(0, 47)}…` : title
}
