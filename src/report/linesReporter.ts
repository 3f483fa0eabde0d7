// Reports to logs, pipes and CI: a line for each thing that happened.

import type { RunEvent } from '../model/run/event.ts'
import type { Clock } from './output/clock.ts'
import type { Reporter } from './output/reporterTypes.ts'
import { lastVisible, sanitize } from './output/sanitize.ts'
import type { Sink } from './output/sink.ts'
import type { Theme } from './output/theme.ts'
import { formatDuration } from './text/duration.ts'
import { hostLabel } from './text/hostLabel.ts'
import { plural } from './text/summaries.ts'
import { createTextFormatter, type TextFormatter, type TextFormatterOptions } from './text/textFormatter.ts'

export type LinesOptions = {
  readonly verbosity: number
  /** Given with --diff: what compares two texts. */
  readonly compare?: TextFormatterOptions['compare']
  readonly cwd: string
  readonly clock: Clock
  readonly out: { readonly sink: Sink; readonly theme: Theme }
  /** Warnings and heartbeats. */
  readonly err: { readonly sink: Sink; readonly theme: Theme }
}

type Running = { readonly name: string; readonly title: string; readonly since: number; line: string }

const heartbeatMs = 10_000
const mostHeartbeats = 4

/** Writes what happened to stdout; to stderr warnings and, every ten seconds, the steps that run that long. */
export function createLinesReporter({
  verbosity,
  compare,
  cwd,
  clock,
  out: result,
  err,
}: LinesOptions): Reporter {
  const format = createTextFormatter({ verbosity, compare, cwd, theme: result.theme })
  const formatWarning = createTextFormatter({ verbosity, compare, cwd, theme: err.theme })
  const running = new Map<string, Running>()
  const stop = clock.every(heartbeatMs, () =>
    write(err.sink, heartbeat(running, clock.now()).map(err.theme.muted)),
  )
  return {
    handle: (event) => {
      trackRunning(running, event, clock.now())
      if (event.kind === 'warning') write(err.sink, formatWarning(event))
      else if (result.sink.isOpen()) writeEvent(result.sink, format, event)
    },
    close: async () => {
      stop()
      await Promise.all([result.sink.flush(), err.sink.flush()])
    },
  }
}

function writeEvent(sink: Sink, format: TextFormatter, event: RunEvent): void {
  write(sink, format(event))
}

function write(sink: Sink, lines: readonly string[]): void {
  if (lines.length > 0) sink.write(`${lines.join('\n')}\n`)
}

/** Keeps which steps are running, with their last line of output. */
function trackRunning(running: Map<string, Running>, event: RunEvent, now: number): void {
  if (event.kind === 'taskStart') {
    const { host, task } = event
    running.set(host, { name: hostLabel(host, task), title: task.title, since: now, line: '' })
  }
  if (event.kind === 'taskEnd') running.delete(event.host)
  if (event.kind === 'hostEnd') running.delete(event.recap.host)
  if (event.kind === 'output') {
    const step = running.get(event.host)
    if (step) step.line = lastVisible(event.line) || step.line
  }
}

/** A line for each host whose task runs for long; a single one where they are many. */
function heartbeat(running: ReadonlyMap<string, Running>, now: number): string[] {
  const long = [...running].filter(([, { since }]) => now - since >= heartbeatMs)
  long.sort(([, one], [, other]) => one.since - other.since)
  const lines = long.map(([, { name, title, since, line }]) => {
    const output = line === '' ? '' : `   ${line}`
    return `${sanitize(name)}  running  ${sanitize(title)}   ${formatDuration(now - since)}${output}`
  })
  if (lines.length <= mostHeartbeats) return lines
  return [`${plural(lines.length, 'host')} running, the longest: ${lines[0]}`]
}
