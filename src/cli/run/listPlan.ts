// Lists the hosts, tasks and tags of a run, without running it.

import type { HostPlan, PlayPlan } from '../../engine/plan/planPlays.ts'
import { takesPart } from '../../engine/play.ts'
import type { TasksRead } from '../../engine/readTasks.ts'
import { isLook } from '../../model/blocks/look.ts'
import { questionOf } from '../../model/blocks/prompt.ts'
import { UnreachableError } from '../../model/errors/error.ts'
import type { Play } from '../../model/play.ts'
import { createMasker } from '../../model/secrets/masker.ts'
import { revealedSecrets, secretsIn } from '../../model/secrets/secret.ts'
import type { Task } from '../../model/task.ts'
import type { RunFlags } from '../flags/runFlags.ts'
import { type ListedTasks, listedTasks } from './listedTasks.ts'
import { readListed } from './readListed.ts'

type ListFlags = Pick<RunFlags, 'listHosts' | 'listTasks' | 'listTags' | 'forks'>

/**
 * Prints the lists and returns the exit code. Where tasks depend on facts, these are read from the hosts, which the
 * lists say; a host whose facts cannot be read gives the exit code 2, or 4 if it is unreachable.
 */
export async function listPlan(plans: readonly PlayPlan[], flags: ListFlags): Promise<number> {
  const isRead = flags.listTasks || flags.listTags
  const tasksRead = isRead ? await readListed(plans, flags) : new Map<HostPlan, TasksRead>()
  for (const { play, hosts } of plans) {
    const listed = hosts.map((plan) => listedHost(plan, tasksRead.get(plan))).filter(takesPart)
    process.stdout.write(`${planLines(play, listed.map(fromStart), flags).join('\n')}\n`)
  }
  const errors = [...tasksRead.values()].flatMap((each) => ('error' in each ? [each.error] : []))
  const isAny = (isUnreachable: boolean) =>
    errors.some((error) => error instanceof UnreachableError === isUnreachable)
  return (isAny(false) ? 2 : 0) + (isAny(true) ? 4 : 0)
}

/** A host with its tasks, as far as they are known. */
type ListedHost = HostPlan & { readonly read: TasksRead | undefined }

function listedHost(plan: HostPlan, read: TasksRead | undefined): ListedHost {
  return { ...plan, items: read && 'items' in read ? read.items : plan.items, read }
}

/** Drops the tasks before the one at which a play begins. */
function fromStart({ items, begin, ...host }: ListedHost): ListedHost {
  return { ...host, items: items?.slice(begin?.(items)) }
}

function planLines({ spec }: Play, hosts: readonly ListedHost[], flags: ListFlags): string[] {
  const lines = [`${spec.name}  (${spec.hosts})`]
  if (flags.listHosts) lines.push(...hosts.map(({ host }) => `  ${host.name}`))
  if (flags.listTasks) lines.push(...listedTasks(hosts.map(tasksOf)))
  if (flags.listTags) {
    const tags = tagsOf(spec.tags ?? [], hosts)
    lines.push(`  ${tags.length === 0 ? '(no tags)' : tags.join(', ')}`)
    if (hosts.some(({ items = [] }) => items.some(({ task }) => isLook(task))))
      lines.push('  (tasks that looks give may have more)')
    if (!flags.listTasks)
      lines.push(...hosts.flatMap(({ host, read }) => (read ? [`  ${host.name}: ${factsText(read)}`] : [])))
  }
  return lines
}

function tasksOf({ host, items = [], read }: ListedHost): ListedTasks {
  return {
    host: host.name,
    note: read ? `  (${factsText(read)})` : '',
    titles: items.map(
      ({ task }) => `${maskedTitle(task, host)}${tagText(task.options.tags)}${lookText(task)}`,
    ),
  }
}

function lookText(task: Task): string {
  if (!isLook(task)) return ''
  return `  (gives tasks that depend on ${questionOf(task) ? 'the answer' : 'what it finds'})`
}

function factsText(read: TasksRead): string {
  return 'error' in read
    ? `its tasks depend on facts, which could not be read: ${read.error.message}`
    : 'its tasks depend on facts, read from the host now'
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

function tagsOf(ofPlay: readonly string[], hosts: readonly ListedHost[]): string[] {
  const tags = hosts.flatMap(({ items }) => items?.flatMap(({ task }) => task.options.tags ?? []) ?? [])
  return [...new Set([...ofPlay, ...tags])].sort()
}

function tagText(tags: readonly string[] = []): string {
  return tags.length === 0 ? '' : `  [${tags.join(', ')}]`
}
