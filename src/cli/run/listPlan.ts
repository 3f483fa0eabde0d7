// Lists the hosts, tasks and tags of a run, without running it.

import type { HostPlan, PlayPlan } from '../../engine/plan/planPlays.ts'
import { takesPart } from '../../engine/play.ts'
import { createMasker } from '../../model/secrets/masker.ts'
import { revealedSecrets, secretsIn } from '../../model/secrets/secret.ts'
import type { Task } from '../../model/task.ts'
import type { RunFlags } from '../flags/runFlags.ts'

/** Prints the lists and returns the exit code. */
export function listPlan(
  plans: readonly PlayPlan[],
  flags: Pick<RunFlags, 'listHosts' | 'listTasks' | 'listTags'>,
): number {
  for (const plan of plans.map(fromStart)) process.stdout.write(`${planLines(plan, flags).join('\n')}\n`)
  return 0
}

/** Drops the tasks and hosts before the task at which a play begins. */
function fromStart({ play, hosts }: PlayPlan): PlayPlan {
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
        ...(items?.map(({ task }) => `    ${maskedTitle(task, host)}${tagText(task.options.tags)}`) ?? [
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

/** Masks secrets in a title, as a run would. */
function maskedTitle({ title, params, options }: Task, { vars }: HostPlan['host']): string {
  return createMasker([...secretsIn([vars, params, options.environment]), ...revealedSecrets()])(title)
}

/** Prints the summary of --syntax-check and returns the exit code. */
export function planSummary(plans: readonly PlayPlan[]): number {
  const hosts = new Set(plans.flatMap((plan) => plan.hosts.map(({ host }) => host.name)))
  const tasks = plans.flatMap((plan) => plan.hosts).reduce((sum, { items }) => sum + (items?.length ?? 0), 0)
  const counts = [
    [plans.length, 'play'],
    [hosts.size, 'host'],
    [tasks, 'task'],
  ] as const
  const text = counts.map(([count, noun]) => `${count} ${noun}${count === 1 ? '' : 's'}`).join(', ')
  process.stdout.write(`No errors found in ${text}. No host was contacted.\n`)
  return 0
}

function tagsOf({ play, hosts }: PlayPlan): string[] {
  const tags = hosts.flatMap(({ items }) => items?.flatMap(({ task }) => task.options.tags ?? []) ?? [])
  return [...new Set([...(play.spec.tags ?? []), ...tags])].sort()
}

function tagText(tags: readonly string[] = []): string {
  return tags.length === 0 ? '' : `  [${tags.join(', ')}]`
}
