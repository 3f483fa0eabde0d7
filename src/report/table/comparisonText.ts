// Writes a comparison of two runs as lines.

import { sanitize } from '../output/sanitize.ts'
import { formatDuration } from '../text/duration.ts'
import { hostNames } from '../text/hostNames.ts'
import { plural } from '../text/summaries.ts'
import { isSame, type RunComparison } from './compareRuns.ts'

const columns = 100

/** Only what differs, below each heading. */
export function comparisonLines(comparison: RunComparison): string[] {
  const { tasks, hosts, slower, durationMs } = comparison
  const { before, after } = durationMs
  const took =
    before === undefined || after === undefined
      ? []
      : [`took ${formatDuration(after)}, before ${formatDuration(before)}`]
  if (isSame(comparison)) return ['the same tasks, hosts and results', ...took]
  return [
    ...group(plural(tasks.new.length, 'new task'), tasks.new.map(taskText)),
    ...group(`${plural(tasks.gone.length, 'task')} gone`, tasks.gone.map(taskText)),
    ...hostLine('newly failed', hosts.failed),
    ...hostLine('no longer failed', hosts.recovered),
    ...hostLine('newly changed', hosts.changed),
    ...hostLine('no longer changed', hosts.settled),
    ...hostLine('new', hosts.new),
    ...hostLine('gone', hosts.gone),
    ...group(
      `${plural(slower.length, 'task')} slower`,
      slower.map(
        (task) => `${taskText(task)}   ${formatDuration(task.beforeMs)} → ${formatDuration(task.afterMs)}`,
      ),
    ),
    ...took,
  ]
}

function group(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [heading, ...lines.map((line) => `  ${line}`)]
}

function hostLine(what: string, hosts: readonly string[]): string[] {
  return hosts.length === 0 ? [] : [`${plural(hosts.length, 'host')} ${what}: ${hostNames(hosts, columns)}`]
}

function taskText({ play, title }: RunComparison['tasks']['new'][number]): string {
  return `${sanitize(play)}: ${sanitize(title)}`
}
