// Runs plays as the flags say: the inventory bound to them, the reporter, the journal, the signals.

import { homedir } from 'node:os'
import { join } from 'node:path'
import { createArtifacts } from '../engine/artifacts.ts'
import type { PlayPlan } from '../engine/plan.ts'
import { exitCode, run } from '../engine/run.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { type Journal, openJournal } from '../journal/journal.ts'
import { openOwedHandlers } from '../journal/owedHandlers.ts'
import { PlaybookError } from '../model/error.ts'
import type { RunEvent } from '../model/event.ts'
import type { Play } from '../model/play.ts'
import { createReporter } from '../report/reporter.ts'
import { transports } from '../transport/connect.ts'
import { createFetcher } from '../transport/fetch.ts'
import { bindPlays } from './bindPlays.ts'
import { connectionFlagsOf } from './connectionFlags.ts'
import type { RunFlags } from './flags.ts'
import { listPlan, planSummary, unknownTags } from './listPlan.ts'
import { stopSignal } from './stopSignal.ts'

export type Execution = {
  readonly plays: readonly Play[]
  /** As they were named: for reports. */
  readonly playbooks: readonly string[]
}

/** Runs the plays on the hosts of the inventory and gives the exit code. */
export async function execute(
  { plays, playbooks }: Execution,
  flags: RunFlags,
  inventory: Inventory,
): Promise<number> {
  const plans = await bindPlays(plays, inventory, flags, await connectionFlagsOf(flags))
  if (flags.listHosts || flags.listTasks || flags.listTags) return listPlan(plans, flags)
  if (flags.syntaxCheck) return planSummary(plans)
  const reporter = await createReporter({
    output: flags.output,
    verbosity: flags.verbose,
    isDiffShown: flags.diff === true,
  })
  const warnings = [...inventory.warnings, ...unknownTags(plans, flags)].map(
    ({ message, where }): RunEvent => ({ kind: 'warning', message, ...(where ? { where } : {}) }),
  )
  const { signal, release } = stopSignal()
  const journal = await openedJournal(reporter.handle)
  for (const warning of warnings) reporter.handle(warning)
  try {
    const recap = await runPlans(plans, playbooks, flags, signal, (event) => {
      journal?.handle(event)
      reporter.handle(event)
    })
    return exitCode(recap)
  } finally {
    release()
    await reporter.close()
    await journal?.close()
  }
}

function runPlans(
  plays: readonly PlayPlan[],
  playbooks: readonly string[],
  flags: RunFlags,
  signal: AbortSignal,
  listener: (event: RunEvent) => void,
): ReturnType<typeof run> {
  const transportFor = transports()
  return run({
    plays,
    playbooks,
    signal,
    listener,
    isCheck: flags.check === true,
    forks: flags.forks ?? 100,
    isTalkative: flags.verbose >= 2,
    connect: async (settings, options) => (await transportFor(settings)).connect(settings, options),
    owed: openOwedHandlers(join(process.cwd(), '.run-playbook')),
    fetch: createFetcher(join(cacheFolder(), 'downloads'), signal),
    artifacts: createArtifacts(join(cacheFolder(), 'builds')),
  })
}

/** A run that cannot be recorded (a folder that is not ours, a full disk) is run all the same, and that is told. */
async function openedJournal(tell: (event: RunEvent) => void): Promise<Journal | undefined> {
  const warn = ({ message }: PlaybookError) => tell({ kind: 'warning', message })
  try {
    return await openJournal(join(process.cwd(), '.run-playbook'), { onFault: warn })
  } catch (thrown) {
    if (!(thrown instanceof PlaybookError)) throw thrown
    warn(thrown)
    return undefined
  }
}

function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'run-playbook')
}
