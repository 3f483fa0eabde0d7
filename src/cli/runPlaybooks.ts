// run-playbook PLAYBOOK…: loads playbooks and inventory, and runs the plays in order.

import { dirname } from 'node:path'
import { PlaybookError } from '../model/error.ts'
import { execute } from './execute.ts'
import { collectFaults } from './faults.ts'
import type { RunFlags } from './flags.ts'
import { findPlaybook, loadPlaybook } from './loadPlaybook.ts'
import { inventoryOf } from './namedInventory.ts'

/** Runs the playbooks and gives the exit code. @throws Faults: all that is wrong with playbooks and inventory */
export async function runPlaybooks(names: readonly string[], flags: RunFlags): Promise<number> {
  if (names.length === 0) {
    throw new PlaybookError('E_USAGE', 'No playbook is named.', {
      hint: 'run-playbook PLAYBOOK.ts -i INVENTORY, or run-playbook task NAME …; run-playbook --help',
    })
  }
  const { attempt, throwIfAny } = collectFaults()
  const paths: string[] = []
  const plays = []
  for (const name of names) {
    const path = await attempt(() => findPlaybook(name))
    if (path === undefined) continue
    paths.push(path)
    plays.push(...((await attempt(() => loadPlaybook(path))) ?? []))
  }
  const inventory = await attempt(() => inventoryOf(flags, paths[0] && dirname(paths[0])))
  throwIfAny()
  return execute({ plays, playbooks: names }, flags, inventory!)
}
