// Loads playbooks and inventory, and runs their plays.

import { dirname } from 'node:path'
import { PlaybookError } from '../../model/errors/error.ts'
import { flushCache } from '../cache/flushCache.ts'
import { resumableFlags } from '../flags/resumableFlags.ts'
import type { RunFlags } from '../flags/runFlags.ts'
import { inventoryFromFlags } from '../inventory/inventoryFromFlags.ts'
import { findPlaybook, loadPlaybook } from '../userCode/loadPlaybook.ts'
import { collectErrors } from './collectErrors.ts'
import { type Execution, execute } from './execute.ts'
import { expandLimit } from './expandLimit.ts'
import { startAtTask } from './startAtTask.ts'

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
  const { attempt, throwIfAny } = collectErrors()
  const paths: string[] = []
  const plays = []
  for (const name of names) {
    const path = await attempt(() => findPlaybook(name))
    if (path === undefined) continue
    paths.push(path)
    plays.push(...((await attempt(() => loadPlaybook(path))) ?? []))
  }
  const inventory = await attempt(() => inventoryFromFlags(flags, paths[0] && dirname(paths[0])))
  const limit = await attempt(() => expandLimit(flags.limit, names))
  throwIfAny()
  const own = limit === undefined ? flags : { ...flags, limit }
  return execute({ plays, playbooks: names, resumable: resumableFlags(own), begin }, own, inventory!)
}

function beginOf({ startAtTask: task }: RunFlags): Execution['begin'] {
  return task === undefined ? undefined : (plays) => startAtTask(plays, task)
}
