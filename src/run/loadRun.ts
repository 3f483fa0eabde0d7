// Loads the playbooks and the inventory of a run, and collects the errors of both.

import { dirname } from 'node:path'
import type { Inventory } from '../inventory/inventory.ts'
import type { Play } from '../model/play.ts'
import { findPlaybook, loadPlaybook } from '../userCode/loadPlaybook.ts'
import { collectErrors } from './collectErrors.ts'

type LoadOptions = {
  /** Files, or plays themselves. */
  readonly playbooks: readonly (string | Play)[]
  /** `playbookDir`: the folder of the first playbook. */
  readonly inventory: (playbookDir: string | undefined, plays: readonly Play[]) => Promise<Inventory>
  readonly limit: () => Promise<string | undefined>
}

type LoadedRun = {
  readonly plays: readonly Play[]
  readonly inventory: Inventory
  readonly limit: string | undefined
}

/** @throws AggregatePlaybookError with all errors of playbooks, inventory and limit */
export async function loadRun({ playbooks, inventory, limit }: LoadOptions): Promise<LoadedRun> {
  const { attempt, throwIfAny } = collectErrors()
  const files: (string | undefined)[] = []
  const plays: Play[] = []
  for (const playbook of playbooks) {
    if (typeof playbook !== 'string') {
      files.push(playbook.where()?.file)
      plays.push(playbook)
      continue
    }
    const path = await attempt(() => findPlaybook(playbook))
    if (path === undefined) continue
    files.push(path)
    plays.push(...((await attempt(() => loadPlaybook(path))) ?? []))
  }
  const [first] = files
  const loaded = await attempt(() => inventory(first && dirname(first), plays))
  const selected = await attempt(limit)
  throwIfAny()
  return { plays, inventory: loaded!, limit: selected }
}
