// run-playbook PLAYBOOK…: loads playbooks and inventory, and runs the plays in order.

import { dirname } from 'node:path'
import { PlaybookError } from '../model/error.ts'
import { execute, inventoryOf } from './execute.ts'
import type { RunFlags } from './flags.ts'
import { loadPlaybook } from './loadPlaybook.ts'

/** Runs the playbooks and gives the exit code. */
export async function runPlaybooks(names: readonly string[], flags: RunFlags): Promise<number> {
  if (names.length === 0) {
    throw new PlaybookError('E_USAGE', 'No playbook is named.', {
      hint: 'run-playbook PLAYBOOK.ts -i INVENTORY, or run-playbook task NAME …; run-playbook --help',
    })
  }
  const loaded = []
  for (const name of names) loaded.push(await loadPlaybook(name))
  const playbookDir = dirname(loaded[0]!.path)
  const inventory = await inventoryOf(flags, playbookDir)
  return execute({ plays: loaded.flatMap(({ plays }) => plays), playbooks: names }, flags, inventory)
}
