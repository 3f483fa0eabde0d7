// Reports to logs, pipes and CI: a line for each thing that happened.

import type { RunEvent } from '../../model/run/event.ts'
import type { Clock } from '../output/clock.ts'
import type { Reporter } from '../output/reporterTypes.ts'
import { lastVisible, sanitize } from '../output/sanitize.ts'
import { formatDuration } from '../text/duration.ts'
import { hostLabel } from '../text/hostLabel.ts'
import { plural } from '../text/summaries.ts'
import { type TextOutput, withLineEnds } from './textOutput.ts'

type LinesOptions = {
  readonly clock: Clock
  readonly out: TextOutput
  /** For warnings and heartbeats. */
  readonly err: TextOutput
}

type RunningStep = { readonly name: string; readonly title: string; readonly since: number; line: string }

const foldMs = 500
const heartbeatMs = 10_000
const maxHeartbeats = 4

/** Writes what happened to stdout; to stderr warnings and, every ten seconds, the steps that run that long. */
export function createLinesReporter({ clock, out, err }: LinesOptions): Reporter {
  const running = new Map<string, RunningStep>()
  const stops = [
    clock.every(foldMs, () => out.sink.write(withLineEnds(out.overdue()))),
    clock.every(heartbeatMs, () =>
      err.sink.write(withLineEnds(heartbeat(running, clock.now()).map(err.theme.muted))),
    ),
  ]
  return {
    handle: (event) => {
      trackRunning(running, event, clock.now())
      const { sink, format } = event.kind === 'warning' ? err : out
      if (sink.isOpen()) sink.write(withLineEnds(format(event)))
    },
    close: async () => {
      for (const stop of stops) stop()
      await Promise.all([out.sink.flush(), err.sink.flush()])
    },
  }
}

/** Keeps which steps are running, with their last line of output. */
function trackRunning(running: Map<string, RunningStep>, event: RunEvent, now: number): void {
  if (event.kind === 'taskStart') {
    const { host, task } = event
    running.set(host, { name: hostLabel(host, task), title: task.title, since: now, line: '' })
  }
  if (event.kind === 'taskEnd' || event.kind === 'retry') running.delete(event.host)
  if (event.kind === 'hostEnd') running.delete(event.recap.host)
  if (event.kind === 'output') {
    const step = running.get(event.host)
    if (step) step.line = lastVisible(event.line) || step.line
  }
}

/** A line for each host whose task runs for long; a single one where they are many. */
function heartbeat(running: ReadonlyMap<string, RunningStep>, now: number): string[] {
  const long = [...running].filter(([, { since }]) => now - since >= heartbeatMs)
  long.sort(([, one], [, other]) => one.since - other.since)
  const lines = long.map(([, { name, title, since, line }]) => {
    const output = line === '' ? '' : `   ${line}`
    return `${sanitize(name)}  running  ${sanitize(title)}   ${formatDuration(now - since)}${output}`
  })
  if (lines.length <= maxHeartbeats) return lines
  return [`${plural(lines.length, 'host')} running, the longest: ${lines[0]}`]
}
