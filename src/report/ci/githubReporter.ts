// Reports to GitHub Actions as annotations: failures and warnings at their lines.

import { AggregatePlaybookError, type PlaybookError } from '../../model/errors/error.ts'
import type { SourceLocation } from '../../model/errors/location.ts'
import type { EventOf } from '../../model/run/event.ts'
import type { Reporter } from '../output/reporterTypes.ts'
import { sanitize } from '../output/sanitize.ts'
import type { Sink } from '../output/sink.ts'
import { locationText } from '../text/failureText.ts'
import { hostNames } from '../text/hostNames.ts'
import { withoutOwn } from '../text/withoutOwn.ts'

type GithubOptions = {
  readonly sink: Sink
  /** Files are named relative to it. */
  readonly cwd: string
}

type Group = { readonly event: EventOf<'taskEnd'>; readonly hosts: string[] }

const namesWidth = 80

/**
 * Writes `::error file=…,line=…,title=…::text` for each failure, equal ones of several hosts once, `::warning` for ignored
 * ones and warnings, and last a `::notice` that sums up. Source: "Workflow commands for GitHub Actions".
 */
export function createGithubReporter({ sink, cwd }: GithubOptions): Reporter {
  const failures = new Map<string, Group>()
  const lines: string[] = []
  return {
    handle: (event) => {
      if (event.kind === 'warning') lines.push(command('warning', event.where, '', event.message, cwd))
      if (event.kind === 'taskEnd' && event.result.error) {
        const { host, task, result } = event
        const text = withoutOwn([task.title, ...errorLines(result.error!)].join('\n'), host)
        const key = `${result.isIgnored === true} ${task.where?.line} ${text}`
        const group = failures.get(key) ?? { event, hosts: [] }
        group.hosts.push(host)
        failures.set(key, group)
      }
      if (event.kind === 'runEnd') {
        const { hosts, isCheck } = event.recap
        const changed = hosts.reduce((sum, { counts }) => sum + counts.changed, 0)
        const failed = hosts.filter(({ counts }) => counts.failed + counts.unreachable > 0).length
        const word = isCheck ? 'would change' : 'changed'
        const text = `${hosts.length} hosts: ${changed} ${word}, ${failed} failed or unreachable`
        lines.push(command('notice', undefined, 'run-playbook', text, cwd))
      }
    },
    close: () => {
      for (const line of [...[...failures.values()].map((group) => failureLine(group, cwd)), ...lines])
        sink.write(`${line}\n`)
      return sink.flush()
    },
  }
}

function failureLine({ event: { task, result, host }, hosts }: Group, cwd: string): string {
  const lines = errorLines(result.error!)
  const text = (hosts.length > 1 ? lines.map((line) => withoutOwn(line, host)) : lines).join('\n')
  const title = `${task.title} on ${hostNames(hosts, namesWidth)}`
  return command(result.isIgnored ? 'warning' : 'error', task.where, title, text, cwd)
}

function errorLines(error: PlaybookError): string[] {
  if (error instanceof AggregatePlaybookError) return error.errors.flatMap(errorLines)
  const { message, details, hint, code } = error
  return [`${message} (${code})`, ...details, ...(hint ? [hint] : [])]
}

function command(
  kind: 'error' | 'warning' | 'notice',
  where: SourceLocation | undefined,
  title: string,
  text: string,
  cwd: string,
): string {
  const file = where && locationText({ file: where.file, line: where.line }, cwd).replace(/:\d+$/, '')
  const properties = [
    ...(file === undefined ? [] : [`file=${property(file)}`, `line=${where!.line}`]),
    ...(title === '' ? [] : [`title=${property(sanitize(title))}`]),
  ]
  const shown = text.split('\n').map(sanitize).join('\n')
  return `::${kind}${properties.length > 0 ? ` ${properties.join(',')}` : ''}::${data(shown)}`
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
