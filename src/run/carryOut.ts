// Carries out a planned run: with the services of this machine, its journal and its locks.

import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { basename } from 'node:path'
import { dataFolder } from '../cache/cacheFolder.ts'
import { openLastFacts } from '../cache/lastFacts.ts'
import { createArtifacts } from '../engine/apply/artifacts.ts'
import type { PresetAnswers } from '../engine/coordination/questions.ts'
import { runPlays } from '../engine/run.ts'
import type { RunOptions } from '../engine/runState.ts'
import { createFetcher } from '../http/fetcher.ts'
import { type Journal, openJournal } from '../journal/journal.ts'
import { openPendingHandlers } from '../journal/pendingHandlers.ts'
import { PlaybookError } from '../model/errors/error.ts'
import type { Listener, RunEvent } from '../model/run/event.ts'
import type { RunRecap } from '../model/run/outcome.ts'
import type { TransportResolver } from '../transport/connect.ts'
import { localUser } from '../transport/program/localUser.ts'
import type { RunPlan } from './planRun.ts'
import { requireAnswers } from './requireAnswers.ts'

type CarryOutFlags = {
  readonly check?: boolean
  readonly forks?: number
  readonly forceHandlers?: boolean
  readonly verbose: number
  readonly lock?: 'wait' | 'fail' | 'off'
  readonly lockTimeout?: number
}

type CarryOutOptions = Pick<RunOptions, 'playbooks' | 'resumable' | 'confirmTask' | 'ask'> & {
  /** What answers prompts without a question. */
  readonly answers: PresetAnswers
  readonly transportFor: TransportResolver
  readonly signal: AbortSignal
  readonly listener: Listener
  /** Where the run is recorded, and handlers are that a later run has to run; undefined: nowhere. */
  readonly stateFolder: string | undefined
}

/**
 * Runs the plays. What cannot be recorded is a warning.
 *
 * @throws AggregatePlaybookError where a question cannot be answered: no host was contacted then
 */
export async function carryOut(
  { plays, warnings }: Pick<RunPlan, 'plays' | 'warnings'>,
  flags: CarryOutFlags,
  { stateFolder, resumable, listener: report, ...options }: CarryOutOptions,
): Promise<RunRecap> {
  const { playbooks, transportFor, signal, confirmTask, ask, answers } = options
  requireAnswers(plays, { answers, canAsk: ask !== undefined, isCheck: flags.check === true })
  const by = `${localUser()}@${hostname()}`
  const journal = stateFolder === undefined ? undefined : await openJournalOrWarn(stateFolder, report)
  for (const { message, where } of warnings) report({ kind: 'warning', message, where })
  const listener = (event: RunEvent) => {
    if (event.kind !== 'transfer') journal?.handle(event)
    report(event)
  }
  const warn = ({ message, hint }: PlaybookError) =>
    listener({ kind: 'warning', message: [message, hint].filter(Boolean).join(' ') })
  try {
    return await runPlays({
      plays,
      playbooks,
      listener,
      signal,
      confirmTask,
      ask,
      answers,
      // Only the journal makes a run resumable.
      resumable: journal && resumable,
      by,
      lock: lockOptions(flags, playbooks, by),
      isCheck: flags.check === true,
      forks: flags.forks ?? 100,
      forceHandlers: flags.forceHandlers === true,
      isVerbose: flags.verbose >= 2,
      connect: async (settings, more) => (await transportFor(settings)).connect(settings, more),
      pendingHandlers: stateFolder === undefined ? undefined : openPendingHandlers(stateFolder, warn),
      fetch: createFetcher(dataFolder('downloads'), signal),
      artifacts: createArtifacts(dataFolder('builds')),
      keepFacts: openLastFacts(dataFolder('facts')).keep,
    })
  } finally {
    await journal?.close()
  }
}

/** Names the run by its playbooks, its user and this machine. */
function lockOptions(
  { lock: mode = 'wait', lockTimeout: timeout = 600 }: CarryOutFlags,
  playbooks: readonly string[],
  by: string,
): RunOptions['lock'] {
  if (mode === 'off') return undefined
  const name = `${playbooks.map((path) => basename(path)).join(' ')}, ${by}`
  return { mode, timeout, holder: { run: randomUUID(), name, since: Date.now() } }
}

/** Warns if the run cannot be recorded (no permission, full disk), and goes on without a journal. */
async function openJournalOrWarn(folder: string, report: Listener): Promise<Journal | undefined> {
  const warn = ({ message }: PlaybookError) => report({ kind: 'warning', message })
  try {
    return await openJournal(folder, { onError: warn })
  } catch (thrown) {
    if (!(thrown instanceof PlaybookError)) throw thrown
    warn(thrown)
    return undefined
  }
}
