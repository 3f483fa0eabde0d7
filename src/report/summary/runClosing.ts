// The end of a run: what changed, what failed, what is left to do, in few lines.

import type { RunEvent } from '../../model/run/event.ts'
import { sanitize } from '../output/sanitize.ts'
import type { Theme } from '../output/theme.ts'
import { formatDuration } from '../text/duration.ts'
import { hostNames } from '../text/hostNames.ts'
import type { HostOutcomes } from '../text/hostOutcomes.ts'
import { changeSections, restartLines } from './changeSections.ts'
import { failureSections, owedLines } from './failureSections.ts'
import { type HostTally, RunTally } from './runTally.ts'
import { atMost, type SummaryLimits, summaryLimits } from './summaryLimits.ts'

type ClosingOptions = {
  readonly theme: Theme
  readonly cwd: string
  /** How many lines it may have. */
  readonly height: number
  readonly columns: number
  readonly isCheck: boolean
  /** Whether what changed is to be repeated: it has scrolled away, or was never shown. */
  readonly hasChanges: boolean
  /** The same for failures. */
  readonly hasFailures: boolean
}

/** A task that takes less is no reason to look for what is slow. */
const slowMs = 1000

export class RunClosing {
  readonly #tally: RunTally

  constructor(outcomes: HostOutcomes) {
    this.#tally = new RunTally(outcomes)
  }

  record(event: RunEvent): void {
    this.#tally.record(event)
  }

  /** The parts that fit: with as many lines of each as there is room for. */
  lines(options: ClosingOptions): string[] {
    const sections = this.#sections(this.#tally.hosts(), options)
    for (const limits of summaryLimits) {
      const lines = sections(limits)
      if (lines.length <= options.height || limits === summaryLimits.at(-1)) return lines
    }
    return []
  }

  #sections(
    hosts: ReadonlyMap<string, HostTally>,
    options: ClosingOptions,
  ): (limits: SummaryLimits) => string[] {
    const { hasChanges, hasFailures, isCheck } = options
    const changes = hasChanges ? changeSections(hosts, options) : () => []
    const restarts = hasChanges ? restartLines(hosts, options) : []
    return (limits) => [
      ...changes(limits),
      ...restarts,
      ...(hasChanges && isCheck ? unknownLines(hosts, limits, options) : []),
      ...(hasFailures ? failureSections(hosts, limits, options) : []),
      ...owedLines(hosts, options),
      ...this.#slowestLine(options),
    ]
  }

  #slowestLine({ theme, isCheck }: ClosingOptions): string[] {
    const slow = this.#tally.slowest().filter(({ durationMs }) => durationMs >= slowMs)
    if (isCheck || slow.length === 0) return []
    const texts = slow
      .slice(0, 3)
      .map(({ title, durationMs }) => `${short(title)} ${formatDuration(durationMs)}`)
    return [theme.muted(`slowest: ${texts.join(' · ')}`)]
  }
}

function unknownLines(
  hosts: ReadonlyMap<string, HostTally>,
  { differing }: SummaryLimits,
  { theme, columns }: ClosingOptions,
): string[] {
  const byText = new Map<string, string[]>()
  for (const [host, { unknown }] of hosts) {
    for (const { task, result } of unknown) {
      const text = `${short(task.title)}${result.reason ? `   ${sanitize(result.reason)}` : ''}`
      byText.set(text, [...(byText.get(text) ?? []), host])
    }
  }
  const lines = [...byText].map(([text, names]) => {
    const line = `unknown on ${hostNames(names, 24)}   ${text}`
    return theme.unknown(line.length > columns ? `${line.slice(0, columns - 1)}…` : line)
  })
  return atMost(lines, differing, (left) => `and ${left} more that are unknown`)
}

function short(title: string): string {
  const text = sanitize(title)
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}
