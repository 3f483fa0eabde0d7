// Finds the runs that --resume and --limit @failed refer to.

import { type RecordedRun, recordedRuns } from '../../journal/history.ts'
import { findPlaybook } from '../../userCode/loadPlaybook.ts'

/**
 * The last run of these playbooks (any if none is given) that the folder has recorded. Dry runs and single tasks do not
 * count: people make them between a failure and the run that resumes it.
 */
export async function lastPlaybookRun(
  names: readonly string[],
  stateFolder: string,
): Promise<RecordedRun | undefined> {
  const { value } = await playbookRuns(names, stateFolder).next()
  return value
}

/** These runs, newest first. */
export function playbookRuns(
  names: readonly string[],
  stateFolder: string,
): AsyncGenerator<RecordedRun, undefined> {
  const requested = names.map(pathOf)
  return recordedRuns(stateFolder, ({ playbooks, isCheck, resumable }) => {
    if (isCheck || !resumable) return false
    return requested.length === 0 || JSON.stringify(playbooks.map(pathOf)) === JSON.stringify(requested)
  })
}

/** The file of a playbook, however it is named; the name itself if the file is gone. */
function pathOf(name: string): string {
  try {
    return findPlaybook(name)
  } catch {
    return name
  }
}
