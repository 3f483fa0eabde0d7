// Reads from the journal how long plays and tasks took in the last run of the same kind.

import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { EventOf, Resumable } from '../model/run/event.ts'
import type { LastTimes } from '../model/run/lastTimes.ts'
import { runNames } from './journal.ts'
import { readRecord } from './record.ts'

type Run = { readonly playbooks: readonly string[]; readonly resumable: Resumable }

/** Older runs tell less, and larger files take too long. */
const [mostRuns, largestBytes] = [10, 64 * 1024 * 1024]
const slowMs = 1000

/**
 * Undefined where none of the last runs was of these playbooks, with the same hosts and tags, and came to its end. Files
 * are read piece by piece, beside a run that goes on.
 */
export async function lastTimes(directory: string, run: Run): Promise<LastTimes | undefined> {
  for (const name of (await runNames(directory)).slice(0, mostRuns)) {
    const times = await timesIn(join(directory, 'runs', name), run).catch(() => undefined)
    if (times) return times
  }
  return undefined
}

async function timesIn(file: string, run: Run): Promise<LastTimes | undefined> {
  if ((await stat(file)).size > largestBytes) return undefined
  const plays = new Map<string, number>()
  const tasks = new Map<string, number>()
  const input = createReadStream(file)
  let isFirst = true
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      const event = isFirst || isOfInterest(line) ? readRecord(line)?.event : undefined
      if (isFirst && !(event?.kind === 'runStart' && isSame(event, run))) return undefined
      isFirst = false
      if (event?.kind === 'taskEnd') {
        const { title } = event.task
        tasks.set(title, Math.max(event.result.durationMs, tasks.get(title) ?? 0))
      }
      if (event?.kind === 'playEnd') plays.set(event.play, event.durationMs)
      if (event?.kind === 'runEnd') return event.recap.isInterrupted ? undefined : { plays, tasks }
    }
    return undefined
  } finally {
    input.destroy()
  }
}

/** Lines of quick tasks, which are most, need not be parsed. */
function isOfInterest(line: string): boolean {
  const [, kind] = /^\{"time":"[^"]*","kind":"(\w+)"/.exec(line) ?? []
  if (kind !== 'taskEnd') return kind === 'playEnd' || kind === 'runEnd'
  const [, durationMs] = /"durationMs":([\d.]+)/.exec(line) ?? []
  return Number(durationMs) >= slowMs
}

function isSame({ playbooks, isCheck, resumable }: EventOf<'runStart'>, run: Run): boolean {
  const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)
  return !isCheck && same(playbooks, run.playbooks) && same(resumable?.flags, run.resumable.flags)
}
