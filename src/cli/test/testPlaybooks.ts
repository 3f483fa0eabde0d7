// Tests playbooks on hosts: converge, idempotence, verify.

import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Listener } from '../../model/run/event.ts'
import { sanitize } from '../../report/output/sanitize.ts'
import { expandLimit } from '../../run/begin/expandLimit.ts'
import { loadRun } from '../../run/loadRun.ts'
import { findPlaybook } from '../../userCode/loadPlaybook.ts'
import type { RunFlags } from '../flags/runFlags.ts'
import { stateFolder } from '../flags/stateFolder.ts'
import { inventoryFromFlags } from '../inventory/inventoryFromFlags.ts'
import { readConnectionFlags } from '../run/connectionFlags.ts'
import { execute } from '../run/execute.ts'

const notIdempotent = 8

/** Runs the phases and returns the exit code. All files are loaded before the first one. */
export async function testPlaybooks(
  names: readonly string[],
  { verify, ...given }: RunFlags & { readonly verify?: string },
): Promise<number> {
  const verifying = verify ?? verifyPlaybook(names[0]!)
  const { plays, inventory, limit } = await loadRun({
    playbooks: names,
    inventory: (playbookDir, plays) => inventoryFromFlags(given, playbookDir, plays),
    limit: () => expandLimit(given.limit, names, stateFolder()),
  })
  const verifyPlays = verifying === undefined ? [] : await verifyRun(verifying, inventory)
  const flags = { ...given, check: false, limit }
  const connection = await readConnectionFlags(flags)
  const phase = (title: string, playbooks: readonly string[], own: typeof plays, onEvent?: Listener) => {
    print(`${title}: ${playbooks.join(' ')}`)
    return execute({ plays: own, playbooks, connection, onEvent }, flags, inventory)
  }

  const converged = await phase('Converge', names, plays)
  if (converged !== 0) return failed('converge', converged)
  const changes: string[] = []
  const again = await phase('Idempotence', names, plays, (event) => {
    if (event.kind === 'taskEnd' && event.result.status === 'changed')
      changes.push(`${event.host}: ${event.task.title}`)
  })
  if (again === 130) return again
  for (const change of changes) print(`    changed again on ${sanitize(change)}`)
  if (again !== 0 || changes.length > 0) return failed('idempotence', notIdempotent)
  const verified = verifying === undefined ? 0 : await phase('Verify', [verifying], verifyPlays)
  if (verified !== 0) return failed('verify', verified)
  print(`Passed: converge, idempotence${verifying === undefined ? '' : ', verify'}.`)
  return 0
}

/** `site.verify.ts` or `verify.ts` beside the playbook; undefined if there is none. */
function verifyPlaybook(name: string): string | undefined {
  let path: string
  try {
    path = findPlaybook(name)
  } catch {
    return undefined // loading it says why
  }
  const own = `${basename(path).replace(/\.[cm]?[jt]s$/, '')}.verify.ts`
  return [own, 'verify.ts'].map((file) => join(dirname(path), file)).find((file) => existsSync(file))
}

async function verifyRun(playbook: string, inventory: Parameters<typeof execute>[2]) {
  const loaded = await loadRun({
    playbooks: [playbook],
    inventory: async () => inventory,
    limit: async () => undefined,
  })
  return loaded.plays
}

function failed(phase: string, code: number): number {
  if (code !== 130) print(`Failed: ${phase}.`)
  return code
}

function print(line: string): void {
  process.stderr.write(`${line}\n`)
}
