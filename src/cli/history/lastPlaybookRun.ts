// The run that --resume and --limit @failed mean.

import { join } from 'node:path'
import { lastRun, type RecordedRun } from '../../journal/history.ts'
import { findPlaybook } from '../userCode/loadPlaybook.ts'

/**
 * The last run in this folder of these playbooks, of any if none is named. Dry runs and single tasks do not count:
 * they are made between a failure and the run that goes on.
 */
export async function lastPlaybookRun(names: readonly string[]): Promise<RecordedRun | undefined> {
  const requested = names.map(pathOf)
  return lastRun(join(process.cwd(), '.run-playbook'), ({ playbooks, isCheck, resumable }) => {
    if (isCheck || !resumable) return false
    return requested.length === 0 || JSON.stringify(playbooks.map(pathOf)) === JSON.stringify(requested)
  })
}

/** However a playbook is named, its file; the name itself where there is none any more. */
function pathOf(name: string): string {
  try {
    return findPlaybook(name)
  } catch {
    return name
  }
}
