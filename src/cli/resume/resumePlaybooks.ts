// Resumes the last run of playbooks in this directory.

import type { Command } from 'commander'
import type { RunEntry } from '../../journal/history.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { resumedPlays } from '../../run/begin/resumedPlays.ts'
import { unfinishedRun } from '../../run/begin/unfinishedRun.ts'
import { restoreFlags } from '../flags/resumableFlags.ts'
import type { RunFlags } from '../flags/runFlags.ts'
import { stateFolder } from '../flags/stateFolder.ts'
import { localTime } from '../history/localTime.ts'
import { runPlaybooks } from '../run/runPlaybooks.ts'

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
  const { run, progress } = await unfinishedRun(names, stateFolder(), describe)
  if (!run)
    return nothingToResume(
      `no earlier run${names.length > 0 ? ` of ${names.join(' ')}` : ''} in this directory`,
    )
  if (!progress) return nothingToResume(`the last run finished (${describe(run)})`)
  const flags = restoreFlags(command, run.resumable!)
  return runPlaybooks(run.playbooks, flags, (plays) => {
    const print = (line: string) => process.stderr.write(`${line}\n`)
    print(`Resuming the last run (${describe(run)}).`)
    return { plays: resumedPlays(plays, progress, { inform: print, warn: print }) }
  })
}

function describe({ playbooks, startedAt }: RunEntry): string {
  return `run-playbook ${playbooks.join(' ')}, ${localTime(startedAt)}`
}

function nothingToResume(reason: string): number {
  process.stderr.write(`Nothing to resume: ${reason}.\n`)
  return 0
}
