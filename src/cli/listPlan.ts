// --list-hosts, --list-tasks and --list-tags: what a run would take, without running it.

import type { PlayPlan } from '../engine/plan.ts'
import type { RunFlags } from './flags.ts'

/** Writes the lists to stdout; the exit code is 0. */
export function listPlan(
  plans: readonly PlayPlan[],
  flags: Pick<RunFlags, 'listHosts' | 'listTasks' | 'listTags'>,
): number {
  for (const plan of plans) process.stdout.write(`${planLines(plan, flags).join('\n')}\n`)
  return 0
}

function planLines({ play, hosts }: PlayPlan, flags: Parameters<typeof listPlan>[1]): string[] {
  const lines = [`${play.spec.name}  (${play.spec.hosts})`]
  if (flags.listHosts) lines.push(...hosts.map(({ host }) => `  ${host.name}`))
  if (flags.listTasks) {
    for (const { host, items } of hosts) {
      lines.push(`  ${host.name}`)
      lines.push(
        ...(items?.map(({ task }) => `    ${task.title}${tagText(task.options.tags)}`) ?? [
          '    (its tasks depend on facts)',
        ]),
      )
    }
  }
  if (flags.listTags) {
    const tags = hosts.flatMap(({ items }) => items?.flatMap(({ task }) => task.options.tags ?? []) ?? [])
    lines.push(`  ${[...new Set([...(play.spec.tags ?? []), ...tags])].sort().join(', ')}`)
  }
  return lines
}

function tagText(tags: readonly string[] = []): string {
  return tags.length === 0 ? '' : `  [${tags.join(', ')}]`
}
