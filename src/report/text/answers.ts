// Formats the output of a command on many hosts, equal output once.

import type { TaskOutput } from '../../model/run/outcome.ts'
import { sanitizeLines } from '../output/sanitize.ts'
import type { Theme } from '../output/theme.ts'
import { indent } from './columns.ts'
import { groupLabel, hostNames } from './hostNames.ts'

/** `output` is undefined where the command was not run. */
export type Answer = { readonly host: string; readonly output: TaskOutput | undefined }

type Group = { readonly hosts: string[]; readonly lines: readonly string[] }

const maxLabel = 30
const namesWidth = 72

/**
 * The answer of most hosts first. Answers of one line are beside their hosts; longer ones are below them. `!` marks
 * what came from standard error.
 */
export function answerLines(answers: readonly Answer[], theme: Theme): string[] {
  const groups = grouped(answers, theme)
  if (groups.some(({ lines }) => lines.length > 1)) return groups.flatMap((group) => block(group, theme))
  const labels = groups.map(({ hosts }) => groupLabel(hosts))
  const width = Math.min(maxLabel, Math.max(0, ...labels.map(({ length }) => length)))
  return groups.flatMap(({ hosts, lines: [line = ''] }, n) => [
    `${theme.bold(labels[n]!.padEnd(width))}   ${line.trimStart()}`,
    // Who belongs to the most is whoever is not named.
    ...(n === 0 || hosts.length === 1 ? [] : indent([theme.muted(hostNames(hosts, namesWidth))], width + 3)),
  ])
}

function block({ hosts, lines }: Group, theme: Theme): string[] {
  const names = hosts.length === 1 ? '' : `   ${theme.muted(hostNames(hosts, namesWidth))}`
  return [`${theme.bold(groupLabel(hosts))}${names}`, ...indent(lines, 4)]
}

function grouped(answers: readonly Answer[], theme: Theme): Group[] {
  const groups = new Map<string, Group>()
  for (const { host, output } of answers) {
    const lines = linesOf(output, theme)
    const key = JSON.stringify(lines)
    const group = groups.get(key) ?? { hosts: [], lines }
    group.hosts.push(host)
    groups.set(key, group)
  }
  return [...groups.values()].sort((one, other) => other.hosts.length - one.hosts.length)
}

function linesOf(output: TaskOutput | undefined, theme: Theme): string[] {
  if (!output) return [theme.muted('(not run)')]
  const { stdout, stderr, isTruncated } = output
  const lines = [
    ...(isTruncated ? [theme.muted('… (only the end was kept)')] : []),
    ...textLines(stdout),
    ...textLines(stderr).map((line) => theme.muted(`! ${line}`)),
  ]
  return lines.length > 0 ? lines : [theme.muted('(no output)')]
}

function textLines(text: string): string[] {
  const trimmed = text.replace(/(?:\r?\n)+$/, '')
  return trimmed === '' ? [] : sanitizeLines(trimmed)
}
