// The time axis, and what a trip is in words.

import { formatDuration } from '../../text/duration.ts'
import type { Trip } from './model.ts'
import { count } from './words.ts'

export function Axis({ endMs }: { endMs: number }) {
  return (
    <span class="axis" aria-hidden="true">
      {ticksOf(endMs).map((ms) => (
        <span key={ms} class="tick" style={{ left: `${(ms / endMs) * 100}%` }}>
          {formatDuration(ms)}
        </span>
      ))}
    </span>
  )
}

const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400]

/** At most eight round times. */
function ticksOf(endMs: number): number[] {
  const step = (steps.find((each) => endMs / (each * 1000) <= 7) ?? 14400) * 1000
  return Array.from({ length: Math.floor(endMs / step) + 1 }, (_, index) => index * step)
}

export function tripText({ startMs, durationMs, probes, steps: made }: Trip): string {
  const content = [count(probes, 'probe'), ...(made > 0 ? [count(made, 'step')] : [])]
  return `${formatDuration(durationMs)} from ${formatDuration(startMs)} on: ${content.join(', ')}`
}
