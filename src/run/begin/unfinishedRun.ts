// Finds what the last run of playbooks left unfinished.

import type { RunEntry } from '../../journal/history.ts'
import { isOpenJournal } from '../../journal/journal.ts'
import { isUnfinished, type PlayProgress, progressOf } from '../../journal/progress.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { withEarlier } from './earlierProgress.ts'
import { isStillRunning } from './isStillRunning.ts'
import { lastPlaybookRun, playbookRuns } from './lastPlaybookRun.ts'

/** `run`: the last run, if there is one; `progress`: how far it came, with what it left to earlier runs, if it left anything. */
type Unfinished = { readonly run?: RunEntry; readonly progress?: readonly PlayProgress[] }

/**
 * Reads the last run of these playbooks (any if none is given) from a state folder.
 *
 * @param describe names a run for people
 * @throws PlaybookError E_RESUME: that run is still in progress
 */
export async function unfinishedRun(
  names: readonly string[],
  stateFolder: string,
  describe: (run: RunEntry) => string,
): Promise<Unfinished> {
  const run = await lastPlaybookRun(names, stateFolder)
  if (!run) return {}
  requireEnded(run, describe(run))
  const progress = progressOf(run.events.map(({ event }) => event))
  const isOver = run.recap && !run.recap.isInterrupted && !isUnfinished(progress)
  return isOver ? { run } : { run, progress: await withEarlierRuns(progress, run, stateFolder) }
}

/** A run that was resumed again and again began where the one before it had stopped. */
const earlierRuns = 20

async function withEarlierRuns(
  progress: readonly PlayProgress[],
  { id, playbooks }: RunEntry,
  stateFolder: string,
): Promise<readonly PlayProgress[]> {
  let all = progress
  let left = earlierRuns
  for await (const run of playbookRuns(playbooks, stateFolder)) {
    if (run.id >= id) continue
    const joined = left > 0 ? withEarlier(all, progressOf(run.events.map(({ event }) => event))) : undefined
    if (!joined) break
    all = joined
    left -= 1
  }
  return all
}

/** A run without an end was killed, or is still in progress: the ID of its process is in the name of its file. */
function requireEnded({ id, recap, startedAt, file }: RunEntry, description: string): void {
  if (recap) return
  const processId = Number(/-(\d+)$/.exec(id)?.[1])
  const isOwn = isOpenJournal(file)
  if (!isOwn && !isStillRunning(processId, startedAt)) return
  const where = isOwn ? 'in this process' : `process ${processId}`
  const hint = isOwn
    ? 'Wait for it, or abort it.'
    : `Wait for it, or stop it: kill ${processId}. If that process is not a run, remove ${file}`
  throw new PlaybookError('E_RESUME', `The last run is still in progress: ${where} (${description}).`, {
    hint,
  })
}
