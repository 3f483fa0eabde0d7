// Tracks how hosts fare in a play and in the run: ok, stopped, failed or unreachable.

import type { EventOf, RunEvent } from '../../model/run/event.ts'
import type { HostRecap } from '../../model/run/outcome.ts'

/**
 * How a host ended a play: `failed` has a failure that was not ignored; `stopped` did not finish its tasks, through no
 * failure of its own.
 */
export type HostOutcome = 'ok' | 'stopped' | 'failed' | 'unreachable'

export type HostOutcomes = {
  /** Takes every event of a run, in order. */
  readonly record: (event: RunEvent) => void
  /** How a host ended the current play. */
  readonly inPlay: (recap: HostRecap) => HostOutcome
  /** How many tasks a host has completed in the current play, without handlers. */
  readonly completedTasks: (host: string) => number
  /** How hosts ended the run: the worst of their plays. */
  readonly inRun: (hosts: readonly HostRecap[]) => HostOutcome[]
}

/** `done`: the indices of the tasks that it has completed. */
type Progress = { readonly done: Set<number>; outcome: HostOutcome }

const severity: readonly HostOutcome[] = ['ok', 'stopped', 'failed', 'unreachable']

export function createHostOutcomes(): HostOutcomes {
  const inPlay = new Map<string, Progress>()
  const inRun = new Map<string, HostOutcome>()
  const ofHost = ({ host, counts, isCutShort }: HostRecap): HostOutcome => {
    if (counts.unreachable > 0) return 'unreachable'
    const outcome = inPlay.get(host)?.outcome ?? (counts.failed > 0 ? 'failed' : 'ok')
    return outcome === 'ok' && isCutShort ? 'stopped' : outcome
  }
  return {
    record: (event) => {
      if (event.kind === 'playStart') inPlay.clear()
      if (event.kind === 'hostStart') inPlay.set(event.host, { done: new Set(), outcome: 'ok' })
      if (event.kind === 'taskEnd') recordTask(inPlay, event)
      if (event.kind === 'retry') goBack(inPlay, event)
      if (event.kind === 'playEnd') {
        for (const recap of event.hosts)
          inRun.set(recap.host, worse(inRun.get(recap.host) ?? 'ok', ofHost(recap)))
      }
    },
    inPlay: ofHost,
    completedTasks: (host) => inPlay.get(host)?.done.size ?? 0,
    inRun: (hosts) => hosts.map((recap) => inRun.get(recap.host) ?? ofHost(recap)),
  }
}

function recordTask(inPlay: Map<string, Progress>, { host, task, index, result }: EventOf<'taskEnd'>): void {
  const progress = inPlay.get(host) ?? { done: new Set(), outcome: 'ok' }
  inPlay.set(host, progress)
  const { status, isIgnored } = result
  const isLost = !isIgnored && (status === 'unreachable' || status === 'failed')
  if (isLost) progress.outcome = worse(progress.outcome, status)
  else if (!task.isHandler) progress.done.add(index)
}

function goBack(inPlay: Map<string, Progress>, { host, from }: EventOf<'retry'>): void {
  const done = inPlay.get(host)?.done ?? new Set<number>()
  for (const index of done) if (index >= from) done.delete(index)
}

function worse(one: HostOutcome, other: HostOutcome): HostOutcome {
  return severity.indexOf(one) >= severity.indexOf(other) ? one : other
}
