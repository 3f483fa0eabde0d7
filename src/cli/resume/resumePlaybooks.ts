// run-playbook --resume: goes on with what the last run of playbooks in this folder left.

import type { Command } from 'commander'
import type { RunEntry } from '../../journal/history.ts'
import { isUnfinished, progressOf } from '../../journal/progress.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { restoreFlags } from '../flags/resumableFlags.ts'
import type { RunFlags } from '../flags/runFlags.ts'
import { lastPlaybookRun } from '../history/lastPlaybookRun.ts'
import { localTime } from '../history/localTime.ts'
import { runPlaybooks } from '../run/runPlaybooks.ts'
import { isStillRunning } from './isStillRunning.ts'
import { resumedPlays } from './resumedPlays.ts'

/**
 * Runs what is left of the last run, of these playbooks if some are named, and gives the exit code: 0 where nothing is
 * left. Flags that the line does not give are those of that run.
 *
 * @throws PlaybookError E_RESUME, E_RESUME_VARS
 */
export async function resumePlaybooks(names: readonly string[], command: Command): Promise<number> {
  if (command.opts<RunFlags>().startAtTask !== undefined) throw twoBeginnings()
  const run = await lastPlaybookRun(names)
  if (!run)
    return nothing(
      `${names.join(' ') || 'no playbook'} was ${names.length > 0 ? 'not ' : ''}run in this folder yet`,
    )
  const shown = `run-playbook ${run.playbooks.join(' ')}, ${localTime(run.startedAt)}`
  requireEnded(run, shown)
  const progress = progressOf(run.events.map(({ event }) => event))
  if (run.recap && !run.recap.isInterrupted && !isUnfinished(progress))
    return nothing(`the last run went through (${shown})`)
  const flags = restoreFlags(command, run.resumable!)
  return runPlaybooks(run.playbooks, flags, (plays) => {
    const print = (line: string) => process.stderr.write(`${line}\n`)
    print(`Goes on with the last run (${shown}).`)
    return { plays: resumedPlays(plays, progress, print) }
  })
}

function twoBeginnings(): PlaybookError {
  const message = '--resume and --start-at-task both say where to begin.'
  return new PlaybookError('E_USAGE', message, 'Give one of them.')
}

function nothing(reason: string): number {
  process.stderr.write(`Nothing to resume: ${reason}.\n`)
  return 0
}

/** A run without an end was killed, or is still going on: its file is named by its process. */
function requireEnded({ id, recap, startedAt, file }: RunEntry, shown: string): void {
  const processId = Number(/-(\d+)$/.exec(id)?.[1])
  if (recap || !isStillRunning(processId, startedAt)) return
  throw new PlaybookError('E_RESUME', `The last run is still going on: process ${processId} (${shown}).`, {
    hint: `Wait for it, or stop it: kill ${processId}. If that process is another one, remove ${file}`,
  })
}
