// Captures what reporters write, with a clock that tests turn by hand.

import { Writable } from 'node:stream'
import type { RunEvent } from '../../src/model/run/event.ts'
import type { Clock } from '../../src/report/output/clock.ts'
import type { Reporter } from '../../src/report/output/reporterTypes.ts'
import { createSink, type Sink } from '../../src/report/output/sink.ts'
import { createReporter, type ReporterOptions } from '../../src/report/reporter.ts'

type TestStream = Writable & { readonly text: () => string }

export function createTestStream(): TestStream {
  let text = ''
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      text += String(chunk)
      done()
    },
  })
  return Object.assign(stream, { text: () => text })
}

export type TestClock = Clock & { readonly advance: (ms: number) => void }

/** Calls back at the times an interval would, in order. */
export function createTestClock(): TestClock {
  let time = 0
  const timers = new Set<{ readonly intervalMs: number; next: number; readonly callback: () => void }>()
  return {
    now: () => time,
    every: (intervalMs, callback) => {
      const timer = { intervalMs, next: time + intervalMs, callback }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    advance: (ms) => {
      const end = time + ms
      for (;;) {
        const due = [...timers].filter(({ next }) => next <= end).sort((a, b) => a.next - b.next)[0]
        if (!due) break
        time = due.next
        due.next += due.intervalMs
        due.callback()
      }
      time = end
    },
  }
}

/** What a reporter writes of the events, on both streams. */
export async function reportOf(
  events: readonly RunEvent[],
  options: Partial<ReporterOptions> = {},
): Promise<{ stdout: string; stderr: string }> {
  const [stdout, stderr] = [createTestStream(), createTestStream()]
  const reporter = await createReporter({
    output: 'lines',
    verbosity: 0,
    isDiffShown: false,
    env: {},
    cwd: '/site',
    ...options,
    stdout,
    stderr,
  })
  for (const event of events) reporter.handle(event)
  await reporter.close()
  return { stdout: stdout.text(), stderr: stderr.text() }
}

/** What a reporter writes that makes one document, at a fixed time and for files below /site. */
export async function documentOf(
  create: (options: { sink: Sink; time: () => string; cwd: string }) => Reporter,
  events: readonly RunEvent[],
): Promise<string> {
  const stream = createTestStream()
  const time = () => '2026-03-14T09:26:53.589Z'
  const reporter = create({ sink: createSink(stream), time, cwd: '/site' })
  for (const event of events) reporter.handle(event)
  await reporter.close()
  return stream.text()
}
