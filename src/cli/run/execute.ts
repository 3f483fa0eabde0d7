// Runs plays with reporter, journal and signal handling.

import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { basename, join } from 'node:path'
import { createArtifacts } from '../../engine/apply/artifacts.ts'
import type { PlayPlan } from '../../engine/plan/planPlays.ts'
import type { StartedPlays } from '../../engine/plan/startAt.ts'
import { run } from '../../engine/run.ts'
import type { RunOptions } from '../../engine/runState.ts'
import { createFetcher } from '../../http/fetcher.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import { type Journal, openJournal } from '../../journal/journal.ts'
import { openPendingHandlers } from '../../journal/pendingHandlers.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import type { Play } from '../../model/play.ts'
import type { Listener, RunEvent } from '../../model/run/event.ts'
import { exitCode } from '../../model/run/outcome.ts'
import { createReporter } from '../../report/reporter.ts'
import { createTransportResolver, type TransportResolver } from '../../transport/connect.ts'
import { localUser } from '../../transport/program/localUser.ts'
import { dataFolder } from '../cache/cacheFolder.ts'
import type { RunFlags } from '../flags/runFlags.ts'
import { askHostKeys } from './askHostKeys.ts'
import { bindPlays } from './bindPlays.ts'
import { readConnectionFlags } from './connectionFlags.ts'
import { listPlan, planSummary } from './listPlan.ts'
import { ReportedFault } from './reportedFault.ts'
import { unknownTask } from './startAtTask.ts'
import { stepMode } from './step/stepMode.ts'
import { stopSignal } from './stopSignal.ts'
import { unknownTags } from './unknownTags.ts'

export type Execution = Pick<RunOptions, 'playbooks' | 'resumable'> & {
  readonly plays: readonly Play[]
  /** Decides where the plays begin; at their first tasks by default. */
  readonly begin?: (plays: readonly PlayPlan[]) => StartedPlays
}

/** Runs the plays on the hosts of the inventory and returns the exit code. */
export async function execute(
  { plays, begin, playbooks, resumable }: Execution,
  flags: RunFlags,
  inventory: Inventory,
): Promise<number> {
  const bound = await bindPlays(plays, inventory, flags, await readConnectionFlags(flags))
  const warnings = [...inventory.warnings, ...unknownTags(bound, flags)]
  const { plays: plans, isFound } = begin?.(bound) ?? { plays: bound }
  if (flags.listHosts || flags.listTasks || flags.listTags) return listPlan(plans, flags)
  if (flags.syntaxCheck) return planSummary(plans)
  const stop = stopSignal()
  const transportFor = createTransportResolver()
  warnings.push(...(await askHostKeys(plans, transportFor, stop.signal)))
  if (stop.signal.aborted) {
    stop.release()
    return stop.code()!
  }
  const { confirmTask, output, close } = stepMode(flags, stop.signal)
  const { verbose: verbosity, diff: isDiffShown = false } = flags
  const reporter = await createReporter({ output, verbosity, isDiffShown })
  const journal = await openJournalOrWarn(reporter.handle)
  for (const { message, where } of warnings) reporter.handle({ kind: 'warning', message, where })
  const listener = (event: RunEvent) => {
    journal?.handle(event)
    reporter.handle(event)
  }
  try {
    const recap = await run({
      ...controllerServices(flags, { transportFor, signal: stop.signal, listener }),
      lock: lockOptions(flags, playbooks),
      plays: plans,
      playbooks,
      // Only the journal makes a run resumable.
      resumable: journal && resumable,
      confirmTask,
      listener,
    })
    const code = stop.code() ?? exitCode(recap)
    if (code === 0 && isFound?.() === false) throw unknownTask(plans, flags.startAtTask!)
    return code
  } catch (thrown) {
    if (!reporter.fail) throw thrown
    reporter.fail(thrown)
    throw new ReportedFault(thrown)
  } finally {
    stop.release()
    close()
    await reporter.close()
    await journal?.close()
  }
}

/** Names the run by its playbooks, its user and this machine. */
function lockOptions(
  { lock: mode = 'wait', lockTimeout: timeout = 600 }: RunFlags,
  playbooks: readonly string[],
): RunOptions['lock'] {
  if (mode === 'off') return undefined
  const name = `${playbooks.map((path) => basename(path)).join(' ')}, ${localUser()}@${hostname()}`
  return { mode, timeout, holder: { run: randomUUID(), name, since: Date.now() } }
}

type ControllerOptions = {
  readonly transportFor: TransportResolver
  readonly signal: AbortSignal
  readonly listener: Listener
}

/** The services of the controller that a run needs. */
function controllerServices(
  flags: RunFlags,
  { transportFor, signal, listener }: ControllerOptions,
): Omit<RunOptions, 'plays' | 'playbooks' | 'listener'> {
  const warn = ({ message, hint }: PlaybookError) =>
    listener({ kind: 'warning', message: [message, hint].filter(Boolean).join(' ') })
  return {
    signal,
    isCheck: flags.check === true,
    forks: flags.forks ?? 100,
    forceHandlers: flags.forceHandlers === true,
    isVerbose: flags.verbose >= 2,
    connect: async (settings, options) => (await transportFor(settings)).connect(settings, options),
    pendingHandlers: openPendingHandlers(join(process.cwd(), '.run-playbook'), warn),
    fetch: createFetcher(dataFolder('downloads'), signal),
    artifacts: createArtifacts(dataFolder('builds')),
  }
}

/** Warns if the run cannot be recorded (no permission, full disk), and goes on without a journal. */
async function openJournalOrWarn(tell: (event: RunEvent) => void): Promise<Journal | undefined> {
  const warn = ({ message }: PlaybookError) => tell({ kind: 'warning', message })
  try {
    return await openJournal(join(process.cwd(), '.run-playbook'), { onError: warn })
  } catch (thrown) {
    if (!(thrown instanceof PlaybookError)) throw thrown
    warn(thrown)
    return undefined
  }
}
