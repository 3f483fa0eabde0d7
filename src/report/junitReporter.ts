// Reports to CI as JUnit XML: a suite for each play and host, a case for each task.

import { XMLBuilder } from 'fast-xml-parser'
import { AggregatePlaybookError, type PlaybookError } from '../model/errors/error.ts'
import type { EventOf } from '../model/run/event.ts'
import type { TaskResult } from '../model/run/outcome.ts'
import type { Reporter } from './output/reporterTypes.ts'
import { sanitize, sanitizeLines } from './output/sanitize.ts'
import type { Sink } from './output/sink.ts'
import { changeText } from './text/changeText.ts'
import { locationText } from './text/failureText.ts'
import { titleWithDelegate } from './text/hostLabel.ts'

type JunitOptions = {
  readonly sink: Sink
  /** Now, as an ISO 8601 time in UTC. */
  readonly time: () => string
  /** Files are named relative to it. */
  readonly cwd: string
}

type TaskEnd = EventOf<'taskEnd'>

type Suite = {
  readonly play: string
  readonly host: string
  readonly startedAt: string
  cases: TaskEnd[]
  durationMs: number
}

/**
 * Writes one document when it is closed. A failed task is a `failure`; one that lost its host is an `error`; one that
 * was skipped, or is unknown in check mode, is `skipped` with the reason. Changes are in `system-out`. Of a block that is
 * tried again, the last try counts. Times are in seconds.
 */
export function createJunitReporter({ sink, time, cwd }: JunitOptions): Reporter {
  const suites = new Map<string, Suite>()
  let name = 'run-playbook'
  const suiteOf = (play: string, host: string): Suite => {
    const key = JSON.stringify([play, host])
    const suite = suites.get(key) ?? { play, host, startedAt: time(), cases: [], durationMs: 0 }
    suites.set(key, suite)
    return suite
  }
  return {
    handle: (event) => {
      if (event.kind === 'runStart') name = `run-playbook ${event.playbooks.join(' ')}`
      if (event.kind === 'hostStart') suiteOf(event.play, event.host).cases = []
      if (event.kind === 'taskEnd') suiteOf(event.play, event.host).cases.push(event)
      if (event.kind === 'retry') {
        const suite = suiteOf(event.play, event.host)
        suite.cases = suite.cases.filter(({ task, index }) => task.isHandler || index < event.from)
      }
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
      '@_name': sanitize(name),
      ...totals(cases, durationMs),
      testsuite: suites.map((suite) => suiteNode(suite, cwd)),
    },
  })
}

function suiteNode({ play, host, startedAt, cases, durationMs }: Suite, cwd: string): object {
  return {
    '@_name': sanitize(`${play} on ${host}`),
    '@_hostname': sanitize(host),
    '@_timestamp': startedAt,
    ...totals(cases, durationMs),
    testcase: cases.map((each) => caseNode(each, cwd)),
  }
}

function totals(cases: readonly TaskEnd[], durationMs: number): object {
  const count = (element: ResultElement) =>
    cases.filter(({ result }) => resultElement(result) === element).length
  return {
    '@_tests': cases.length,
    '@_failures': count('failure'),
    '@_errors': count('error'),
    '@_skipped': count('skipped'),
    '@_time': seconds(durationMs),
  }
}

function caseNode({ play, host, task, result }: TaskEnd, cwd: string): object {
  const location = task.where && locationText({ file: task.where.file, line: task.where.line }, cwd)
  const [, file, line] = /^(.*):(\d+)$/.exec(location ?? '') ?? []
  const element = resultElement(result)
  const { inline, below } = changeText(task.title, result.changes, true)
  const changes = inline === undefined ? below : [inline]
  const output = result.isIgnored && result.error ? [...changes, ...errorLines(result.error)] : changes
  return {
    '@_name': sanitize(`${task.isHandler ? 'handler ' : ''}${titleWithDelegate(task)}`),
    '@_classname': sanitize(`${play}.${host}`),
    ...(file ? { '@_file': file, '@_line': line } : {}),
    '@_time': seconds(result.durationMs),
    ...(element ? { [element]: resultNode(result) } : {}),
    ...(output.length > 0 ? { 'system-out': output.join('\n') } : {}),
  }
}

type ResultElement = 'failure' | 'error' | 'skipped'

function resultElement({ status, isIgnored }: TaskResult): ResultElement | undefined {
  if (isIgnored || status === 'ok' || status === 'changed') return undefined
  return status === 'failed' ? 'failure' : status === 'unreachable' ? 'error' : 'skipped'
}

function resultNode({ error, reason }: TaskResult): object {
  if (!error) return reason ? { '@_message': sanitize(reason) } : {}
  const lines = errorLines(error)
  return { '@_type': error.code, '@_message': lines[0] ?? '', '#text': lines.join('\n') }
}

function errorLines(error: PlaybookError): string[] {
  if (error instanceof AggregatePlaybookError) return error.errors.flatMap(errorLines)
  const { message, details, hint } = error
  return [message, ...details, ...(hint ? [hint] : [])].flatMap(sanitizeLines)
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}
