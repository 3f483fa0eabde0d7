// --list-hosts, --list-tasks and --list-tags: what a run would take, without running it.

import type { HostPlan, PlayPlan } from '../../engine/plan/planPlays.ts'
import { takesPart } from '../../engine/play.ts'
import { createMasker } from '../../model/secrets/masker.ts'
import { secretsIn } from '../../model/secrets/secret.ts'
import type { Task } from '../../model/task.ts'
import type { RunFlags } from '../flags/runFlags.ts'

/** Writes the lists to stdout; the exit code is 0. */
export function listPlan(
  plans: readonly PlayPlan[],
  flags: Pick<RunFlags, 'listHosts' | 'listTasks' | 'listTags'>,
): number {
  for (const plan of plans.map(fromBeginning)) process.stdout.write(`${planLines(plan, flags).join('\n')}\n`)
  return 0
}

/** What is left of a play where its hosts do not begin at its first task. */
function fromBeginning({ play, hosts }: PlayPlan): PlayPlan {
  const begun = ({ items, begin, ...host }: HostPlan): HostPlan => ({
    ...host,
    items: items?.slice(begin?.(items)),
  })
  return { play, hosts: hosts.filter(takesPart).map(begun) }
}

function planLines({ play, hosts }: PlayPlan, flags: Parameters<typeof listPlan>[1]): string[] {
  const lines = [`${play.spec.name}  (${play.spec.hosts})`]
  if (flags.listHosts) lines.push(...hosts.map(({ host }) => `  ${host.name}`))
  if (flags.listTasks) {
    for (const { host, items } of hosts) {
      lines.push(`  ${host.name}`)
      lines.push(
        ...(items?.map(({ task }) => `    ${shownTitle(task, host)}${tagText(task.options.tags)}`) ?? [
          '    (its tasks depend on facts)',
        ]),
      )
    }
  }
  if (flags.listTags) {
    const tags = tagsOf({ play, hosts })
    lines.push(`  ${tags.length === 0 ? '(no tags)' : tags.join(', ')}`)
  }
  return lines
}

/** A title is made of what the play was given: a run would mask it too. */
function shownTitle({ title, params, options }: Task, { vars }: HostPlan['host']): string {
  return createMasker(secretsIn([vars, params, options.environment]))(title)
}

/** --syntax-check: says what was found to be right. */
export function planSummary(plans: readonly PlayPlan[]): number {
  const hosts = new Set(plans.flatMap((plan) => plan.hosts.map(({ host }) => host.name)))
  const tasks = plans.flatMap((plan) => plan.hosts).reduce((sum, { items }) => sum + (items?.length ?? 0), 0)
  const counts = [
    [plans.length, 'play'],
    [hosts.size, 'host'],
    [tasks, 'task'],
  ] as const
  const text = counts.map(([count, noun]) => `${count} ${noun}${count === 1 ? '' : 's'}`).join(', ')
  process.stdout.write(`No fault found in ${text}. No host was contacted.\n`)
  return 0
}

function tagsOf({ play, hosts }: PlayPlan): string[] {
  const tags = hosts.flatMap(({ items }) => items?.flatMap(({ task }) => task.options.tags ?? []) ?? [])
  return [...new Set([...(play.spec.tags ?? []), ...tags])].sort()
}

function tagText(tags: readonly string[] = []): string {
  return tags.length === 0 ? '' : `  [${tags.join(', ')}]`
}
