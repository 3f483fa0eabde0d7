// The reporter for CI: JUnit's XML, a suite a host and play, a case a task.

import { XMLBuilder } from 'fast-xml-parser'
import { AggregatePlaybookError, type PlaybookError } from '../model/errors/error.ts'
import type { RunEvent } from '../model/run/event.ts'
import type { TaskResult } from '../model/run/outcome.ts'
import { changeText } from './changeText.ts'
import { placeText } from './failureText.ts'
import { harmless, harmlessLines } from './harmless.ts'
import { placedTitle } from './hostText.ts'
import type { Reporter } from './reporterContract.ts'
import type { Sink } from './sink.ts'

export type JunitOptions = {
  readonly sink: Sink
  /** Now, as an ISO 8601 time in UTC. */
  readonly time: () => string
  /** Files are named relative to it. */
  readonly cwd: string
}

type Ended = Extract<RunEvent, { kind: 'taskEnd' }>

type Suite = {
  readonly play: string
  readonly host: string
  readonly begunAt: string
  cases: Ended[]
  durationMs: number
}

/**
 * Writes one document when it is closed. A task that failed is a `failure`, one during which the host was lost an
 * `error`; one that was skipped, or is unknown in a dry run, is `skipped` with the reason. What changed stands in
 * `system-out`. Times are seconds.
 */
export function createJunitReporter({ sink, time, cwd }: JunitOptions): Reporter {
  const suites = new Map<string, Suite>()
  let name = 'run-playbook'
  const suiteOf = (play: string, host: string): Suite => {
    const key = JSON.stringify([play, host])
    const suite = suites.get(key) ?? { play, host, begunAt: time(), cases: [], durationMs: 0 }
    suites.set(key, suite)
    return suite
  }
  return {
    handle: (event) => {
      if (event.kind === 'runStart') name = `run-playbook ${event.playbooks.join(' ')}`
      if (event.kind === 'hostStart') suiteOf(event.play, event.host).cases = []
      if (event.kind === 'taskEnd') suiteOf(event.play, event.host).cases.push(event)
      if (event.kind === 'hostEnd') suiteOf(event.play, event.recap.host).durationMs = event.recap.durationMs
    },
    close: () => {
      sink.write(document(name, [...suites.values()], cwd))
      return sink.flush()
    },
  }
}

function document(name: string, suites: readonly Suite[], cwd: string): string {
  const builder = new XMLBuilder({ ignoreAttributes: false, format: true, suppressBooleanAttributes: false })
  const cases = suites.flatMap((suite) => suite.cases)
  const durationMs = suites.reduce((sum, suite) => sum + suite.durationMs, 0)
  return builder.build({
    '?xml': { '@_version': '1.0', '@_encoding': 'UTF-8' },
    testsuites: {
      '@_name': harmless(name),
      ...totals(cases, durationMs),
      testsuite: suites.map((suite) => suiteNode(suite, cwd)),
    },
  })
}

function suiteNode({ play, host, begunAt, cases, durationMs }: Suite, cwd: string): object {
  return {
    '@_name': harmless(`${play} on ${host}`),
    '@_hostname': harmless(host),
    '@_timestamp': begunAt,
    ...totals(cases, durationMs),
    testcase: cases.map((each) => caseNode(each, cwd)),
  }
}

function totals(cases: readonly Ended[], durationMs: number): object {
  const count = (verdict: Verdict) => cases.filter(({ result }) => verdictOf(result) === verdict).length
  return {
    '@_tests': cases.length,
    '@_failures': count('failure'),
    '@_errors': count('error'),
    '@_skipped': count('skipped'),
    '@_time': seconds(durationMs),
  }
}

function caseNode({ play, host, task, result }: Ended, cwd: string): object {
  const place = task.where && placeText({ file: task.where.file, line: task.where.line }, cwd)
  const [, file, line] = /^(.*):(\d+)$/.exec(place ?? '') ?? []
  const verdict = verdictOf(result)
  const { inline, below } = changeText(task.title, result.changes, true)
  const changes = inline === undefined ? below : [inline]
  const told = result.isIgnored && result.error ? [...changes, ...errorLines(result.error)] : changes
  return {
    '@_name': harmless(`${task.isHandler ? 'handler ' : ''}${placedTitle(task)}`),
    '@_classname': harmless(`${play}.${host}`),
    ...(file ? { '@_file': file, '@_line': line } : {}),
    '@_time': seconds(result.durationMs),
    ...(verdict ? { [verdict]: verdictNode(result) } : {}),
    ...(told.length > 0 ? { 'system-out': told.join('\n') } : {}),
  }
}

type Verdict = 'failure' | 'error' | 'skipped'

function verdictOf({ status, isIgnored }: TaskResult): Verdict | undefined {
  if (isIgnored || status === 'ok' || status === 'changed') return undefined
  return status === 'failed' ? 'failure' : status === 'unreachable' ? 'error' : 'skipped'
}

function verdictNode({ error, reason }: TaskResult): object {
  if (!error) return reason ? { '@_message': harmless(reason) } : {}
  const lines = errorLines(error)
  return { '@_type': error.code, '@_message': lines[0] ?? '', '#text': lines.join('\n') }
}

function errorLines(error: PlaybookError): string[] {
  if (error instanceof AggregatePlaybookError) return error.errors.flatMap(errorLines)
  const { message, details, hint } = error
  return [message, ...details, ...(hint ? [hint] : [])].flatMap(harmlessLines)
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}
