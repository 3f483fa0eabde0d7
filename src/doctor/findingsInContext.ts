// Puts findings into context: what an earlier task provides is no problem.

import type { PlayPlan } from '../engine/plan/planPlays.ts'
import type { CheckResult } from './checks/check.ts'
import type { Finding } from './examineHost.ts'
import { isBefore, type NeededCheck, type Provided } from './neededChecks.ts'

/** What an earlier task brings is no problem, and what only a task needs that may be skipped is a warning. */
export function findingsInContext(
  host: string,
  findings: readonly Finding[],
  provided: readonly Provided[],
  plays: readonly PlayPlan[],
): Finding[] {
  const plans = plays.flatMap(({ hosts }) => hosts)
  const names = new Map(
    plans.flatMap((plan) =>
      [plan.settings.host, plan.host.name].map((key) => [key, plan.host.name] as const),
    ),
  )
  const brings = (brought: Provided, needing: NeededCheck, { port, packages = [] }: CheckResult): boolean => {
    if (!isBefore(brought.position, needing.position)) return false
    if (port) return brought.host === names.get(port.host) && (brought.ports ?? []).includes(port.port)
    const own = brought.packages ?? []
    return brought.host === host && packages.some((name) => own.some((each) => isPackage(each, name)))
  }
  return findings.map((finding): Finding => {
    const { result, neededBy } = finding
    if (result.level !== 'problem' || neededBy.length === 0) return finding
    const bringer = (needing: NeededCheck) => provided.find((each) => brings(each, needing, result))
    const left = neededBy.filter((needing) => !bringer(needing))
    if (left.length === 0) {
      const by = bringer(neededBy[0]!)!.needer
      const text = `${result.text}; provided earlier by ${shortened(by.title)}`
      return { ...finding, result: { level: 'later', text } }
    }
    const level = left.some(({ isCertain }) => isCertain) ? 'problem' : 'warning'
    return { ...finding, result: { ...result, level }, neededBy: left }
  })
}

/** Of packages with a version in their name another version will do: java-21-openjdk-devel has java too. */
function isPackage(brought: string, name: string): boolean {
  const stem = (text: string) => text.replace(/-\d[\d.]*/g, '-')
  return brought === name || (/-\d/.test(name) && stem(brought).startsWith(stem(name)))
}

function shortened(title: string): string {
  return title.length > 48 ? `${title.slice(0, 47)}…` : title
}
