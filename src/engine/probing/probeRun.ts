// One look at a place: what tasks ask there, in one trip, each answer taken when it comes in.

import { PlaybookError } from '../../model/errors/error.ts'
import type { Output } from '../../model/probe.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'
import { type Target, targetKey } from '../plan/target.ts'
import type { RunProbes } from './coalesceProbes.ts'
import { type ProbeBatch, type ProbeResults, probeBatch, probeRequests } from './probeBatch.ts'

/** What was read at a place, and the host's count of changes before it was. */
export type CacheEntry = {
  readonly results: ProbeResults
  readonly revision: number
  /** The last look that brings answers. */
  run?: ProbeRun
}

/** A look that is under way, or over. */
export type ProbeRun = {
  readonly isDone: () => boolean
  /** Resolves with the next answer, and at the end. @throws what ended it before its time */
  readonly next: () => Promise<void>
  /** Resolves at its end, whatever that is. */
  readonly settled: Promise<void>
  /** The refusal that ended it, if one did. */
  readonly authError: () => PlaybookError | undefined
}

/** What the items ask, at each place where one of them is carried out. */
export function batchesByTarget(items: readonly PlannedTask[]): [Target, ProbeBatch][] {
  const places = new Map(items.map(({ host, user }) => [targetKey({ host, user }), { host, user }]))
  return [...places].map(([key, place]) => [
    place,
    probeBatch(items.filter((item) => targetKey(item) === key).flatMap(probeRequests)),
  ])
}

/** Begins to ask as a user; the answers are filled as they come in. */
export function startProbeRun(
  look: RunProbes,
  as: string | undefined,
  batch: ProbeBatch,
  results: ProbeResults,
): ProbeRun {
  const bell = createBell()
  let isOver = false
  let refusal: PlaybookError | undefined
  const end = recordOutputs(look, as, batch, results, bell.ring).finally(() => {
    isOver = true
  })
  const settled = end.catch((thrown) => {
    if (isAuthRefusal(thrown)) refusal = thrown
  })
  return {
    isDone: () => isOver,
    next: () => Promise.race([bell.rung(), end]),
    settled,
    authError: () => refusal,
  }
}

/** What cannot be read is a fault of the look: it must not be thrown at whoever brings the bytes. */
async function recordOutputs(
  look: RunProbes,
  as: string | undefined,
  batch: ProbeBatch,
  results: ProbeResults,
  onAnswer: () => void,
): Promise<void> {
  let fault: unknown
  await look(as, batch.entries, (index: number, output: Output | undefined) => {
    try {
      batch.record(index, output, results)
    } catch (thrown) {
      fault ??= thrown
    }
    onAnswer()
  })
  if (fault !== undefined) throw fault
}

/** `rung` resolves at the next `ring`. */
function createBell(): { readonly ring: () => void; readonly rung: () => Promise<void> } {
  let waiting: (() => void)[] = []
  return {
    ring: () => {
      for (const wake of waiting) wake()
      waiting = []
    },
    rung: () => new Promise((resolve) => waiting.push(resolve)),
  }
}

const authCodes = new Set(['E_AUTH', 'E_BECOME_PASSWORD', 'E_BECOME_DENIED'])

/** Asking again would count as another failed attempt, and may lock the account. */
function isAuthRefusal(thrown: unknown): thrown is PlaybookError {
  return thrown instanceof PlaybookError && authCodes.has(thrown.code)
}
