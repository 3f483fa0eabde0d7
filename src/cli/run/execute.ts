// Runs plays with reporter, signal handling and questions on the terminal.

import type { RunOptions } from '../../engine/runState.ts'
import type { ConnectionFlags } from '../../inventory/connection/connectionSettings.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import type { Play } from '../../model/play.ts'
import type { Listener } from '../../model/run/event.ts'
import { detailedExitCode, exitCode } from '../../model/run/outcome.ts'
import { createReporter } from '../../report/reporter.ts'
import { unknownTask } from '../../run/begin/startAtTask.ts'
import { carryOut } from '../../run/carryOut.ts'
import { type Begin, planRun } from '../../run/planRun.ts'
import { createTransportResolver } from '../../transport/connect.ts'
import type { RunFlags } from '../flags/runFlags.ts'
import { stateFolder } from '../flags/stateFolder.ts'
import { askHostKeys } from './askHostKeys.ts'
import { personToAsk } from './askPerson.ts'
import { readConnectionFlags } from './connectionFlags.ts'
import { listPlan, planSummary } from './listPlan.ts'
import { ReportedError } from './reportedError.ts'
import { stepMode } from './step/stepMode.ts'
import { stopSignal } from './stopSignal.ts'

export type Execution = Pick<RunOptions, 'playbooks' | 'resumable'> & {
  readonly plays: readonly Play[]
  /** Decides where the plays begin; at their first tasks by default. */
  readonly begin?: Begin | undefined
  /** How hosts are reached; by default by the flags, with prompts for passwords. */
  readonly connection?: ConnectionFlags
  readonly onEvent?: Listener | undefined
  /** Shows what commands say. */
  readonly hasAnswers?: boolean
}

/** Runs the plays on the hosts of the inventory and returns the exit code. */
export async function execute(
  { plays, begin, playbooks, resumable, onEvent, hasAnswers, ...given }: Execution,
  flags: RunFlags,
  inventory: Inventory,
): Promise<number> {
  const isOwn = flags.reporter.length > 0
  const addReporters = isOwn ? await (await import('./ownReporters.ts')).ownReporters(flags) : undefined
  const connection = given.connection ?? (await readConnectionFlags(flags))
  const planned = await planRun({ plays, inventory, connection, begin }, flags)
  if (flags.listHosts || flags.listTasks || flags.listTags) return listPlan(planned.plays, flags)
  if (flags.syntaxCheck) return planSummary(planned.plays)
  const stop = stopSignal()
  const transportFor = createTransportResolver()
  const hostKeys = await askHostKeys(planned.plays, transportFor, stop.signal)
  if (stop.signal.aborted) {
    stop.release()
    return stop.code()!
  }
  const warnings = [...planned.warnings, ...hostKeys]
  const { confirmTask, ask, output, close } = stepMode(flags, stop.signal)
  const { diff: isDiffShown = false } = flags
  const verbosity = flags.quiet && flags.verbose === 0 ? -1 : flags.verbose
  const builtIn = await createReporter({
    output,
    verbosity,
    isDiffShown,
    hasAnswers,
    keys: { input: () => process.stdin, stop: stop.stop },
    lastTimes: async () =>
      resumable &&
      (await import('../../journal/lastTimes.ts')).lastTimes(stateFolder(), { playbooks, resumable }),
  })
  const reporter = (await addReporters?.(builtIn)) ?? builtIn
  try {
    const recap = await carryOut({ ...planned, warnings }, flags, {
      playbooks,
      resumable,
      transportFor,
      confirmTask,
      ask: personToAsk(stop, ask),
      answers: inventory.extraVar,
      signal: stop.signal,
      listener: (event) => {
        onEvent?.(event)
        reporter.handle(event)
      },
      stateFolder: stateFolder(),
    })
    const code = stop.code() ?? (flags.detailedExitcode ? detailedExitCode(recap) : exitCode(recap))
    if (code === 0 && planned.isFound?.() === false) throw unknownTask(planned.plays, flags.startAtTask!)
    return code
  } catch (thrown) {
    if (!reporter.fail) throw thrown
    reporter.fail(thrown)
    throw new ReportedError(thrown)
  } finally {
    stop.release()
    close()
    await reporter.close()
  }
}
