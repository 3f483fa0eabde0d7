// The reporter for logs, pipes and CI: a line for what happened, none for what did not.

import type { RunEvent } from '../model/run/event.ts'
import type { Clock } from './clock.ts'
import { formatDuration } from './duration.ts'
import { harmless, lastDrawn } from './harmless.ts'
import { hostText } from './hostText.ts'
import { createNarration, type Narration, type NarrationOptions } from './narration.ts'
import type { Paint } from './paint.ts'
import { plural } from './recapText.ts'
import type { Reporter } from './reporterContract.ts'
import type { Sink } from './sink.ts'

export type LinesOptions = {
  readonly verbosity: number
  /** Given with --diff: what compares two texts. */
  readonly compare?: NarrationOptions['compare']
  readonly cwd: string
  readonly clock: Clock
  readonly result: { readonly sink: Sink; readonly paint: Paint }
  /** Warnings and signs of life. */
  readonly talk: { readonly sink: Sink; readonly paint: Paint }
}

type Running = { readonly name: string; readonly title: string; readonly since: number; line: string }

const heartbeatMs = 10_000
const mostHeartbeats = 4

/** Lines on stdout for what happened; on stderr warnings and, every ten seconds, what has been running that long. */
export function createLinesReporter({
  verbosity,
  compare,
  cwd,
  clock,
  result,
  talk,
}: LinesOptions): Reporter {
  const tell = createNarration({ verbosity, compare, cwd, paint: result.paint })
  const warn = createNarration({ verbosity, compare, cwd, paint: talk.paint })
  const running = new Map<string, Running>()
  const stop = clock.every(heartbeatMs, () =>
    write(talk.sink, heartbeat(running, clock.now()).map(talk.paint.quiet)),
  )
  return {
    handle: (event) => {
      follow(running, event, clock.now())
      if (event.kind === 'warning') write(talk.sink, warn(event))
      else if (result.sink.isOpen()) tellTo(result.sink, tell, event)
    },
    close: async () => {
      stop()
      await Promise.all([result.sink.flush(), talk.sink.flush()])
    },
  }
}

function tellTo(sink: Sink, tell: Narration, event: RunEvent): void {
  write(sink, tell(event))
}

function write(sink: Sink, lines: readonly string[]): void {
  if (lines.length > 0) sink.write(`${lines.join('\n')}\n`)
}

/** Keeps which steps are running, and the last that each of them said. */
function follow(running: Map<string, Running>, event: RunEvent, now: number): void {
  if (event.kind === 'taskStart') {
    const { host, task } = event
    running.set(host, { name: hostText(host, task), title: task.title, since: now, line: '' })
  }
  if (event.kind === 'taskEnd') running.delete(event.host)
  if (event.kind === 'hostEnd') running.delete(event.recap.host)
  if (event.kind === 'output') {
    const step = running.get(event.host)
    if (step) step.line = lastDrawn(event.line) || step.line
  }
}

/** A line a host that has been at one task for long; one line for all where they are many. */
function heartbeat(running: ReadonlyMap<string, Running>, now: number): string[] {
  const long = [...running].filter(([, { since }]) => now - since >= heartbeatMs)
  long.sort(([, one], [, other]) => one.since - other.since)
  const lines = long.map(([, { name, title, since, line }]) => {
    const said = line === '' ? '' : `   ${line}`
    return `${harmless(name)}  running  ${harmless(title)}   ${formatDuration(now - since)}${said}`
  })
  if (lines.length <= mostHeartbeats) return lines
  return [`${plural(lines.length, 'host')} running, the longest: ${lines[0]}`]
}
