// Summarizes hosts, plays and runs in one line each.

import { emptyCounts, type HostRecap, type Status } from '../../model/run/outcome.ts'
import { formatDuration } from './duration.ts'
import type { HostOutcome } from './hostOutcomes.ts'

function sumCounts(recaps: readonly HostRecap[]): { [S in Status]: number } {
  const totals = emptyCounts()
  for (const { counts } of recaps) {
    for (const status of Object.keys(totals) as Status[]) totals[status] += counts[status]
  }
  return totals
}

/** `2 hosts: 2 ok · 8 changed · 0 failed · 41 s · 9 trips per host`. */
export function runSummary(
  recaps: readonly HostRecap[],
  outcomes: readonly HostOutcome[],
  durationMs: number,
): string {
  const count = (outcome: HostOutcome) => outcomes.filter((each) => each === outcome).length
  const totals = sumCounts(recaps)
  return [
    `${plural(recaps.length, 'host')}: ${count('ok')} ok`,
    `${totals.changed} changed`,
    `${count('failed')} failed`,
    ...(['unreachable', 'stopped'] as const).flatMap((outcome) =>
      count(outcome) > 0 ? [`${count(outcome)} ${outcome}`] : [],
    ),
    formatDuration(durationMs),
    ...tripsText(recaps),
  ].join(' · ')
}

/** `2 hosts: 4 would change, 1 unknown`. */
export function checkSummary(recaps: readonly HostRecap[], outcomes: readonly HostOutcome[]): string {
  const { changed, unknown } = sumCounts(recaps)
  const lost = (['failed', 'unreachable', 'stopped'] as const).flatMap((outcome) => {
    const count = outcomes.filter((each) => each === outcome).length
    return count > 0 ? [`${plural(count, 'host')} ${outcome}`] : []
  })
  const counts = [
    changed > 0 ? `${changed} would change` : unknown === 0 ? 'nothing would change' : '',
    unknown > 0 ? `${unknown} unknown` : '',
    ...lost,
  ]
  return `${plural(recaps.length, 'host')}: ${counts.filter((text) => text !== '').join(', ')}`
}

/** `62 tasks, 4 changed`: for a host that is ok; zeros are left out. */
export function hostSummary({ counts, ignored, tasks }: HostRecap, isCheck: boolean): string {
  const parts: [number, string][] = [
    [counts.changed, isCheck ? 'would change' : 'changed'],
    [counts.unknown, 'unknown'],
    [ignored, 'failed (ignored)'],
    [counts.skipped, 'skipped'],
  ]
  const shown = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`)
  return [plural(tasks, 'task'), ...shown].join(', ')
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function tripsText(recaps: readonly HostRecap[]): string[] {
  if (recaps.length === 0) return []
  const trips = recaps.map((recap) => recap.trips)
  const [least, most] = [Math.min(...trips), Math.max(...trips)]
  if (recaps.length === 1) return [plural(most, 'trip')]
  return [
    least === most ? `${plural(most, 'trip')} per host` : `${least} to ${plural(most, 'trip')} per host`,
  ]
}
