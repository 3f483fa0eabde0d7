// Runs the probes of tasks in one trip, and records each result as it arrives.

import type { BecomeUser } from '../../model/become.ts'
import { createNotifier } from '../../model/concurrency/notifier.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import type { Output } from '../../model/probe.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'
import { type Target, targetKey } from '../plan/target.ts'
import type { RunProbes } from './coalesceProbes.ts'
import { type ProbeBatch, type ProbeResults, probeBatch, probeRequests } from './probeBatch.ts'

/** Probes that are running, or have run. */
export type ProbeRun = {
  readonly isDone: () => boolean
  /** Resolves with the next output, and at the end. @throws what ended the run early */
  readonly next: () => Promise<void>
  /** Resolves at the end, also after a failure. */
  readonly settled: Promise<void>
  /** The refused login or become that ended it, if one did. */
  readonly authError: () => PlaybookError | undefined
}

/** The probes of the tasks, by target. */
export function batchesByTarget(tasks: readonly PlannedTask[]): [Target, ProbeBatch][] {
  const targets = new Map(tasks.map(({ target }) => [targetKey(target), target]))
  return [...targets].map(([key, target]) => [
    target,
    probeBatch(tasks.filter((task) => targetKey(task.target) === key).flatMap(probeRequests)),
  ])
}

/** Starts probing as a user; `results` are filled as the outputs arrive. */
export function startProbeRun(
  run: RunProbes,
  user: BecomeUser | undefined,
  batch: ProbeBatch,
  results: ProbeResults,
): ProbeRun {
  const arrival = createNotifier()
  let isDone = false
  let authError: PlaybookError | undefined
  const end = recordOutputs(run, user, batch, results, arrival.notify).finally(() => {
    isDone = true
  })
  const settled = end.catch((thrown) => {
    if (isAuthRefusal(thrown)) authError = thrown
  })
  return {
    isDone: () => isDone,
    next: () => Promise.race([arrival.next(), end]),
    settled,
    authError: () => authError,
  }
}

/** An output that cannot be read fails this run, not the trip that brings it to others too. */
async function recordOutputs(
  run: RunProbes,
  user: BecomeUser | undefined,
  batch: ProbeBatch,
  results: ProbeResults,
  onArrival: () => void,
): Promise<void> {
  let error: unknown
  await run(user, batch.entries, (index: number, output: Output | undefined) => {
    try {
      batch.record(index, output, results)
    } catch (thrown) {
      error ??= thrown
    }
    onArrival()
  })
  if (error !== undefined) throw error
}

const authCodes = new Set(['E_AUTH', 'E_BECOME_PASSWORD', 'E_BECOME_DENIED'])

/** Another attempt would count as another failed login, and might lock the account. */
function isAuthRefusal(thrown: unknown): thrown is PlaybookError {
  return thrown instanceof PlaybookError && authCodes.has(thrown.code)
}
