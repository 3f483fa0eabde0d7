// Summarizes failures: equal errors once with their hosts, and what was not done.

import { sanitize } from '../output/sanitize.ts'
import type { Theme } from '../output/theme.ts'
import { locationText } from '../text/failureText.ts'
import { titleWithDelegate } from '../text/hostLabel.ts'
import { groupLabel, hostNames } from '../text/hostNames.ts'
import { plural } from '../text/summaries.ts'
import { equalFailures, type Failure, failuresOf, isLost, sharedText } from './failures.ts'
import type { HostTally } from './runTally.ts'
import { atMost, cut, type SummaryLimits } from './summaryLimits.ts'

type Options = {
  readonly theme: Theme
  readonly cwd: string
  readonly columns: number
}

type Tallies = ReadonlyMap<string, HostTally>

/** Failed hosts by error, then those that were unreachable, then those that others stopped. */
export function failureSections(hosts: Tallies, limits: SummaryLimits, options: Options): string[] {
  const failures = failuresOf(hosts)
  const isInterrupted = ({ event }: Failure) => event.result.error?.code === 'E_INTERRUPTED'
  const failed = failures.filter((failure) => !isLost(failure) && !isInterrupted(failure))
  const stopped = [...hosts].flatMap(([host, { failure, stopped }]) => (stopped && !failure ? [host] : []))
  return [
    ...failedSection(failed, limits, options),
    ...interruptedLines(failures.filter(isInterrupted), limits, options),
    ...unreachableSection(failures.filter(isLost), limits, options),
    ...(stopped.length > 0
      ? [`${options.theme.changed('stopped before the end')}: ${hostNames(stopped, options.columns - 24)}`]
      : []),
  ]
}

function failedSection(
  failures: readonly Failure[],
  { errors, details }: SummaryLimits,
  options: Options,
): string[] {
  if (failures.length === 0) return []
  const { theme, columns } = options
  const names = failures.map(({ host }) => host)
  const groups = equalFailures(failures)
  const shown = groups.slice(0, errors).flatMap((group) => errorLines(group, groups, details, options))
  const left = groups.slice(errors).flat()
  const head = names.length === 1 ? 'failed' : `failed on ${plural(names.length, 'host')}`
  return [
    `${theme.failure(head)}: ${hostNames(names, columns - head.length - 2)}`,
    ...shown,
    ...(left.length > 0 ? [`  and others on ${hostNames(hostsOf(left), columns - 20)}`] : []),
  ]
}

/** The task, its place, the error, and how far the hosts came. */
function errorLines(
  group: readonly Failure[],
  groups: readonly (readonly Failure[])[],
  details: number,
  { theme, cwd, columns }: Options,
): string[] {
  const { event } = group[0]!
  const { task, result } = event
  const where = task.where
    ? `   ${theme.location(locationText({ file: task.where.file, line: task.where.line }, cwd))}`
    : ''
  const code = result.error ? `   ${theme.muted(result.error.code)}` : ''
  const members = groups.length > 1 ? `${hostNames(hostsOf(group), 40)}   ` : ''
  const lines = sharedText(group)
  // The last lines of a command's output say most.
  const shown = details === 0 ? [] : [...lines.slice(0, 1), ...lines.slice(1).slice(1 - details || Infinity)]
  return [
    `  ${members}${sanitize(titleWithDelegate(task))}${code}${where}`,
    ...shown.map((line) => `    ${cut(line, columns - 4)}`),
    ...notDone(group),
  ]
}

/** `    not done: 59 of 62 tasks`. */
function notDone(group: readonly Failure[]): string[] {
  const left = group.flatMap(({ stopped }) => (stopped ? [stopped.tasks - stopped.done] : []))
  const [least, most] = [Math.min(...left), Math.max(...left)]
  if (left.length === 0 || most <= 0) return []
  const total = Math.max(...group.map(({ stopped }) => stopped?.tasks ?? 0))
  return [`    not done: ${least === most ? most : `${least} to ${most}`} of ${plural(total, 'task')}`]
}

function interruptedLines(
  failures: readonly Failure[],
  { errors }: SummaryLimits,
  { theme, columns }: Options,
): string[] {
  const lines = equalFailures(failures).map((group) => {
    const title = sanitize(group[0]!.event.task.title)
    const names = hostNames(hostsOf(group), Math.max(20, columns - title.length - 16))
    return `${theme.changed('interrupted')}: ${names}   ${title}`
  })
  return atMost(lines, errors, (left) => `and ${left} more that were interrupted`)
}

/** Names and reason on one line where they fit, otherwise the reason below. */
function unreachableSection(
  failures: readonly Failure[],
  { errors }: SummaryLimits,
  { theme, columns }: Options,
): string[] {
  const groups = equalFailures(failures)
  const left = groups.slice(errors).flat()
  const lines = groups.slice(0, errors).flatMap((group) => {
    const [reason = ''] = sharedText(group)
    const names = hostNames(hostsOf(group), columns - 'unreachable: '.length)
    const line = `${theme.failure('unreachable')}: ${names}`
    const isShort = names.length + reason.length + 16 <= columns
    return isShort ? [`${line}   ${reason}`] : [line, `  ${cut(reason, columns - 2)}`]
  })
  return [...lines, ...(left.length > 0 ? [`and ${plural(left.length, 'host')} more`] : [])]
}

function hostsOf(failures: readonly Failure[]): string[] {
  return failures.map(({ host }) => host)
}

/** `handlers still to run on was-003: restartTomcat ecs`. */
export function owedLines(hosts: Tallies, { theme, columns }: Options): string[] {
  const byHandlers = new Map<string, string[]>()
  for (const [host, { owed }] of hosts) {
    if (owed.length === 0) continue
    const titles = [...new Set(owed)].map(sanitize).join(', ')
    byHandlers.set(titles, [...(byHandlers.get(titles) ?? []), host])
  }
  const lines = [...byHandlers].map(([titles, names]) => {
    const room = Math.max(20, columns - titles.length - 30)
    return `${theme.changed('handlers still to run')} on ${hostNames(names, room)}: ${titles}`
  })
  return atMost(lines, 3, (left) => `and on ${groupLabel(Array(left).fill('host'))} more`)
}
