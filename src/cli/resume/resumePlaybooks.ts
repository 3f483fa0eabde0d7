// run-playbook --resume: goes on with what the last run of playbooks in this folder left.

import type { Command } from 'commander'
import { isUnfinished, progressOf } from '../../journal/progress.ts'
import { PlaybookError } from '../../model/error.ts'
import type { RunFlags } from '../flags.ts'
import { runPlaybooks } from '../runPlaybooks.ts'
import { takeFlags } from './keptFlags.ts'
import { lastPlaybookRun } from './lastPlaybookRun.ts'
import { resumedPlays } from './resumedPlays.ts'

/**
 * Runs what is left of the last run, of these playbooks if some are named, and gives the exit code: 0 where nothing is
 * left. Flags that the line does not give are those of that run.
 *
 * @throws PlaybookError E_RESUME, E_RESUME_VARS
 */
export async function resumePlaybooks(names: readonly string[], command: Command): Promise<number> {
  if (command.opts<RunFlags>().startAtTask !== undefined)
    throw new PlaybookError(
      'E_USAGE',
      '--resume and --start-at-task both say where to begin.',
      'Give one of them.',
    )
  const run = await lastPlaybookRun(names)
  if (!run)
    return nothing(
      names.length === 0
        ? 'no playbook was run in this folder yet'
        : `${names.join(' ')} was not run in this folder yet`,
    )
  const { recap, playbooks, startedAt } = run
  const shown = `run-playbook ${playbooks.join(' ')}, ${startedAt.toLocaleString('sv')}`
  const processId = /-(\d+)$/.exec(run.id)?.[1]
  if (!recap && processId && isAlive(Number(processId))) throw stillRunning(shown, processId, run.file)
  const progress = progressOf(run.events.map(({ event }) => event))
  if (recap && !recap.isInterrupted && !isUnfinished(progress))
    return nothing(`the last run went through (${shown})`)
  const flags = takeFlags(command, run.resumable!)
  return runPlaybooks(playbooks, flags, (plays) => {
    const tell = (line: string) => process.stderr.write(`${line}\n`)
    tell(`Goes on with the last run (${shown}).`)
    return { plays: resumedPlays(plays, progress, tell) }
  })
}

function nothing(reason: string): number {
  process.stderr.write(`Nothing to resume: ${reason}.\n`)
  return 0
}

/** A process of that number; of another user's we may not know more than that. */
function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return processId !== process.pid
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function stillRunning(shown: string, processId: string, file: string): PlaybookError {
  return new PlaybookError('E_RESUME', `The last run is still going on: process ${processId} (${shown}).`, {
    hint: `Wait for it, or stop it: kill ${processId}. If that process is another one, remove ${file}`,
  })
}
