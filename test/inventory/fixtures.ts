// Finds and loads the inventories in test/fixtures/inventory.

import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Inventory, loadInventory } from '../../src/inventory/inventory.ts'

type Case = {
  readonly sources: readonly string[]
  readonly playbookDir?: string
  readonly extraVars?: readonly string[]
  readonly vaultPassword?: string
}

export const inventoryFixtures = fileURLToPath(new URL('../../../test/fixtures/inventory', import.meta.url))

/** Loads the inventory that a case.json describes. */
export function loadCase(folder: string): Promise<Inventory> {
  const { sources, playbookDir, extraVars, vaultPassword } = readJson(folder, 'case.json') as Case
  return loadInventory(sources, {
    cwd: folder,
    playbookDir: playbookDir === undefined ? undefined : resolve(folder, playbookDir),
    extraVars,
    vaultPasswords: vaultPassword === undefined ? undefined : [{ password: vaultPassword }],
  })
}

export function readJson(folder: string, file: string): unknown {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'))
}
