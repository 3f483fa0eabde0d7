// Loads playbooks and inventory, and runs their plays.

import { PlaybookError } from '../../model/errors/error.ts'
import { expandLimit } from '../../run/begin/expandLimit.ts'
import { startAtTask } from '../../run/begin/startAtTask.ts'
import { loadRun } from '../../run/loadRun.ts'
import { resumableFlags } from '../flags/resumableFlags.ts'
import type { RunFlags } from '../flags/runFlags.ts'
import { stateFolder } from '../flags/stateFolder.ts'
import { inventoryFromFlags } from '../inventory/inventoryFromFlags.ts'
import { type Execution, execute } from './execute.ts'
import { flushCache } from './flushCache.ts'

/**
 * Runs the playbooks and returns the exit code.
 *
 * @param begin decides where they begin; by default --start-at-task does
 * @throws AggregatePlaybookError with all errors of playbooks and inventory
 */
export async function runPlaybooks(
  names: readonly string[],
  flags: RunFlags,
  begin: Execution['begin'] = beginOf(flags),
): Promise<number> {
  if (names.length === 0) {
    throw new PlaybookError('E_USAGE', 'No playbook given.', {
      hint: 'run-playbook PLAYBOOK.ts -i INVENTORY, or run-playbook task NAME …; run-playbook --help',
    })
  }
  if (flags.flushCache) await flushCache()
  const { plays, inventory, limit } = await loadRun({
    playbooks: names,
    inventory: (playbookDir, plays) => inventoryFromFlags(flags, playbookDir, plays),
    limit: () => expandLimit(flags.limit, names, stateFolder()),
  })
  const own = limit === undefined ? flags : { ...flags, limit }
  return execute({ plays, playbooks: names, resumable: resumableFlags(own), begin }, own, inventory)
}

function beginOf({ startAtTask: task }: RunFlags): Execution['begin'] {
  const print = (line: string) => process.stderr.write(`${line}\n`)
  return task === undefined ? undefined : (plays) => startAtTask(plays, task, print)
}
