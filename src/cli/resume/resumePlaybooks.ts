// Resumes the last run of playbooks in this directory.

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
 * Runs what the last run (of these playbooks, if any are given) left unfinished, and returns the exit code: 0 if nothing
 * is left. Flags that the command line omits are those of that run.
 *
 * @throws PlaybookError E_RESUME, E_RESUME_VARS
 */
export async function resumePlaybooks(names: readonly string[], command: Command): Promise<number> {
  if (command.opts<RunFlags>().startAtTask !== undefined)
    throw new PlaybookError(
      'E_USAGE',
      '--resume and --start-at-task cannot be combined.',
      'Give only one of them.',
    )
  const run = await lastPlaybookRun(names)
  if (!run)
    return nothingToResume(
      `no earlier run${names.length > 0 ? ` of ${names.join(' ')}` : ''} in this directory`,
    )
  const description = `run-playbook ${run.playbooks.join(' ')}, ${localTime(run.startedAt)}`
  requireEnded(run, description)
  const progress = progressOf(run.events.map(({ event }) => event))
  if (run.recap && !run.recap.isInterrupted && !isUnfinished(progress))
    return nothingToResume(`the last run finished (${description})`)
  const flags = restoreFlags(command, run.resumable!)
  return runPlaybooks(run.playbooks, flags, (plays) => {
    const print = (line: string) => process.stderr.write(`${line}\n`)
    print(`Resuming the last run (${description}).`)
    return { plays: resumedPlays(plays, progress, print) }
  })
}

function nothingToResume(reason: string): number {
  process.stderr.write(`Nothing to resume: ${reason}.\n`)
  return 0
}

/** A run without an end was killed, or is still in progress: the ID of its process is in the name of its file. */
function requireEnded({ id, recap, startedAt, file }: RunEntry, description: string): void {
  const processId = Number(/-(\d+)$/.exec(id)?.[1])
  if (recap || !isStillRunning(processId, startedAt)) return
  throw new PlaybookError(
    'E_RESUME',
    `The last run is still in progress: process ${processId} (${description}).`,
    {
      hint: `Wait for it, or stop it: kill ${processId}. If that process is not a run, remove ${file}`,
    },
  )
}
